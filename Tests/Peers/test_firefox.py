"""Firefox: bundle-only sections, no H.264, its own ways with contributing sources."""

import media
from browser import FirefoxParticipant
from conftest import Invite
from waiting import until


async def test_firefox_and_chromium_see_and_hear_each_other(invite: Invite) -> None:
    anna = await invite("Anna", media.RED)
    fumi = await invite("文", media.BLUE, FirefoxParticipant)
    await fumi.knows("Anna", "文")
    await anna.sees_and_hears("文", media.BLUE)
    await fumi.sees_and_hears("Anna", media.RED)

    await anna.page.click("#camera")
    await until("文's tile of Anna is blank", lambda: is_blank(fumi, "Anna"))
    await anna.page.click("#camera")
    await fumi.sees_and_hears("Anna", media.RED)

    await fumi.reload()
    await fumi.is_connected()
    await fumi.sees_and_hears("Anna", media.RED)
    await fumi.leave()
    await anna.knows("Anna")


async def is_blank(participant, name: str) -> bool:
    return await participant.seen(name) is None and await participant.slots(name) == []
