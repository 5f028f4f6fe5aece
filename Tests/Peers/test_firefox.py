"""Firefox: bundle-only sections, no H.264, its own ways with contributing sources."""

import pytest

import media
from browser import ChromiumParticipant, FirefoxParticipant, Participant
from conftest import Invite
from waiting import until


@pytest.mark.parametrize("first", [ChromiumParticipant, FirefoxParticipant], ids=["chromium-first", "firefox-first"])
async def test_interop_04_firefox_and_chromium_see_and_hear_each_other(
    invite: Invite, first: type[Participant]
) -> None:
    if first is ChromiumParticipant:
        anna = await invite("Anna", media.RED)
        fumi = await invite("文", media.BLUE, FirefoxParticipant)
    else:
        fumi = await invite("文", media.BLUE, FirefoxParticipant)
        anna = await invite("Anna", media.RED)
    for one in (anna, fumi):
        await one.knows("Anna", "文")
    await anna.sees_and_hears("文", media.BLUE)
    await fumi.sees_and_hears("Anna", media.RED)


async def test_firefox_blanks_a_tile_and_comes_back_from_a_reload(invite: Invite) -> None:
    anna = await invite("Anna", media.RED)
    fumi = await invite("文", media.BLUE, FirefoxParticipant)
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
