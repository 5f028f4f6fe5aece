"""A relay with several interfaces, in a network where the way back is not the way there."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

import network
from relay import Relay

_FIRST, _SECOND, _BRANCH = "198.51.100.1", "203.0.113.1", "198.51.100.2"

_CONFIGURATION = f"""\
site: hq
data: data
probes: probes
sites:
  - id: hq
    networks: [192.0.2.0/24, 198.51.100.0/24]
    reflector: {network.ADDRESS}:8630
relay:
  listen: [0.0.0.0]
  port: 11000
  advertise: [{_FIRST}, {_SECOND}]
http:
  listen: {network.ADDRESS}:8453
"""

_OFFER = "\r\n".join(
    [
        "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0", "m=audio 9 UDP/TLS/RTP/SAVPF 111",
        "c=IN IP4 0.0.0.0", "a=mid:0", "a=sendonly", "a=rtcp-mux", "a=setup:active", "a=ice-ufrag:abcd",
        "a=ice-pwd:abcdefghijklmnopqrstuv", "a=fingerprint:sha-256 " + ":".join(["AB"] * 32),
        "a=rtpmap:111 opus/48000/2", "",
    ]
)


@pytest.fixture
def branch() -> Iterator[list[str]]:
    """A network namespace behind one cable, that knows the relay's second address by way of the first; gives the command
    that runs others in it. The relay has the second address on an interface of its own."""
    with subprocess.Popen(["unshare", "--net", "sleep", "infinity"]) as holder:
        inside = ["nsenter", "--target", str(holder.pid), "--net"]

        def ip(command: str, *before: str) -> None:
            subprocess.run([*before, "ip", *command.split()], check=True)

        try:
            # Until `unshare` has made it, the namespace is ours.
            ours = Path("/proc/self/ns/net").readlink()
            while Path(f"/proc/{holder.pid}/ns/net").readlink() == ours:
                pass
            ip(f"link add first0 type veth peer name first1 netns {holder.pid}")
            ip("link add second0 type veth peer name second1")
            for device, address in (("first0", _FIRST), ("second0", _SECOND)):
                ip(f"address add {address}/24 dev {device}")
                ip(f"link set {device} up")
            ip(f"address add {_BRANCH}/24 dev first1", *inside)
            ip("link set first1 up", *inside)
            ip(f"route add {_SECOND} via {_FIRST}", *inside)
            yield inside
        finally:
            for device in ("first0", "second0"):
                subprocess.run(["ip", "link", "delete", device], check=False)
            holder.kill()


@pytest_asyncio.fixture(loop_scope="session")
async def relay(tmp_path: Path) -> AsyncIterator[Relay]:
    relay = Relay(tmp_path, _CONFIGURATION, f"https://{network.ADDRESS}:8453")
    await relay.start()
    yield relay
    assert await relay.stop() == 0, relay.log


async def test_interop_19_answers_leave_from_the_address_that_was_asked(branch: list[str], relay: Relay) -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=relay.trust)) as http:
        headers = {"Content-Type": "application/sdp"}
        async with http.post(f"{relay.address}/whip/addresses?name=a", data=_OFFER, headers=headers) as response:
            answer = await response.text()
            assert response.status == 201, answer
    candidates = re.findall(r"^a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host", answer, re.M)
    assert [address for address, _ in candidates] == [_FIRST, _SECOND]
    fragment, password = (re.search(rf"^a=ice-{name}:(\S+)", answer, re.M)[1] for name in ("ufrag", "pwd"))
    process = await asyncio.create_subprocess_exec(
        *branch, sys.executable, str(Path(__file__).with_name("check.py")), fragment, password, "abcd",
        candidates[0][1], _FIRST, _SECOND, stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    # By its own routes the relay would answer both from the first.
    assert [(entry["source"][0], entry["mapped"]) for entry in json.loads(output)] == [
        (_FIRST, _BRANCH), (_SECOND, _BRANCH),
    ]
