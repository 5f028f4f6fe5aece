"""Voice and picture of one person stay together, and pictures under the right name, while speakers change places."""

import statistics
from collections import deque

import pytest

import media
from conftest import Invite
from waiting import until
from whip import Publisher

# By how much, in milliseconds, voice and picture may be apart; people notice from about here on.
APART = 120
# Looks, 100 ms apart, at where voice and picture are.
LOOKS = 20


@pytest.fixture
def four(publish):
    """Four publishers, known by their colours and silent, who speak in turn in a viewer's three audio slots."""

    async def four() -> dict[str, Publisher]:
        speakers = {look.colour: await publish(look.colour, look) for look in media.LOOKS}
        for speaker in speakers.values():
            speaker.speak(False)
        return speakers

    return four


async def test_interop_01_voice_and_picture_stay_together_through_switches(invite: Invite, four) -> None:
    viewer = await invite("Viewer", media.RED)
    speakers = await four()
    await viewer.knows("Viewer", *speakers)
    places = set()
    # Each takes the place of who has been silent longest.
    for name in [*speakers, *list(speakers)[:2]]:
        speakers[name].speak(True)
        await viewer.hears(name, speakers[name].look)
        places.add((name, await stays_together(viewer, name)))
        speakers[name].speak(False)
    assert len(places) > len(speakers), f"speakers have changed places: {places}"


async def test_interop_15_a_tile_shows_nobody_elses_picture(invite: Invite, four) -> None:
    viewer = await invite("Viewer", media.RED)
    speakers = await four()
    await viewer.knows("Viewer", *speakers)
    await viewer.page.evaluate("() => probe.watchTiles()")
    for name in [*speakers, *list(speakers)[:2]]:
        speakers[name].speak(True)
        await viewer.hears(name, speakers[name].look)
        await until(f"{name} is seen", lambda: is_seen(viewer, name))
        speakers[name].speak(False)
    assert await viewer.views() == {(name, name) for name in speakers}


@pytest.mark.parametrize("delay", [0, 0.3])
async def test_interop_01_a_beep_is_heard_when_its_flash_is_seen(invite: Invite, publish, delay: float) -> None:
    """Also when the picture comes late: then the voice waits for it."""
    viewer = await invite("Viewer", media.RED)
    await publish("Late", media.GREEN, delay=delay)
    await viewer.sees_and_hears("Late", media.GREEN)
    lags: list[list[float]] = []

    async def stay_together() -> bool:
        lags.append(await viewer.page.evaluate("() => probe.flashes('Late')"))
        # Of five stretches of 4 s most beeps and flashes; a loaded machine misses one or shows it late.
        together = [lag for some in lags[-5:] for lag in some]
        return len(lags) >= 5 and len(together) >= 12 and abs(statistics.median(together)) < APART

    try:
        # Chromium moves its delay by 80 ms a second; then it has nothing more to move.
        await until("beeps and flashes are together and stay so", stay_together)
    finally:
        print("milliseconds from beep to flash:", [[round(lag) for lag in some] for some in lags])


async def stays_together(viewer, name: str) -> int:
    """Voice and picture are together in one slot, and stay so through all looks of a while; gives the slot.

    A loaded machine shows and plays late, which moves single looks: it is the while's median that counts.
    """
    lags: deque[dict] = deque(maxlen=LOOKS)

    async def are_together() -> bool:
        lag = await viewer.page.evaluate("(name) => probe.lag(name)", name)
        if lag is None or lag["voice"] != lag["picture"]:
            lags.clear()
            return False
        lags.append(lag)
        return len(lags) == LOOKS and statistics.median(abs(lag["milliseconds"]) for lag in lags) < APART

    try:
        await until(f"{name}'s voice and picture are together", are_together)
    finally:
        print(name, [(lag["voice"], round(lag["milliseconds"])) for lag in lags])
    return lags[-1]["voice"]


async def is_seen(viewer, name: str) -> bool:
    return await viewer.seen(name) == name
