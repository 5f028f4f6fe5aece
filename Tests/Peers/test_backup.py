"""`kakehashi monitor backup`, `verify` and `restore`, from a running monitor onto an empty machine."""

import asyncio
import shutil
import sqlite3
import subprocess
from pathlib import Path

import network
from relay import EXECUTABLE, Relay
from waiting import until

_MONITOR, _REFLECTOR = 8458, 8627

# The branch's agent measures to its own reflector, under the headquarters' name.
_SITES = f"""\
data: data
probes: probes
sites:
  - {{id: hq, reflector: "{network.ADDRESS}:{_REFLECTOR}"}}
  - {{id: branch}}
"""
_JOB = "kind: stamp\nfrom: [branch]\nto: [hq]\nrate: 20\ninterval: 1 s\n"


class Monitor(Relay):
    command = "monitor"

    def __init__(self, folder: Path):
        folder.mkdir()
        super().__init__(
            folder, f"site: hq\n{_SITES}http: {{listen: '{network.ADDRESS}:{_MONITOR}'}}\n",
            f"https://{network.ADDRESS}:{_MONITOR}")
        self.file.write_text(self.configuration)

    def records(self) -> list[tuple[str, int]]:
        """Stream and second of every record."""
        database = sqlite3.connect(f"file:{self.folder}/data/history.sqlite?mode=ro", uri=True, timeout=30)
        try:
            return database.execute(
                "SELECT label, start / 1000000000 FROM record JOIN series ON series.id = series ORDER BY 1, 2").fetchall()
        finally:
            database.close()

    def run(self, *words: object) -> tuple[int, str]:
        """`kakehashi monitor` with these words: status and what it says."""
        ended = subprocess.run(
            [EXECUTABLE, "monitor", *words, "--config", self.file], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, timeout=60)
        return ended.returncode, ended.stdout


class Agent(Relay):
    command, sign = "agent", "Ctrl-C ends it"

    def __init__(self, folder: Path, monitor: Monitor):
        (folder / "probes").mkdir(parents=True)
        (folder / "probes/all.yaml").write_text(_JOB)
        shutil.copy(monitor.folder / "data/agent.token", folder / "token")
        shutil.copy(monitor.certificate, folder / "monitor.pem")
        super().__init__(folder, f"""\
site: branch
{_SITES}
agent:
  monitor: {monitor.address}
  authority: monitor.pem
  token: token
  reflector: {network.ADDRESS}:{_REFLECTOR}
""")


async def test_a_backup_of_a_running_monitor_goes_on_on_another_machine_with_what_agents_still_hold(tmp_path: Path) -> None:
    first, backup = Monitor(tmp_path / "first"), tmp_path / "backup.sqlite"
    await first.start()
    agent = Agent(tmp_path / "agent", first)
    await agent.start()
    second = None
    try:
        await until("records come", lambda: len(first.records()) >= 8)
        assert first.run("backup", backup) == (0, f"{backup} holds the history of this moment.\n")
        assert first.run("backup", backup) == (
            1, f"kakehashi: {backup} is there already: name another file, or move it away.\n")
        status, text = first.run("verify")
        assert status == 0 and "history.sqlite is whole" in text, text
        status, text = first.run("restore", backup)
        assert status == 1 and "is in use by another kakehashi" in text, text

        # The first machine is lost.
        before = first.records()
        await first.stop()
        ended = first.records()
        assert set(before) <= set(ended)
        # The agent goes on measuring.
        await asyncio.sleep(4)

        second = Monitor(tmp_path / "second")
        (second.folder / "data").mkdir(mode=0o700)
        shutil.copytree(first.folder / "data/tls", second.folder / "data/tls")
        shutil.copy(first.folder / "data/agent.token", second.folder / "data/agent.token")
        status, text = second.run("restore", backup)
        assert (status, text) == (0, f"The history in {second.folder}/data is that of {backup}.\n")
        restored = second.records()
        assert restored and set(restored) <= set(ended)
        await second.start()
        last = max(at for _, at in ended)
        await until("the agent's records come", lambda: max(at for _, at in second.records()) > last + 6)
        records = second.records()
        assert len(records) == len(set(records)), "each is there once"
        # The agent's routes are no stream: it looks for one now and then.
        for label in ("voice", "video"):
            seconds = [at for own, at in records if own == label]
            since = [at for at in seconds if at > last]
            assert since == list(range(since[0], since[-1] + 1)) and since[0] == last + 1, (last, seconds)
        assert set(restored) <= set(records)
        assert await second.stop() == 0, second.log
        status, text = second.run("verify")
        assert status == 0 and f"{len(second.records())} records" in text, text
    finally:
        for process in filter(None, (agent, first, second)):
            if process.is_alive:
                await process.kill()


def test_a_damaged_backup_is_told_and_not_restored(tmp_path: Path) -> None:
    monitor, backup = Monitor(tmp_path / "monitor"), tmp_path / "backup.sqlite"
    backup.write_bytes(b"This was a backup once." * 1_000)
    for command in ("verify", "restore"):
        status, text = monitor.run(command, backup)
        assert status == 1 and text.startswith(f"kakehashi: {backup} is damaged (") and text.count("\n") == 1, text
    assert not (monitor.folder / "data/history.sqlite").exists()
    status, text = monitor.run("verify", tmp_path / "nowhere")
    assert (status, text) == (1, f"kakehashi: There is no {tmp_path}/nowhere: name a file that is there.\n")
