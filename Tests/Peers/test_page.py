"""What the page does when somebody shares a screen, changes the network, or goes."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from urllib.parse import urljoin

import aiohttp
import pytest

import media
from browser import ChromiumParticipant, FirefoxParticipant, Participant
from conftest import Invite
from waiting import until


async def test_a_screen_is_shared_and_put_away(invite: Invite) -> None:
    anna = await invite("Anna", media.RED)
    ben = await invite("Ben", media.BLUE)
    await ben.page.click("#screen")

    async def is_shown() -> bool:
        # Chromium's fake screen is green, with a pie chart going round.
        return await anna.seen("Ben", "screen") == "green"

    await until("Anna sees Ben's screen", is_shown)
    assert (await anna.roster())["Ben"]["screen"]
    await anna.sees_and_hears("Ben", media.BLUE)

    await ben.page.click("#screen")

    async def is_away() -> bool:
        return not (await anna.roster())["Ben"]["screen"] and await anna.texts("#spotlight figcaption") == []

    await until("Ben's screen is gone", is_away)
    await anna.sees_and_hears("Ben", media.BLUE)


async def test_media_goes_on_through_an_ice_restart(invite: Invite) -> None:
    anna = await invite("Anna", media.RED)
    ben = await invite("Ben", media.GREEN)
    await anna.sees_and_hears("Ben", media.GREEN)
    number = (await anna.roster())["Ben"]["participant"]
    fragment = await user_name(ben)

    # As when a laptop is carried from one network to another.
    await ben.page.evaluate("() => window.dispatchEvent(new Event('online'))")

    async def is_restarted() -> bool:
        return await user_name(ben) not in (None, fragment) and await ben.state("connected")

    await until("Ben's media checks with new credentials", is_restarted)
    await anna.sees_and_hears("Ben", media.GREEN)
    await ben.sees_and_hears("Anna", media.RED)
    assert (await anna.roster())["Ben"]["participant"] == number


@pytest.mark.parametrize("browser", [ChromiumParticipant, FirefoxParticipant], ids=["chromium", "firefox"])
async def test_a_page_that_is_closed_says_so(invite: Invite, browser: type[Participant]) -> None:
    anna = await invite("Anna", media.RED)
    ben = await invite("Ben", media.GREEN, browser)
    await anna.knows("Anna", "Ben")
    async with told_who_leaves(anna) as reasons:
        await ben.page.close()
        await until("Anna is told that Ben has gone", lambda: is_alone(anna))
        await until("she is told why", lambda: reasons)
    assert reasons == ["left"], "the relay was told, and did not give Ben up"


async def test_a_page_that_is_left_says_so(invite: Invite) -> None:
    anna = await invite("Anna", media.RED)
    ben = await invite("Ben", media.GREEN)
    await anna.knows("Anna", "Ben")
    async with told_who_leaves(anna) as reasons:
        await ben.page.goto("about:blank")
        await until("Anna is told that Ben has gone", lambda: is_alone(anna))
        await until("she is told why", lambda: reasons)
    assert reasons == ["left"], "the relay was told, and did not give Ben up"


@contextlib.asynccontextmanager
async def told_who_leaves(participant: Participant) -> AsyncIterator[list[str]]:
    """Why others leave, as a second stream of the participant's events tells it."""
    session = await participant.page.evaluate("() => kakehashi.meeting.session")
    reasons: list[str] = []

    async def follow(stream: aiohttp.StreamReader) -> None:
        event = b""
        async for line in stream:
            if line.startswith(b"event: "):
                event = line.removeprefix(b"event: ").strip()
            elif line.startswith(b"data: ") and event == b"left":
                reasons.append(json.loads(line.removeprefix(b"data: "))["reason"])

    connector = aiohttp.TCPConnector(ssl=participant.relay.trust)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout()) as http:
        async with http.get(
            urljoin(participant.relay.address, session["resource"] + "/events"),
            headers={"Authorization": f"Bearer {session['token']}"},
        ) as response:
            assert response.status == 200
            following = asyncio.create_task(follow(response.content))
            try:
                yield reasons
            finally:
                following.cancel()


async def user_name(participant: Participant) -> str | None:
    """The user name fragment with which the media's transport checks now."""
    return await participant.page.evaluate(
        "async () => [...(await kakehashi.connection?.getStats() ?? new Map()).values()]"
        ".find((report) => report.type === 'transport')?.iceLocalUsernameFragment"
    )


async def is_alone(participant: Participant) -> bool:
    return set(await participant.roster()) == {participant.name}
