"""Fixtures: one relay and one Playwright for all tests; a room, and whoever is in it, for each."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Playwright, async_playwright

import media
import network
from browser import Browsers, ChromiumParticipant, Participant
from place import Place
from relay import Relay
from whip import Publisher, Viewer

_rooms = itertools.count(1)


def pytest_configure(config: pytest.Config) -> None:
    network.enter()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def relay(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Relay]:
    relay = Relay(tmp_path_factory.mktemp("relay"))
    await relay.start()
    yield relay
    assert await relay.stop() == 0, relay.log


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def playwright() -> AsyncIterator[Playwright]:
    async with async_playwright() as playwright:
        yield playwright


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browsers(
    relay: Relay, playwright: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Browsers]:
    browsers = Browsers(playwright, tmp_path_factory.mktemp("browsers"), relay)
    yield browsers
    await browsers.close()


@pytest.fixture
def room() -> str:
    """A room of the test's own."""
    return f"room-{next(_rooms)}"


@pytest_asyncio.fixture(loop_scope="session")
async def hq(tmp_path: Path) -> AsyncIterator[Place]:
    """A place with its network and its receiver, not started yet; killed in the end if it still runs."""
    hq = Place(tmp_path)
    await hq.link.start()
    await hq.receiver.start()
    yield hq
    if hq.is_alive:
        print("kakehashi:\n" + "\n".join(hq.lines[-40:]))
        await hq.kill()
    await hq.receiver.stop()
    await hq.link.stop()


Invite = Callable[..., Awaitable[Participant]]


@pytest_asyncio.fixture(loop_scope="session")
async def invite(
    relay: Relay, browsers: Browsers, room: str, request: pytest.FixtureRequest
) -> AsyncIterator[Invite]:
    """Has somebody join the room by browser; all are shown the door when the test ends."""
    participants: list[Participant] = []

    async def invite(
        name: str, look: media.Look, browser: type[Participant] = ChromiumParticipant, **codecs: list[str]
    ) -> Participant:
        participant = browser(name, look, room, relay, **codecs)
        await participant.start(browsers)
        participants.append(participant)
        await participant.join()
        return participant

    yield invite
    if _failed(request):
        for participant in participants:
            print(await participant.report())
        print("kakehashi:\n" + "\n".join(relay.lines[-40:]))
    for participant in participants:
        await participant.close()


@pytest_asyncio.fixture(loop_scope="session")
async def publish(relay: Relay, room: str) -> AsyncIterator[Callable[..., Awaitable[Publisher]]]:
    """Has somebody publish into the room by WHIP."""
    publishers: list[Publisher] = []

    async def publish(name: str, look: media.Look, **options) -> Publisher:
        publisher = Publisher(name, look, room, relay, **options)
        publishers.append(publisher)
        await publisher.start()
        return publisher

    yield publish
    for publisher in publishers:
        await publisher.close()


@pytest_asyncio.fixture(loop_scope="session")
async def view(relay: Relay, room: str) -> AsyncIterator[Callable[[], Awaitable[Viewer]]]:
    """Has somebody watch the room by WHEP."""
    viewers: list[Viewer] = []

    async def view() -> Viewer:
        viewer = Viewer(room, relay)
        viewers.append(viewer)
        await viewer.start()
        return viewer

    yield view
    for viewer in viewers:
        await viewer.close()


_report = pytest.StashKey[pytest.TestReport]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo):
    report = yield
    if report.when == "call":
        item.stash[_report] = report
    return report


def _failed(request: pytest.FixtureRequest) -> bool:
    report = request.node.stash.get(_report, None)
    return report is not None and report.failed
