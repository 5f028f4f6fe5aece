"""From a bad network to a page and the dashboard, and over a restart."""

from pathlib import Path

import pytest_asyncio

import network
from measuring import BadNetwork, Receiver, Terminal, probe
from relay import Relay
from waiting import until

_ADDRESS = network.ADDRESS
_REFLECTOR, _LINK, _HOOK, _HTTPS = 8621, 8701, 8801, 8444

# The branch is measured through the bad network: its address in the configuration is the link's. Short intervals of many
# packets, so that 3 % is far from the limit in each.
_CONFIGURATION = f"""\
site: hq
data: data
probes: probes
sites:
  - id: hq
    name: {{ja: 県庁, en: Headquarters}}
  - id: branch
    name: {{ja: 支所, en: Branch}}
    reflector: {_ADDRESS}:{_LINK}
agent:
  reflector: {_ADDRESS}:{_REFLECTOR}
relay:
  listen: [{_ADDRESS}]
  port: 10100
http:
  listen: {_ADDRESS}:{_HTTPS}
monitor:
  incidents: {{raise: 3 of 4, clear: 2 of 2, keepFiring: 0 s}}
notify:
  channels:
    team: {{kind: webhook, url: "http://{_ADDRESS}:{_HOOK}/hook"}}
"""

_JOB = """\
kind: stamp
from: [hq]
to: [branch]
rate: 200
interval: 4 s
"""


@pytest_asyncio.fixture(loop_scope="session")
async def place(tmp_path: Path):
    """A folder, a bad network and somebody to page."""
    (tmp_path / "probes").mkdir()
    (tmp_path / "probes/branch.yaml").write_text(_JOB)
    link = BadNetwork(f"{_ADDRESS}:{_LINK}", f"{_ADDRESS}:{_REFLECTOR}")
    receiver = Receiver(_ADDRESS, _HOOK)
    terminal = Terminal(tmp_path)
    await link.start()
    await receiver.start()
    yield tmp_path, link, receiver, terminal
    terminal.close()
    await receiver.stop()
    await link.stop()


def _monitor(folder: Path) -> Relay:
    return Relay(folder, _CONFIGURATION, f"https://{_ADDRESS}:{_HTTPS}")


async def test_a_probe_reports_exactly_what_was_injected(place) -> None:
    folder, link, _, _ = place
    # The agent itself measures nothing here: only the probe's own packets pass the link.
    (folder / "probes/branch.yaml").unlink()
    monitor = _monitor(folder)
    await monitor.start()

    await link.switch("loss=3")
    status, measured = await probe(f"{_ADDRESS}:{_LINK}", 5)
    injected = await link.switch("delay=200")
    streams = measured["streams"]
    assert status == 2, measured
    assert sum(stream["forwardLost"] for stream in streams) == injected["forward"]["lost"] > 0
    assert sum(stream["reverseLost"] for stream in streams) == 0 == injected["reverse"]["lost"]
    assert sum(stream["sent"] for stream in streams) == injected["forward"]["arrived"]

    status, measured = await probe(f"{_ADDRESS}:{_LINK}", 5)
    injected = await link.switch("none")
    held = (injected["forward"]["heldNanoseconds"] + injected["reverse"]["heldNanoseconds"]) / 1e6
    for stream in measured["streams"]:
        assert stream["lost"] == 0
        # What the link held, by its own clock, is in the round trip; what is not is the way to its thread and on.
        assert -1 < stream["roundTripMilliseconds"]["mean"] - held < 50, (stream, held)
    assert status == 2, "a round trip of 200 ms is over the limit"

    status, measured = await probe(f"{_ADDRESS}:{_LINK}", 5)
    assert status == 0, measured
    assert await monitor.stop() == 0


async def test_a_breach_pages_survives_a_restart_and_is_resolved(place) -> None:
    folder, link, receiver, terminal = place
    monitor = _monitor(folder)
    await monitor.start()
    terminal.run(str(monitor.executable), "dashboard", "--config", str(monitor.file))
    await terminal.shows("the path as good", "● good", "Headquarters", "Branch")

    await link.switch("loss=3")
    await terminal.shows("the incident as pending", "✖ bad", "pending")
    await terminal.shows("the incident as firing", "firing", "Loss")
    await until("the page came", lambda: _told(receiver, "firing"))
    key, page = _told(receiver, "firing")[0]
    assert key
    assert page["site"]["id"] == "hq" and page["target"]["id"] == "branch", page

    # In the middle of the incident: it goes on as the same one, and is not told again.
    assert await monitor.stop() == 0
    await terminal.shows("that the monitor is gone", "▲ lost")
    await monitor.start()
    await terminal.shows("the incident after the restart", "● live", "firing")

    # Delay instead of loss keeps it firing; nothing at all ends it.
    await link.switch("delay=200")
    await terminal.shows("the latency", "✖ bad", "20")
    await link.switch("none")
    await until("the end was told", lambda: _told(receiver, "resolved"))
    await terminal.shows("the incident as resolved", "resolved", "● good")
    incidents = {page["incident"] for _, page in receiver.received}
    keys = [key for key, _ in receiver.received]
    assert len(keys) == len(set(keys)), "nothing was told twice"
    assert {page["incident"] for _, page in _told(receiver, "resolved")} <= incidents

    terminal.press("q")
    await terminal.shows("its end", "status 0")
    assert await monitor.stop() == 0


def _told(receiver: Receiver, status: str) -> list[tuple[str, dict]]:
    return [(key, page) for key, page in receiver.received if page["status"] == status]
