"""The HTTPS certificate is renewed while a meeting runs."""

import asyncio
import os
import signal

import aiohttp
from aiortc import RTCBundlePolicy

import certificate
import media
import network
import place
from fault import Fault
from place import Place
from waiting import until
from whip import Publisher, Viewer

_ADDRESS = f"{network.ADDRESS}:{place.HTTPS}"


async def test_a_renewed_certificate_is_shown_without_dropping_anybody(hq: Place) -> None:
    await hq.start()
    files = hq.data / "tls/certificate.pem", hq.data / "tls/key.pem"
    first = certificate.shown(_ADDRESS)
    publisher = Publisher("Red", media.RED, "renewal", hq, RTCBundlePolicy.BALANCED)
    viewer = Viewer("renewal", hq)
    events: list[bytes] = []

    async def follow() -> None:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=hq.trust)) as http:
            async with http.get(f"{hq.address}/v1/events", timeout=aiohttp.ClientTimeout()) as stream:
                async for line in stream.content:
                    events.append(line)

    following = asyncio.create_task(follow())

    async def all_goes_on() -> None:
        told, seen = len(events), viewer.frames
        await until("the event stream goes on", lambda: len(events) > told + 2 and not following.done())
        await until("the picture goes on", lambda: viewer.frames > seen + 10)

    try:
        await publisher.start()
        await viewer.start()
        await until("the viewer sees the picture", lambda: viewer.colour == "red")
        await until("events come", lambda: events)

        second = certificate.make(*files)
        await until("new connections are shown the new certificate", lambda: certificate.shown(_ADDRESS) == second)
        assert second != first
        await until("it is told", lambda: hq.has_said("New connections are shown the renewed certificate"))
        await all_goes_on()
        assert hq.get("/v1/health")["status"] == "ok", "whoever believes the new one alone is served"

        # One that cannot be used changes nothing.
        files[0].write_text("no certificate")
        await until(
            "it is told", lambda: hq.has_said("The renewed certificate cannot be used; the one before stays", str(files[0])))
        assert certificate.shown(_ADDRESS) == second
        await all_goes_on()

        # At once by SIGHUP.
        third = certificate.make(*files)
        os.kill(hq.process_id, signal.SIGHUP)
        await until("the third certificate is shown", lambda: certificate.shown(_ADDRESS) == third)
        await all_goes_on()
        before = hq.count_records()
        await until("agents still deliver", lambda: hq.count_records() > before + 2)
    finally:
        following.cancel()
        await publisher.close()
        await viewer.close()
    assert await hq.stop() == 0


async def test_a_self_signed_certificate_is_renewed_while_it_runs_under_the_key_it_had(hq: Place) -> None:
    fault = Fault(hq.folder)
    hq.environment = fault.environment
    await hq.start()
    first, key = certificate.shown(_ADDRESS), hq.key_pin
    os.kill(hq.process_id, signal.SIGHUP)
    await until("it is read again", lambda: hq.has_said("New connections are shown the renewed certificate"))
    assert certificate.shown(_ADDRESS) == first, "it has a year to go"
    fault.set_clock(370 * 86_400)
    os.kill(hq.process_id, signal.SIGHUP)
    await until("a new one is shown", lambda: certificate.shown(_ADDRESS) != first)
    assert hq.key_pin == key, "who has pinned the key goes on"
    assert (hq.data / "tls/key.pem").stat().st_mode & 0o777 == 0o600
    assert await hq.stop() == 0
