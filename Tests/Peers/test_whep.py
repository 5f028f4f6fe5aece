"""A standard viewer."""

import media
from conftest import Invite
from waiting import until


async def test_interop_22_a_viewer_sees_and_hears_the_active_speaker(publish, view) -> None:
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


async def test_interop_22_a_session_of_a_viewer(publish, view) -> None:
    await publish("Red", media.RED)
    viewer = await view()
    lines = viewer.answer.split("\r\n")
    assert lines.count("a=sendonly") == 2 and "a=recvonly" not in lines
    # One MediaStream, one track of a kind.
    streams = [line.split()[0] for line in lines if line.startswith("a=msid:")]
    assert len(streams) == 2 and len(set(streams)) == 1
    await until("the viewer sees", lambda: viewer.colour == "red")

    look = await viewer.request("GET")
    etag = look.headers["ETag"]
    assert look.status == 204
    candidate = "a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n"
    trickled = await viewer.request("PATCH", candidate, **{"If-Match": etag})
    assert trickled.status == 204 and "ETag" not in trickled.headers
    assert (await viewer.request("PATCH", candidate)).status == 428
    assert (await viewer.request("PATCH", candidate, **{"If-Match": '"other"'})).status == 412

    await viewer.delete()
    await until("the viewer's connection is closed", lambda: viewer.connection.connectionState == "closed")
