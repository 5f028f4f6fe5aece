"""A standard viewer."""

import media
from conftest import Invite
from waiting import until


async def test_a_viewer_sees_the_active_speaker(publish, view) -> None:
    red = await publish("Red", media.RED)
    blue = await publish("Blue", media.BLUE)
    red.speak(False)
    viewer = await view()
    await until("the viewer sees who speaks", lambda: viewer.colour == "blue")
    await until("the viewer hears who speaks", lambda: viewer.hertz == media.BLUE.hertz)

    blue.speak(False)
    red.speak(True)
    await until("the viewer's picture follows the speaker", lambda: viewer.colour == "red")
    await until("the viewer's sound follows the speaker", lambda: viewer.hertz == media.RED.hertz)

    frames = viewer.frames
    await until("the picture goes on", lambda: viewer.frames >= frames + 20)


async def test_a_viewer_sees_somebody_in_a_browser(invite: Invite, view) -> None:
    anna = await invite("Anna", media.GREEN)
    viewer = await view()
    await until("the viewer sees Anna", lambda: viewer.colour == "green")
    await until("the viewer hears Anna", lambda: viewer.hertz == media.GREEN.hertz)
    # A viewer is counted, not shown: it has nothing to show.
    assert await anna.texts(".tile.camera:not(.self)") == []
    await viewer.stop()
    await anna.knows("Anna")
