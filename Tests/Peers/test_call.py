"""A call between two places: two processes meet on a real relay, each tells what it hears, one of them behind a bad line."""

import asyncio
import json
import statistics
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import AsyncIterator

import pytest_asyncio

import network
from measuring import BadNetwork
from relay import EXECUTABLE, Relay
from waiting import until

_HTTPS, _MEDIA = 8449, 10500
# Whoever calls by IPv6 goes through the bad line, which stands where the relay says that it is.
_LINE = "fd00::7"
# No round trip over loopback takes so many milliseconds, however busy the machine; one that is reckoned wrong does.
_LONG = 1_000

_CONFIGURATION = f"""\
site: hq
data: data
probes: probes
sites:
  - id: hq
    reflector: {network.ADDRESS}:8649
relay:
  listen: [{network.ADDRESS}, "::1"]
  port: {_MEDIA}
  advertise: [{network.ADDRESS}, "{_LINE}"]
http:
  listen: {network.ADDRESS}:{_HTTPS}
  keys:
    - {{id: only, secret: only.key}}
"""


class _Exchange(Relay):
    """A relay with a bad line to it, and a token that lets ends of calls in."""

    def __init__(self, folder: Path):
        super().__init__(folder, _CONFIGURATION, f"https://{network.ADDRESS}:{_HTTPS}")
        self.log_of_line = folder / "line.csv"
        self.line = BadNetwork(f"[{_LINE}]:{_MEDIA}", f"[::1]:{_MEDIA}", "--log", str(self.log_of_line))
        self._write("only.key", "0123456789abcdef0123456789abcdef")

    def _write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.write_text(text + "\n")
        path.chmod(0o600)

    def allow(self, room: str) -> None:
        output = subprocess.run(
            [str(EXECUTABLE), "token", "join", "--room", room, "--config", str(self.file)],
            capture_output=True, text=True, check=True)
        self._write("call.token", output.stdout.strip())

    async def call(self, name: str, other: str, *words: str, seconds: int = 6) -> tuple[int, dict]:
        process = await asyncio.create_subprocess_exec(
            str(EXECUTABLE), "probe", "call", self.address, "--authority", self.certificate,
            "--token", str(self.folder / "call.token"), "--as", name, "--with", other, "--seconds", str(seconds), "--json",
            *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
        output, error = await process.communicate()
        assert output and process.returncode >= 0, (process.returncode, error.decode(), output)
        return process.returncode, json.loads(output)


@pytest_asyncio.fixture(loop_scope="session")
async def exchange(tmp_path: Path) -> AsyncIterator[_Exchange]:
    subprocess.run(["ip", "-6", "address", "replace", f"{_LINE}/128", "dev", "lo", "nodad"], check=True)
    exchange = _Exchange(tmp_path)
    await exchange.start()
    exchange.allow("probe-hq-tsu")
    await exchange.line.start()
    yield exchange
    await exchange.line.stop()
    await exchange.stop()


async def test_two_places_meet_and_each_tells_what_it_hears(exchange: _Exchange) -> None:
    async def later() -> tuple[int, dict]:
        await asyncio.sleep(2)
        return await exchange.call("tsu", "hq")

    (status, here), (other, there) = await asyncio.gather(exchange.call("hq", "tsu"), later())
    for name, result, heard in (("hq", status, here), ("tsu", other, there)):
        voice, video = heard["streams"]
        # A busy machine may be late; it loses nothing.
        late = [finding for stream in (voice, video) for finding in stream["findings"] if finding["status"] != "good"]
        assert result == 0 or late and "loss" not in [finding["metric"] for finding in late], heard
        assert (voice["label"], video["label"]) == ("relay voice", "relay video")
        assert _is_about(voice["sent"], 300) and voice["received"] == voice["sent"] == voice["audioFrames"], voice
        assert video["sent"] > 330 and video["lost"] == 0, video
        assert voice["reverseLost"] == 0 and "forwardLost" not in voice
        assert f"what {name} hears of {'tsu' if name == 'hq' else 'hq'}" in voice["remarks"]
        assert 0 < voice["roundTripMilliseconds"]["mean"] < _LONG
        assert ("reverseDelayMilliseconds" in voice) == voice["clocksSynchronized"]
        # 4.4 of a voice that comes in time.
        assert voice["eModelMeanOpinionScore"] > (3 if voice["discarded"] == 0 else 1)


async def test_what_a_bad_line_loses_is_lost_exactly_and_one_way_only(exchange: _Exchange) -> None:
    await exchange.line.switch("loss=5 delay=30")
    (_, here), (_, there) = await asyncio.gather(
        exchange.call("hq", "tsu", "--ip", "4", seconds=10), exchange.call("tsu", "hq", "--ip", "6", seconds=10))
    wall = time.time_ns() - time.monotonic_ns()
    await exchange.line.stop()
    heard_there = there["streams"][0]
    assert heard_there["lost"] == 0 and _is_about(heard_there["sent"], 500), heard_there
    voice = here["streams"][0]
    assert voice["status"] == "breach" and voice["lost"] > 0, voice
    passages = _voices(exchange.log_of_line)
    # Of the round trip, one way is through the line.
    held = statistics.mean(held for _, _, held in passages if held is not None) / 1e6
    for stream in (voice, heard_there):
        assert 30 <= stream["roundTripMilliseconds"]["mean"] < held + 30, (stream, held)
    began = int(here["startedAt"] * 1e9) - wall
    # The window begins with the first mark that comes, within a picture's time or, after losses, some.
    first = next(number for number, (arrival, _, _) in enumerate(passages) if arrival >= began - 200_000_000)
    fates = [lost for _, lost, _ in passages]
    assert any(
        _losses(fates[start:start + voice["sent"]]) == (voice["lost"], voice["longestLossBurst"])
        for start in range(first, first + 30)), (voice, _losses(fates[first:first + voice["sent"]]))
    assert any(_losses(fates[start:start + voice["sent"]])[0] != voice["lost"] for start in range(len(fates) - 100))


async def test_nobody_there_is_unknown_and_a_line_that_carries_nothing_is_a_breach(exchange: _Exchange) -> None:
    # Who cannot connect says so; for the other, who only ever sees those who are connected, nobody is there.
    await exchange.line.switch("loss=100 back loss=100")
    (status, here), (other, there) = await asyncio.gather(
        exchange.call("hq", "tsu", "--ip", "4", "--wait", "15"), exchange.call("tsu", "hq", "--ip", "6"))
    assert (status, other) == (3, 2), (here, there)
    [stream] = here["streams"]
    assert stream["obstacle"] == "nobody came: tsu did not join probe-hq-tsu within 15 s" and stream["sent"] == 0
    assert "no meeting would work now" in there["streams"][0]["remarks"][0], there

    # A line that is cut while they talk is loss for both, to the end.
    await exchange.line.switch("none")
    calls = asyncio.gather(
        exchange.call("hq", "tsu", "--ip", "4", seconds=12), exchange.call("tsu", "hq", "--ip", "6", seconds=12))
    passed = 0

    async def talks() -> bool:
        nonlocal passed
        passed += (await exchange.line.switch("none"))["reverse"]["arrived"]
        return passed > 300

    await until("they talk", talks)
    await exchange.line.switch("loss=100 back loss=100")
    for status, heard in await calls:
        voice = heard["streams"][0]
        assert status == 2 and voice["longestLossBurst"] >= 50, heard
        assert _is_about(voice["sent"], 600) and 0 < voice["received"] < 600, voice


_TWO_SITES = f"""\
site: hq
data: data
probes: probes
up: {{secondSite: tsu}}
sites:
  - {{id: hq, reflector: "{network.ADDRESS}:8649"}}
  - {{id: tsu, reflector: "{network.ADDRESS}:8650"}}
relay:
  listen: [{network.ADDRESS}]
  port: {_MEDIA}
http:
  listen: {network.ADDRESS}:{_HTTPS}
"""


async def test_a_job_has_the_agents_of_two_sites_call_each_other(tmp_path: Path) -> None:
    relay = Relay(tmp_path, _TWO_SITES, f"https://{network.ADDRESS}:{_HTTPS}")
    await relay.start()
    try:
        (tmp_path / "probes/call.yaml").write_text(
            f"kind: call\nfrom: [hq]\nto: [tsu]\nrelay: {relay.address}\nauthority: {relay.certificate}\n"
            "interval: 30 s\nforce: true\n")

        def heard() -> set[tuple[str, str, str]]:
            with urllib.request.urlopen(f"{relay.address}/v1/overview", context=relay.trust) as answer:
                return {(path["site"], path["target"], path["verdict"]) for path in json.load(answer)["paths"]
                        if path["origin"] == "probe call"}

        good = {("hq", "tsu", "good"), ("tsu", "hq", "good")}
        await until("both sites tell what they hear of each other", lambda: heard() == good)
    finally:
        await relay.stop()


def _is_about(count: int, expected: int) -> bool:
    """Between two marks, which leave with pictures, 50 ms apart: a packet more or less at the edges, and those that a busy
    machine sends late."""
    return expected - 15 <= count <= expected + 25


def _voices(log: Path) -> list[tuple[int, bool, int | None]]:
    """When each voice packet came to the line on its way to the relay, in nanoseconds, whether it was lost there, and else
    for how long it was held."""
    found = []
    for row in log.read_text().splitlines():
        direction, tag, _, arrival, departure, fate = row.split(",")
        # RTP version 2, payload type 111.
        if direction == "forward" and int(tag) >> 30 == 2 and int(tag) >> 16 & 0x7F == 111:
            held = int(departure) - int(arrival) if departure else None
            found.append((int(arrival), fate == "lost", held))
    return found


def _losses(fates: list[bool]) -> tuple[int, int]:
    longest = run = 0
    for lost in fates:
        run = run + 1 if lost else 0
        longest = max(longest, run)
    return sum(fates), longest
