"""A relay whose certificate an office's authority has signed: who is believed, and who is not and why."""

import asyncio
import datetime
import json
import re
import subprocess
from pathlib import Path

import pytest
import pytest_asyncio

import network
from authority import Authority
from relay import EXECUTABLE, Relay
from waiting import DEADLINE, until

_ADDRESS = network.ADDRESS
_HTTPS, _MEDIA, _REFLECTOR = 8446, 10300, 8626
_URL = f"https://{_ADDRESS}:{_HTTPS}"

_SITES = f"""\
data: DATA
probes: probes
sites:
  - {{id: hq, reflector: "{_ADDRESS}:{_REFLECTOR}"}}
  - {{id: branch}}
"""

_RELAY = f"""\
site: hq
{_SITES.replace("DATA", "data")}
relay:
  listen: [{_ADDRESS}]
  port: {_MEDIA}
http:
  listen: {_ADDRESS}:{_HTTPS}
  certificate: relay.pem
  key: relay.key
"""

# Many short intervals, so that a record soon comes.
_JOB = "kind: stamp\nfrom: [branch]\nto: [hq]\nrate: 50\ninterval: 1 s\n"


def _monitor(folder: Path, configuration: str = _RELAY) -> Relay:
    (folder / "probes").mkdir(exist_ok=True)
    (folder / "probes/hq.yaml").write_text(_JOB)
    return Relay(folder, configuration, _URL)


def _dashboard(*options: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [str(EXECUTABLE), "dashboard", *options, "--once", "--json"], capture_output=True, text=True, timeout=60)


def _measured(overview: str) -> bool:
    """Whether a path from the branch has been measured, so that its agent's records have come."""
    paths = json.loads(overview)["paths"] if overview else []
    return any(path["verdict"] != "unknown" for path in paths)


class Agent:
    """`kakehashi agent` of the branch, and what it says."""

    def __init__(self, folder: Path, monitor: Path, trust: str):
        self._folder = folder / "agent"
        (self._folder / "probes").mkdir(parents=True)
        (self._folder / "probes/hq.yaml").write_text(_JOB)
        self._file = self._folder / "kakehashi.yaml"
        token = monitor / "data/agent.token"
        self._file.write_text(
            f"site: branch\n{_SITES.replace('DATA', 'data')}"
            f'agent: {{monitor: "{_URL}", {trust} token: "{token}"}}\n')
        self.lines: list[str] = []

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            str(EXECUTABLE), "agent", "--config", str(self._file),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for line in self._process.stdout:
            self.lines.append(line.decode())

    def says(self, text: str) -> bool:
        return any(text in line for line in self.lines)

    async def stop(self) -> int:
        self._process.terminate()
        status = await asyncio.wait_for(self._process.wait(), DEADLINE)
        await self._reading
        return status


@pytest_asyncio.fixture(loop_scope="session")
async def office(tmp_path: Path):
    """A root and the authority below it that signs for servers."""
    root = Authority("Office Root")
    (tmp_path / "root.pem").write_bytes(root.pem)
    return root, Authority("Office Servers", above=root)


async def test_every_command_of_the_readme_section_works_as_it_stands(tmp_path: Path) -> None:
    readme = Path(__file__).parents[2] / "README.md"
    section = readme.read_text().split("## The office's certificate authority")[1].split("\n## ")[0]
    scripts = [script.replace("10.1.0.5", _ADDRESS) for script in re.findall(r"```sh\n(.*?)```", section, re.S)]
    assert len(scripts) == 4
    outputs = [
        subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=tmp_path, check=True, capture_output=True,
                       text=True).stdout
        for script in scripts
    ]
    assert "relay.pem: OK" in outputs[2] and f"IP Address:{_ADDRESS}" in outputs[2]
    pin = "sha256//" + outputs[3].strip()

    # With the branch's agent in the same process.
    monitor = _monitor(tmp_path, _RELAY + "up: {secondSite: branch}\n")
    await monitor.start()
    try:
        assert pin in monitor.log, "the pin that is printed is the one that openssl computes"
        ours = ("--config", str(monitor.file))
        await until("this machine's own agent delivers", lambda: _measured(_dashboard(*ours).stdout))
        assert _dashboard(_URL, "--authority", str(tmp_path / "office-ca.pem")).returncode == 0
        assert _dashboard(_URL, "--pin", pin).returncode == 0
        test = subprocess.run([str(EXECUTABLE), "selftest", *ours], capture_output=True, text=True, timeout=120)
        assert test.returncode == 0, test.stdout
        assert f"relay.pem is for meet.example.jp, {_ADDRESS} until" in test.stdout
    finally:
        assert await monitor.stop() == 0


@pytest.mark.parametrize("way", ["authority", "pin"])
async def test_a_chain_with_an_authority_between_works_everywhere(way: str, tmp_path: Path, office) -> None:
    _, servers = office
    servers.issue(tmp_path, _ADDRESS)
    monitor = _monitor(tmp_path)
    await monitor.start()
    pin = re.search(r"sha256//[A-Za-z0-9+/=]+", monitor.log).group()
    root = tmp_path / "root.pem"
    agent = Agent(tmp_path, tmp_path, f'authority: "{root}",' if way == "authority" else f'pin: "{pin}",')
    await agent.start()
    try:
        options = ("--authority", str(root)) if way == "authority" else ("--pin", pin)
        await until("the agent's records are shown", lambda: _measured(_dashboard(_URL, *options).stdout))
        assert not agent.says("Records are not delivered")
    finally:
        assert await agent.stop() == 0
        assert await monitor.stop() == 0


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("authority", "is not trusted (SSL certificate problem: unable to get"),
        ("name", "is not trusted (SSL: no alternative certificate subject name matches"),
        ("expired", "is not trusted (SSL certificate problem: certificate has expired"),
        ("pin", "shows another public key than the pinned one"),
    ],
)
async def test_what_is_wrong_is_refused_with_the_reason(fault: str, reason: str, tmp_path: Path, office) -> None:
    _, servers = office
    servers.issue(
        tmp_path, "192.0.2.77" if fault == "name" else _ADDRESS,
        datetime.timedelta(days=-1 if fault == "expired" else 90))
    if fault == "authority":
        (tmp_path / "root.pem").write_bytes(Authority("Somebody else").pem)
    wrong = "sha256//" + "A" * 43 + "="
    monitor = _monitor(tmp_path)
    await monitor.start()
    root = tmp_path / "root.pem"
    agent = Agent(tmp_path, tmp_path, f'pin: "{wrong}",' if fault == "pin" else f'authority: "{root}",')
    await agent.start()
    try:
        options = ("--pin", wrong) if fault == "pin" else ("--authority", str(root))
        shown = _dashboard(_URL, *options)
        assert shown.returncode == 1 and reason in shown.stderr, shown
        await until("the agent says why", lambda: agent.says("Records are not delivered") and agent.says(reason))
        assert not _measured(_dashboard("--config", str(monitor.file)).stdout)
        test = subprocess.run(
            [str(EXECUTABLE), "selftest", "--config", str(monitor.file)], capture_output=True, text=True, timeout=120)
        assert test.returncode == (1 if fault == "expired" else 0), test.stdout
        assert ("relay.pem was valid until" in test.stdout) == (fault == "expired")
    finally:
        assert await agent.stop() == 0
        assert await monitor.stop() == 0
