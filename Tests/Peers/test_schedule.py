"""Scheduled jobs: taken up while everything runs, wrong ones named, breaches told."""

import asyncio
import json
import shutil
import signal
import subprocess
import urllib.request
from pathlib import Path

import pytest_asyncio
from aiohttp import web

import network
from measuring import Receiver
from relay import EXECUTABLE, Relay
from waiting import until

_ADDRESS = network.ADDRESS
_HOOK, _HTTPS, _SERVICE, _STUN = 8803, 8447, 8901, 3479

_CONFIGURATION = f"""\
site: hq
data: data
probes: probes
sites:
  - {{id: hq, name: {{ja: 県庁, en: Headquarters}}, uplink: 100 Mbit/s}}
relay: {{listen: [{_ADDRESS}], port: 10200}}
http: {{listen: "{_ADDRESS}:{_HTTPS}"}}
monitor:
  incidents: {{raise: 2 of 3, clear: 2 of 2, keepFiring: 0 s}}
notify:
  channels:
    team: {{kind: webhook, url: "http://{_ADDRESS}:{_HOOK}/hook"}}
"""

_JOB = f"""\
kind: https
to: ["http://{_ADDRESS}:{_SERVICE}/"]
interval: 1 s
force: true
page: PAGE
"""


@pytest_asyncio.fixture(loop_scope="session")
async def place(tmp_path: Path):
    (tmp_path / "probes").mkdir()
    receiver = Receiver(_ADDRESS, _HOOK)
    await receiver.start()
    monitor = Relay(tmp_path, _CONFIGURATION, f"https://{_ADDRESS}:{_HTTPS}")
    await monitor.start()
    yield tmp_path, monitor, receiver
    assert await monitor.stop() == 0
    await receiver.stop()


async def _run(*words: str) -> subprocess.CompletedProcess:
    """In a thread, since the service it asks is in this process."""
    return await asyncio.to_thread(subprocess.run, [str(EXECUTABLE), *words], capture_output=True, text=True)


class _Service:
    """A web server that counts its requests."""

    def __init__(self) -> None:
        self.asked = 0

    async def start(self) -> None:
        application = web.Application()
        application.router.add_get("/", self._answer)
        self._runner = web.AppRunner(application)
        await self._runner.setup()
        await web.TCPSite(self._runner, _ADDRESS, _SERVICE).start()

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def _answer(self, _: web.Request) -> web.Response:
        self.asked += 1
        return web.Response(text="well")


def _overview(monitor: Relay) -> dict:
    with urllib.request.urlopen(f"{monitor.address}/v1/overview", context=monitor.trust) as answer:
        return json.load(answer)


def _paths(monitor: Relay) -> list[dict]:
    return _overview(monitor)["paths"]


async def _verdict(monitor: Relay, verdict: str) -> None:
    await until(f"the service is {verdict}", lambda: [p["verdict"] for p in _paths(monitor)] == [verdict])


async def test_a_job_is_taken_up_while_everything_runs_and_its_breach_is_told(place) -> None:
    folder, monitor, receiver = place
    service = _Service()
    await service.start()
    (folder / "probes/wrong.yaml").write_text("kind: https\ninterval: soon\n")
    (folder / "probes/service.yaml").write_text(_JOB.replace("PAGE", "true"))
    await _verdict(monitor, "good")
    [path] = _paths(monitor)
    assert path["origin"] == "probe https" and path["target"] == f"http://{_ADDRESS}:{_SERVICE}/"
    assert path["limits"]["latencyMilliseconds"] == 1000
    assert "wrong.yaml:2: interval: must be" in monitor.log

    await service.stop()
    await _verdict(monitor, "bad")
    await until("the page came", lambda: any(page["status"] == "firing" for _, page in receiver.received))
    assert {(page["severity"], page["origin"]) for _, page in receiver.received} == {("page", "probe https")}
    await service.start()
    await until("the end was told", lambda: any(page["status"] == "resolved" for _, page in receiver.received))

    # Taken away, it asks no more; back without pages, it makes a ticket.
    reads = monitor.log.count("Probe jobs were read again")
    (folder / "probes/service.yaml").unlink()
    await until("the job's end is in the log", lambda: monitor.log.count("Probe jobs were read again") > reads)
    asked = service.asked
    await asyncio.sleep(3)
    assert service.asked <= asked + 1
    (folder / "probes/service.yaml").write_text(_JOB.replace("PAGE", "false"))
    await until("it asks again", lambda: service.asked > asked + 1)
    await _verdict(monitor, "good")
    receiver.received.clear()
    await service.stop()
    await until("the ticket came", lambda: any(page["status"] == "firing" for _, page in receiver.received))
    assert {page["severity"] for _, page in receiver.received if page["status"] == "firing"} == {"ticket"}


async def test_a_media_server_that_falls_silent_is_in_breach_also_after_a_restart(place) -> None:
    folder, monitor, _ = place
    assert shutil.which("turnserver"), "coturn is missing: .ci/install test"
    server = subprocess.Popen(
        ["turnserver", "-n", "-L", _ADDRESS, "-p", str(_STUN), "--stun-only", "--no-cli", "--no-tls", "--no-dtls",
         "--log-file", "stdout", "--pidfile", "/dev/null"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        (folder / "probes/media.yaml").write_text(
            f"kind: stun\nto: [\"{_ADDRESS}:{_STUN}\"]\ninterval: 5 s\ncount: 2\nrate: 10\nforce: true\n")
        await _verdict(monitor, "good")
        # Stopped, it holds its port and says nothing.
        server.send_signal(signal.SIGSTOP)
        assert await monitor.stop() == 0
        await monitor.start()
        await _verdict(monitor, "bad")
    finally:
        server.send_signal(signal.SIGCONT)
        server.terminate()
        await asyncio.to_thread(server.wait)


async def test_a_site_without_an_agent_is_measured_at_its_router_and_marked(tmp_path: Path) -> None:
    # A router that answers pings, and TWAMP Light on a port: this machine.
    Path("/proc/sys/net/ipv4/ping_group_range").write_text("0 2147483647")
    configuration = _CONFIGURATION.replace("uplink: 100 Mbit/s", f'reflector: "{_ADDRESS}:8651"').replace(
        "relay: {", f'  - {{id: annex, router: "{_ADDRESS}:8651"}}\nrelay: {{', 1)
    monitor = Relay(tmp_path, configuration, f"https://{_ADDRESS}:{_HTTPS}")
    (tmp_path / "probes").mkdir()
    (tmp_path / "probes/ping.yaml").write_text(
        "kind: icmp\nfrom: [hq]\nto: [annex]\ninterval: 4 s\ncount: 3\nrate: 10\nforce: true\n")
    (tmp_path / "probes/twamp.yaml").write_text("kind: stamp\nfrom: [hq]\nto: [annex]\ninterval: 1 s\n")
    await monitor.start()
    try:
        def good() -> bool:
            overview = _overview(monitor)
            found = {
                (path["origin"], path["label"], path["verdict"], path.get("isLowerConfidence")) for path in overview["paths"]}
            sites = {site["id"]: site["verdict"] for site in overview["sites"]}
            return sites["annex"] == "good" and found == {
                ("probe icmp", "router", "good", True), ("probe stamp", "router voice", "good", True),
                ("probe stamp", "router video", "good", True)}

        await until("the router is measured, and its site good", good)
    finally:
        await monitor.stop()


async def test_a_jobs_file_can_be_run_once_and_the_plan_says_what_it_costs(place) -> None:
    folder, monitor, _ = place
    service = _Service()
    await service.start()
    job = folder / "service.yaml"
    job.write_text(_JOB.replace("PAGE", "true"))
    ran = await _run("probe", "run", str(job), "--config", str(monitor.file), "--plugin")
    assert ran.returncode == 0 and ran.stdout.startswith("HTTPS OK - "), ran
    await service.stop()
    ran = await _run("probe", "run", str(job), "--json")
    assert ran.returncode == 2 and json.loads(ran.stdout)[0]["status"] == "breach", ran
    job.write_text("kind: https\n")
    ran = await _run("probe", "run", str(job))
    assert ran.returncode == 3 and "service.yaml" in ran.stderr and "to: is missing" in ran.stderr, ran

    (folder / "probes/calls.yaml").write_text(f"kind: call\nto: [\"{monitor.address}\"]\n")
    planned = await _run("config", "plan", "--config", str(monitor.file))
    assert planned.returncode == 0, planned
    assert "hq: " in planned.stdout and "% of its uplink" in planned.stdout and "disk: about" in planned.stdout, planned
    (folder / "probes/calls.yaml").write_text("kind: call\nto: [x]\ncron: never\n")
    checked = await _run("config", "check", "--config", str(monitor.file))
    assert checked.returncode == 78 and "calls.yaml:3: cron: must be" in checked.stderr, checked
