"""Probe kinds against peers that Debian has: squid with a password, coturn, dnsmasq."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest_asyncio
from aiohttp import web

import network
from relay import EXECUTABLE, Relay
from waiting import until

_ADDRESS = network.ADDRESS
_PROXY, _STUN, _DNS, _FEEDS = 3128, 3478, 5353, 8904
# Nothing here takes so many milliseconds, however busy the machine; what is reckoned wrong does.
_LONG = 1_000


async def _run(*words: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        str(EXECUTABLE), "probe", *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    output, _ = await process.communicate()
    return process.returncode, output.decode()


async def _measure(*words: str) -> tuple[int, dict]:
    status, output = await _run(*words, "--json")
    return status, json.loads(output)


class _Peer:
    """A server of somebody else's, ended with the test."""

    def __init__(self, *command: str):
        self._command = command

    async def __aenter__(self) -> "_Peer":
        self.process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.process.terminate()
        await asyncio.to_thread(self.process.wait)


async def _listens(kind: str, port: int) -> None:
    await until(f"something listens on {kind} {port}", lambda: str(port) in subprocess.run(
        ["ss", "-ln", f"--{kind}", f"sport = :{port}"], capture_output=True, text=True, check=True).stdout)


@pytest_asyncio.fixture(loop_scope="session")
async def proxy():
    """Squid, which lets nobody through without a password. It refuses to run as root, and its own user does not get into
    pytest's folders."""
    assert shutil.which("squid"), "squid is missing: .ci/install test"
    folder = Path(tempfile.mkdtemp(prefix="squid-"))
    folder.chmod(0o777)
    helper = next(Path("/usr/lib/squid").glob("basic_ncsa_auth"))
    hashed = subprocess.run(["openssl", "passwd", "-apr1", "s3cret"], capture_output=True, text=True, check=True)
    (folder / "users").write_text(f"kenchou:{hashed.stdout}")
    (folder / "users").chmod(0o644)
    (folder / "squid.conf").write_text(f"""\
http_port {_ADDRESS}:{_PROXY}
auth_param basic program {helper} {folder}/users
auth_param basic realm test
acl known proxy_auth REQUIRED
http_access allow known
http_access deny all
access_log none
cache_log {folder}/cache.log
cache deny all
memory_cache_shared off
pid_filename none
pinger_enable off
cache_effective_user proxy
coredump_dir {folder}
shutdown_lifetime 0 seconds
visible_hostname proxy.test
""")
    (folder / "squid.conf").chmod(0o644)
    # A name of its own for what it shares between processes, which one that was killed leaves behind.
    async with _Peer("squid", "-N", "-n", f"test{os.getpid()}", "-f", str(folder / "squid.conf")):
        await _listens("tcp", _PROXY)
        yield folder
    shutil.rmtree(folder)


async def test_https_is_timed_straight_and_through_a_proxy_with_a_password(proxy: Path, relay: Relay) -> None:
    (proxy / "credentials").write_text("kenchou:s3cret\n")
    (proxy / "credentials").chmod(0o600)
    way = [f"{relay.address}/v1/health", "--authority", relay.certificate, "--proxy", f"http://{_ADDRESS}:{_PROXY}"]
    status, measured = await _measure("https", *way, "--proxy-credentials", str(proxy / "credentials"))
    assert status == 0, measured
    direct, proxied = measured["streams"]
    assert (direct["route"], proxied["route"]) == ("direct", "proxy")
    for stream in (direct, proxied):
        assert stream["sent"] == stream["received"] == 3, stream
        assert stream["certificateExpiresAt"] > measured["startedAt"] + 300 * 86_400
        phases = stream["phasesMilliseconds"]
        assert phases["tlsHandshake"]["mean"] > 0 and phases["firstByte"]["mean"] > 0, phases
        parts = sum(phases[name]["mean"] for name in phases)
        assert parts <= stream["roundTripMilliseconds"]["mean"] * 1.01
    added = proxied["roundTripMilliseconds"]["mean"] - direct["roundTripMilliseconds"]["mean"]
    assert abs(measured["proxyAddedMilliseconds"] - added) < 0.001

    status, line = await _run("https", *way, "--proxy-credentials", str(proxy / "credentials"), "--plugin")
    assert status == 0, line
    _check_plugin_line(line)
    assert "'proxy_added'=" in line and "s3cret" not in line


async def test_a_proxy_that_refuses_is_a_breach_of_its_way_alone(proxy: Path, relay: Relay) -> None:
    (proxy / "wrong").write_text("kenchou:guess\n")
    (proxy / "wrong").chmod(0o600)
    way = [f"{relay.address}/v1/health", "--authority", relay.certificate, "--proxy", f"http://{_ADDRESS}:{_PROXY}"]
    status, measured = await _measure("https", *way, "--proxy-credentials", str(proxy / "wrong"), "--count", "1")
    assert status == 2, measured
    direct, proxied = measured["streams"]
    assert direct["status"] == "good" and proxied["status"] == "breach"
    assert "wants a user and password" in proxied["remarks"][0], proxied
    assert "guess" not in json.dumps(measured)
    (proxy / "wrong").chmod(0o644)
    status, output = await _run("https", *way, "--proxy-credentials", str(proxy / "wrong"))
    assert status == 3 and "chmod 600" in output, output


async def test_stun_measures_coturn_and_does_not_judge_who_never_answered() -> None:
    assert shutil.which("turnserver"), "coturn is missing: .ci/install test"
    command = ["turnserver", "-n", "-L", _ADDRESS, "-p", str(_STUN), "--stun-only", "--no-cli", "--no-tls", "--no-dtls",
               "--log-file", "stdout", "--pidfile", "/dev/null"]
    async with _Peer(*command):
        await _listens("udp", _STUN)
        status, measured = await _measure("stun", f"{_ADDRESS}:{_STUN}", "--count", "10", "--rate", "20")
    assert status == 0, measured
    [stream] = measured["streams"]
    assert stream["sent"] == stream["received"] == 10
    assert stream["timestamps"] == "kernelArrivals"
    assert 0 < stream["roundTripMilliseconds"]["mean"] < _LONG

    # Nobody is there, and nobody says so.
    status, measured = await _measure("stun", "192.0.2.77:3478", "--count", "2", "--rate", "20")
    assert status == 3, measured
    assert "unverified" in measured["streams"][0]["obstacle"]


async def test_dns_measures_a_name_server_and_says_what_it_answered(tmp_path: Path) -> None:
    assert shutil.which("dnsmasq"), "dnsmasq is missing: .ci/install test"
    command = ["dnsmasq", "-k", "-C", "/dev/null", "-u", "root", "-x", str(tmp_path / "pid"), "--no-resolv", "--no-hosts",
               f"--listen-address={_ADDRESS}", "--bind-interfaces", f"--port={_DNS}",
               "--host-record=kaigi.example,203.0.113.5", "--local=/example/"]
    server = ["--server", f"{_ADDRESS}:{_DNS}", "--rate", "50", "--count", "5"]
    async with _Peer(*command):
        await _listens("udp", _DNS)
        status, measured = await _measure("dns", "kaigi.example", *server)
        assert status == 0, measured
        assert measured["streams"][0]["received"] == 5
        status, measured = await _measure("dns", "nobody.example", *server)
        assert status == 2, measured
        assert "answered: the name does not exist (NXDOMAIN)" in measured["streams"][0]["remarks"], measured
        # An answer, and a quick one; but nobody finds the meeting by it.
        assert measured["streams"][0]["roundTripMilliseconds"]["mean"] > 0 and measured["streams"][0]["received"] == 0
        status, text = await _run("dns", "nobody.example", *server)
        assert status == 2 and "5 questions, 5 answered, 5 of them in vain" in text, text
        status, measured = await _measure("dns", "kaigi.example", "--ip", "6", *server)
        assert status == 2 and "no such address" in measured["streams"][0]["remarks"][0], measured


async def test_tcp_connects_and_tells_a_closed_port_from_silence(relay: Relay) -> None:
    host = relay.address.removeprefix("https://")
    status, measured = await _measure("tcp", host, "--count", "3", "--rate", "50")
    assert status == 0 and measured["streams"][0]["received"] == 3, measured
    status, measured = await _measure("tcp", f"{_ADDRESS}:1", "--count", "2", "--rate", "50")
    assert status == 2 and "nothing listens" in measured["streams"][0]["remarks"][0], measured


async def test_icmp_needs_no_privilege_where_the_machine_allows_it() -> None:
    allowed = Path("/proc/sys/net/ipv4/ping_group_range")
    allowed.write_text("0 2147483647")
    for target in (_ADDRESS, "::1"):
        status, measured = await _measure("icmp", target, "--count", "5", "--rate", "50")
        assert status == 0, measured
        assert measured["streams"][0]["received"] == 5 and measured["streams"][0]["reordered"] == 0
    allowed.write_text("1 0")
    status, output = await _run("icmp", _ADDRESS, "--count", "1")
    assert status == 3 and "ping_group_range" in output, output


async def test_every_kind_says_what_it_measures_and_what_it_cannot() -> None:
    for kind in ("stamp", "https", "stun", "dns", "tcp", "icmp", "trace", "status", "call"):
        status, output = await _run(kind, "--help")
        assert status == 0
        assert all(word in output for word in ("MEASURES", "CANNOT TELL", "LIMITS", "EXIT STATUS", "EXAMPLE")), output
    status, output = await _run("tcp", "10.0.0.1", "--dscp", "46")
    assert status == 3 and "--dscp means nothing to tcp" in output, output


_DATUM = re.compile(r"'([^'=]+)'=(-?[0-9.]+)(us|ms|s|%|B|c)?(;[0-9.:@~-]*){0,4}")


def _check_plugin_line(line: str) -> None:
    """As the monitoring plugins' development guidelines have it: one line, one bar, performance data."""
    text, bar, data = line.rstrip("\n").partition(" | ")
    assert bar and "\n" not in text and "|" not in data, line
    assert re.match(r"[A-Z]+ (OK|WARNING|CRITICAL|UNKNOWN) - ", text), text
    for word in data.split(" "):
        assert _DATUM.fullmatch(word), word


async def test_a_call_meets_on_the_relay_and_says_that_a_meeting_would_work(relay: Relay) -> None:
    status, measured = await _measure("call", relay.address, "--authority", relay.certificate, "--seconds", "3")
    assert status == 0, measured
    voice, video = measured["streams"]
    assert (voice["label"], video["label"]) == ("relay voice", "relay video")
    # Fifty packets a second, both ways, and what a busy machine sends later.
    assert 270 <= voice["sent"] <= 330 and voice["audioFrames"] == voice["sent"], voice
    for stream in (voice, video):
        assert stream["sent"] > 0 and stream["lost"] == 0 and stream["duplicates"] == 0, stream
        assert 0 < stream["forwardDelayMilliseconds"]["mean"] < _LONG
    # Nothing was lost, so only what came too late is concealed.
    assert voice["concealedAudioFrames"] <= voice["audioFrames"] // 20 + voice["discarded"], voice
    assert (3 if voice["discarded"] == 0 else 1) < voice["eModelMeanOpinionScore"] < 4.5
    assert any("not judged" in remark for remark in voice["remarks"]), voice
    status, line = await _run("call", relay.address, "--authority", relay.certificate, "--seconds", "1", "--plugin")
    assert status in (0, 1), line
    _check_plugin_line(line)


async def test_a_call_without_the_relays_certificate_is_not_a_measurement(relay: Relay) -> None:
    status, output = await _run("call", relay.address, "--seconds", "1")
    assert status == 3 and "not trusted" in output and "no meeting" not in output, output


async def test_trace_names_every_router_between_here_and_there() -> None:
    async with network.line(3) as machines:
        target = f"{machines[2].address}:3478"
        status, measured = await _measure("trace", target)
        [stream] = measured["streams"]
        assert [hop["addresses"] for hop in stream["hops"]] == [[machine.address] for machine in machines], measured
        assert [hop["isTarget"] for hop in stream["hops"]] == [False, False, True]
        assert all(len(hop["roundTripMilliseconds"]) == 3 for hop in stream["hops"]), measured
        assert status == 0, measured
        # A router that says that it lets nothing through, then one that says nothing.
        machines[1].run("ip", "route", "add", "unreachable", f"{machines[2].address}/32")
        status, output = await _run("trace", target)
        assert status == 3 and f"{machines[1].address} lets nothing through to the target" in output, output
        assert "no answer" not in output, output
        machines[1].run("sh", "-c", "echo 0 > /proc/sys/net/ipv4/ip_forward")
        status, output = await _run("trace", target)
        assert status == 3 and f" 1  {machines[0].address}" in output and " 2  no answer" in output, output
        assert machines[1].address not in output, output


async def test_trace_is_answered_by_a_reflector(relay: Relay) -> None:
    status, measured = await _measure("trace", f"{_ADDRESS}:8620")
    [stream] = measured["streams"]
    assert status == 0 and stream["received"] == 3 and stream["hops"][0]["isTarget"], measured


@pytest_asyncio.fixture(loop_scope="session")
async def feeds():
    """Status feeds as providers publish them: their form, and content made up."""
    application = web.Application()
    application.router.add_static("/", Path(__file__).parent / "feeds")
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, _ADDRESS, _FEEDS).start()
    yield f"http://{_ADDRESS}:{_FEEDS}"
    await runner.cleanup()


async def test_status_feeds_are_read_and_an_unreadable_one_is_not_fine(feeds: str) -> None:
    for name, status, service in (
        ("operational.json", 0, "operational"), ("outage.json", 2, "outage"), ("maintenance.json", 1, "maintenance"),
        ("google.json", 1, "degraded"),
    ):
        measured_status, measured = await _measure("status", f"{feeds}/{name}")
        assert measured_status == status, measured
        assert measured["streams"][0]["service"] == service, measured
    _, measured = await _measure("status", f"{feeds}/outage.json")
    assert measured["streams"][0]["remarks"] == ["Participants cannot hear each other"]
    for name in ("login.html", "missing.json"):
        status, output = await _run("status", f"{feeds}/{name}")
        assert status == 3 and "unreadable" in output and "verdict: not measured" in output, output


async def test_status_feeds_are_read_through_the_proxy(proxy: Path, feeds: str) -> None:
    (proxy / "credentials").write_text("kenchou:s3cret\n")
    (proxy / "credentials").chmod(0o600)
    status, measured = await _measure(
        "status", f"{feeds}/operational.json", "--proxy", f"http://{_ADDRESS}:{_PROXY}", "--proxy-credentials",
        str(proxy / "credentials"))
    assert status == 0 and measured["streams"][0]["route"] == "proxy", measured
    status, output = await _run("status", f"{feeds}/operational.json", "--proxy", f"http://{_ADDRESS}:{_PROXY}")
    assert status == 3 and "status 407" in output, output
