"""A standard publisher."""

from pathlib import Path

import pytest
from aiortc import RTCBundlePolicy

import media
from browser import Browsers
from conftest import Invite
from relay import Relay
from waiting import DEADLINE, until


@pytest.mark.parametrize("bundle", [RTCBundlePolicy.BALANCED, RTCBundlePolicy.MAX_BUNDLE])
async def test_interop_21_a_publisher_is_seen_and_heard_by_a_browser(invite: Invite, publish, bundle: RTCBundlePolicy) -> None:
    anna = await invite("Anna", media.RED)
    publisher = await publish("Encoder", media.YELLOW, bundle=bundle)
    await anna.knows("Anna", "Encoder")
    assert (await anna.roster())["Encoder"]["kind"] == "whip"
    await anna.sees_and_hears("Encoder", media.YELLOW)

    # The relay ends the connection, too (RFC 9725 section 4.2).
    await publisher.delete()
    await anna.knows("Anna")
    await until("the publisher's connection is closed", lambda: publisher.connection.connectionState == "closed")


async def test_a_publisher_that_vanishes_is_taken_out(invite: Invite, publish) -> None:
    anna = await invite("Anna", media.RED)
    publisher = await publish("Encoder", media.YELLOW)
    await anna.sees_and_hears("Encoder", media.YELLOW)
    await publisher.close()
    await until("the relay gives the publisher up", lambda: is_alone(anna))


@pytest.mark.parametrize("kind", ["whip", "whep"])
async def test_interop_21_a_page_of_another_origin_publishes_restarts_and_leaves(
    invite: Invite, browsers: Browsers, relay: Relay, room: str, kind: str
) -> None:
    anna = await invite("Anna", media.RED)
    context = await (await browsers.chromium(media.GREEN)).new_context()
    try:
        context.set_default_timeout(DEADLINE * 1_000)
        page = await context.new_page()
        await page.route("https://elsewhere.example/", lambda route: route.fulfill(body="", content_type="text/html"))
        await context.grant_permissions(["camera", "microphone"], origin="https://elsewhere.example")
        await page.goto("https://elsewhere.example/")
        await page.evaluate((Path(__file__).parent / "standard.js").read_text())
        await page.evaluate("standard.publisher()" if kind == "whip" else "standard.viewer()")

        async def goes_on() -> None:
            if kind == "whip":
                await anna.sees_and_hears("Elsewhere", media.GREEN)
                return
            before = (await page.evaluate("session.state()"))["frames"]
            await until("the viewer decodes 10 frames", lambda: state(page, lambda now: now["frames"] >= before + 10))

        opened = await page.evaluate("(at) => session.open(at)", f"{relay.address}/{kind}/{room}?name=Elsewhere")
        assert opened == {"status": 201, "acceptsPatch": "application/trickle-ice-sdpfrag"}
        trickled = await page.evaluate("session.trickle()")
        assert trickled["status"] == 204 and trickled["etag"] is None and trickled["count"] > 0
        await goes_on()

        restarted = await page.evaluate("session.restart()")
        assert restarted == {"status": 200, "isNew": True, "type": "application/trickle-ice-sdpfrag"}
        await until("it is connected anew", lambda: state(page, lambda now: now["isRestarted"]))
        await goes_on()
        assert (await page.evaluate("session.state()"))["connection"] == "connected"

        assert await page.evaluate("session.leave()") == 200
        await until("its DTLS is closed", lambda: state(page, lambda now: now["dtls"] == "closed"))
        await anna.knows("Anna")
    finally:
        await context.close()


async def state(page, is_wanted) -> bool:
    return is_wanted(await page.evaluate("session.state()"))


async def is_alone(participant) -> bool:
    return set(await participant.roster()) == {participant.name}
