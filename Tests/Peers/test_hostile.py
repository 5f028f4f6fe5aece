"""People who mean it ill come to the HTTP port; a meeting goes on."""

import asyncio
import ssl

import aiohttp

import media
import network
from relay import Relay
from waiting import until

_PORT = 8443
_EACH = 150


async def test_a_meeting_goes_on_while_the_http_port_is_flooded(relay: Relay, publish, view) -> None:
    await publish("Red", media.RED)
    viewer = await view()
    await until("the viewer sees Red", lambda: viewer.colour == "red")

    anybody = ssl.create_default_context()
    anybody.check_hostname = False
    anybody.verify_mode = ssl.CERT_NONE
    writers: list[asyncio.StreamWriter] = []

    async def hold(secure: bool, text: bytes) -> None:
        _, writer = await asyncio.open_connection(network.ADDRESS, _PORT, ssl=anybody if secure else None)
        writer.write(text)
        await writer.drain()
        writers.append(writer)

    async def flood(secure: bool, text: bytes) -> None:
        for _ in range(_EACH):
            await hold(secure, text)

    await asyncio.gather(
        flood(False, b""),
        flood(False, b"GET / HTTP/1.1\r\n\r\n"),
        flood(True, b"GET / HTTP/1.1\r\nX-Slow: "),
        flood(True, b"POST /whip/a HTTP/1.1\r\nHost: a\r\nContent-Type: application/sdp\r\nContent-Length: 90\r\n\r\nv="),
        flood(True, b"GET /v1/events HTTP/1.1\r\nHost: a\r\n\r\n"),
    )
    frames = viewer.frames
    await until("the picture goes on", lambda: viewer.frames >= frames + 30)

    async def answer() -> tuple[int, str | None]:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=relay.trust)) as client:
            async with client.get(f"{relay.address}/v1/events") as response:
                return response.status, response.headers.get("Retry-After")

    async def places_are_taken() -> bool:
        return await answer() == (503, "60")

    # Dashboards are bounded, and told so; who comes to the meeting is not in their way.
    await until("no place for a dashboard is left", places_are_taken)
    other = await view()
    await until("another viewer sees Red", lambda: other.colour == "red")

    for writer in writers:
        writer.close()

    async def places_are_free() -> bool:
        return (await answer())[0] == 200

    await until("dashboards are taken again", places_are_free)
