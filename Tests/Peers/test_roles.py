"""The roles `relay` and `monitor`, each in a process of its own, and what goes from one to the other."""

import json
import shutil
import sqlite3
import urllib.error
import urllib.request
from pathlib import Path

import pytest_asyncio
from aiortc import RTCBundlePolicy

import media
import network
from relay import Relay
from waiting import until
from whip import Publisher, Viewer

_MONITOR, _RELAY, _MEDIA = 8496, 8497, 10500

_SITES = f"""\
site: hq
data: data
probes: probes
sites:
  - {{id: hq, networks: [192.0.2.0/24]}}
"""


class Monitor(Relay):
    command = "monitor"

    def __init__(self, folder: Path):
        folder.mkdir()
        super().__init__(
            folder, f"{_SITES}http: {{listen: '{network.ADDRESS}:{_MONITOR}'}}\n", f"https://{network.ADDRESS}:{_MONITOR}")

    @property
    def token(self) -> Path:
        return self.folder / "data/agent.token"

    def calls(self) -> set[tuple[str, str]]:
        """Direction and participant of every call it holds records of."""
        database = sqlite3.connect(f"file:{self.folder}/data/history.sqlite?mode=ro", uri=True, timeout=30)
        try:
            rows = database.execute(
                "SELECT DISTINCT origin, label FROM record JOIN series ON series.id = series WHERE origin LIKE 'call%'")
            return set(rows.fetchall())
        finally:
            database.close()


class RelayAlone(Relay):
    command = "relay"

    def __init__(self, folder: Path, monitor: Monitor):
        folder.mkdir()
        shutil.copy(monitor.token, folder / "token")
        (folder / "token").chmod(0o600)
        configuration = f"""\
{_SITES}
agent: {{monitor: "{monitor.address}", authority: "{monitor.certificate}", token: token}}
relay: {{listen: [{network.ADDRESS}], port: {_MEDIA}}}
http: {{listen: "{network.ADDRESS}:{_RELAY}"}}
"""
        super().__init__(folder, configuration, f"https://{network.ADDRESS}:{_RELAY}")


def ask(server: Relay, path: str, method: str = "GET") -> tuple[int, bytes]:
    request = urllib.request.Request(server.address + path, method=method)
    try:
        with urllib.request.urlopen(request, context=server.trust, timeout=30) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@pytest_asyncio.fixture(loop_scope="session")
async def roles(tmp_path: Path):
    monitor = Monitor(tmp_path / "monitor")
    await monitor.start()
    alone = RelayAlone(tmp_path / "relay", monitor)
    await alone.start()
    yield monitor, alone
    for server in (alone, monitor):
        if server.is_alive:
            await server.kill()


async def test_either_role_serves_what_is_its_own_and_ends_when_asked(roles) -> None:
    monitor, alone = roles
    assert json.loads(ask(monitor, "/v1/health")[1])["roles"] == ["monitor"]
    assert json.loads(ask(alone, "/v1/health")[1])["roles"] == ["relay"]
    assert ask(monitor, "/v1/overview")[0] == 200
    # Its own load, and no paths.
    assert json.loads(ask(alone, "/v1/overview")[1])["paths"] == []
    assert ask(alone, "/v1/records", "POST")[0] == 404
    assert ask(alone, "/")[0] == 200
    assert ask(monitor, "/")[0] == 404
    assert ask(monitor, "/whip/a", "POST")[0] == 404
    # Neither is in the other's way: they share a machine and no port.
    assert await alone.stop() == 0, alone.log
    assert await monitor.stop() == 0, monitor.log


async def test_calls_of_a_relay_alone_reach_the_monitor_also_when_that_was_away(roles) -> None:
    monitor, alone = roles
    publisher = Publisher("Red", media.RED, "roles", alone, RTCBundlePolicy.BALANCED)
    viewer = Viewer("roles", alone)
    try:
        await publisher.start()
        await viewer.start()
        await until("the viewer sees the picture", lambda: viewer.colour == "red")
        await until("the monitor has records of both", lambda: len(monitor.calls()) >= 2)
        assert {origin for origin, _ in monitor.calls()} == {"call uplink", "call downlink"}, monitor.calls()

        await monitor.stop()
        seen = viewer.frames
        await until("the meeting goes on without a monitor", lambda: viewer.frames > seen + 30)
        late = Publisher("Blue", media.BLUE, "roles-later", alone, RTCBundlePolicy.BALANCED)
        before = len(_spooled(alone))
        await late.start()
        try:
            await until("records wait in the spool", lambda: len(_spooled(alone)) > before)
        finally:
            await late.close()
        known = monitor.calls()
        await monitor.start()
        await until("what was measured meanwhile comes", lambda: monitor.calls() - known)
    finally:
        await publisher.close()
        await viewer.close()
    assert await alone.stop() == 0, alone.log
    assert await monitor.stop() == 0, monitor.log


def _spooled(alone: Relay) -> bytes:
    return b"".join(file.read_bytes() for file in (alone.folder / "data/spool/hq").glob("*.spool"))
