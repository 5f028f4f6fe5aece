"""Agents of other sites as operators know them: commands and processes, from the one-time code to the last record."""

import asyncio
import re
import sqlite3
import stat
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

import network
from relay import Relay, run, running
from waiting import until

HTTPS, MEDIA, HQ, TSU = 8451, 10500, 8641, 8642

_CONFIGURATION = f"""\
site: hq
data: data
probes: probes
sites:
  - id: hq
    networks: [192.0.2.0/24]
    reflector: {network.ADDRESS}:{HQ}
relay:
  listen: [{network.ADDRESS}]
  port: {MEDIA}
http:
  listen: {network.ADDRESS}:{HTTPS}
"""

_JOB = "kind: stamp\nto: [hq]\nrate: 100\ninterval: 1 s\n"


class Agent(Relay):
    """What `agent join` has written, as the service runs it."""

    command, sign = "agent", "delivers to"


class Site:
    """A site's machine: what stands on its disk."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.configuration = folder / "agent.yaml"
        self.data = folder / "agent"

    def join(self, command: list[str], *more: str, status: int = 0) -> str:
        return run(*command, "--config", self.configuration, "--data", self.data, *more, status=status)

    def agent(self) -> Agent:
        return Agent(self.folder, self.configuration.read_text())


@pytest_asyncio.fixture(loop_scope="session")
async def hq(tmp_path: Path) -> AsyncIterator[Relay]:
    async with running(Relay(tmp_path / "hq", _CONFIGURATION, f"https://{network.ADDRESS}:{HTTPS}"), _JOB) as hq:
        yield hq


def add(hq: Relay) -> list[str]:
    """Adds a site; the command that is to be typed there."""
    said = run(
        "site", "add", "tsu", "--networks", "198.51.100.0/24", "--reflector", f"{network.ADDRESS}:{TSU}",
        "--name-ja", "津地域庁舎", "--name-en", "Tsu office", "--config", hq.file)
    line = said.splitlines()[-1].split()
    assert line[:4] == ["kakehashi", "agent", "join", hq.address], said
    # An address of its own is in no configuration: the command says it as this machine has it.
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", line[4]), said
    assert line[5] == "--pin", said
    return line[1:]


def stored(hq: Relay, site: str) -> list[int]:
    """Seconds at which records of a site begin."""
    database = sqlite3.connect(f"file:{hq.file.parent}/data/history.sqlite?mode=ro", uri=True, timeout=30)
    try:
        rows = database.execute(
            "SELECT DISTINCT start FROM record JOIN series ON series.id = series WHERE site = ? ORDER BY start", [site])
        return [start // 1_000_000_000 for [start] in rows]
    finally:
        database.close()


async def test_a_site_joins_gets_its_jobs_and_is_shut_out(hq: Relay, tmp_path: Path) -> None:
    command = add(hq)
    site = Site(tmp_path / "tsu")
    site.folder.mkdir()

    # Another server than the one whose pin was given out is not spoken to, and the code stays.
    wrong = command[:-1] + ["sha256//" + "A" * 43 + "="]
    said = site.join(wrong, "--language", "ja", status=1)
    assert "途中で通信が差し替えられています" in said and "[不通]" in said
    assert not site.configuration.exists()
    mistyped = command.copy()
    mistyped[3] = mistyped[3][:-1] + ("2" if mistyped[3][-1] != "2" else "3")
    assert "This is no code" in site.join(mistyped, status=1)

    said = site.join(command, "--language", "ja")
    for word in ("名前解決", "監視サーバー（HTTPS）", "時計", "計測（UDP）", "優先制御の印（DSCP）", "パケットの大きさ（MTU）"):
        assert word in said, said
    assert "[不通]" not in said, said
    key = (site.data / "agent.key").read_text().strip()
    assert key not in said and key not in site.configuration.read_text()
    for file in (site.configuration, site.data / "agent.key"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    # Once.
    other = Site(tmp_path / "other")
    other.folder.mkdir()
    assert "This code is not valid" in other.join(command, status=1)

    agent = site.agent()
    await agent.start()
    await until("the agent is heard", lambda: "s ago" in run("agent", "list", "--config", hq.file))
    assert stored(hq, "tsu") == []
    assert "tsu" in run("jobs", "publish", "--first", "tsu", "--config", hq.file)
    await until("the agent does its jobs", lambda: len(stored(hq, "tsu")) >= 3)
    await until("it says so", lambda: re.search(r"tsu +active .* 1 ", run("agent", "list", "--config", hq.file)))
    assert "Every site: 1" in run("jobs", "promote", "--config", hq.file)

    # Wrong jobs are not even published.
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs/hub.yaml").write_text(_JOB.replace("100", "many"))
    said = run("jobs", "publish", "--config", hq.file, "--folder", tmp_path / "jobs", status=1)
    assert "probes/hub.yaml:3: rate: must be a whole number" in said

    page = run("probe", "doctor", "--config", site.configuration, "--language", "ja")
    assert "津地域庁舎（tsu）" in page and "監視サーバーはこのエージェントの記録を受け取ります" in page
    assert f"hq（{network.ADDRESS}:{HQ}）まで" in page

    run("agent", "revoke", "tsu", "--reason", "the machine was stolen", "--config", hq.file)
    await until("the agent says why", lambda: any("the machine was stolen" in line for line in agent.lines))
    assert "the machine was stolen" in run("agent", "list", "--config", hq.file)
    last = stored(hq, "tsu")[-1]
    # It goes on measuring, and keeps what nobody takes.
    await asyncio.sleep(3)
    assert await agent.stop() == 0
    ended = time.time()

    # Let in again, it brings what it kept.
    code = run("site", "code", "tsu", "--config", hq.file).splitlines()[-1].split()[1:]
    site.join(code, "--force")
    agent = site.agent()
    await agent.start()
    await until("what was kept is stored", lambda: len([at for at in stored(hq, "tsu") if last < at < ended]) >= 2)
    assert await agent.stop() == 0


async def test_sites_come_from_a_spreadsheet(hq: Relay, tmp_path: Path) -> None:
    table = tmp_path / "sites.csv"
    text = "id,名称,networks,reflector\r\ntsu,津,10.7.0.0/16,10.7.0.5:862\r\nise,伊勢①,10.8.0.0/16 10.9.0.0/16,\r\n"
    table.write_bytes(text.encode("cp932"))
    said = run("sites", "import", table, "--dry-run", "--config", hq.file)
    assert "+ ise: 伊勢①, 10.8.0.0/16 10.9.0.0/16, no reflector" in said and "Nothing was changed" in said
    assert "added" not in run("site", "list", "--config", hq.file)
    run("sites", "import", table, "--config", hq.file)
    assert len(re.findall(r" added$", run("site", "list", "--config", hq.file), re.MULTILINE)) == 2
    # What the file has no column for stays.
    run("site", "add", "annex", "--router", "10.5.0.1", "--config", hq.file)
    table.write_text("id,networks\nannex,10.5.0.0/16\ntsu,10.7.0.0/16\n")
    said = run("sites", "import", table, "--config", hq.file, "--language", "ja")
    assert ("~ annex: annex、ネットワークなし、リフレクターなし、ルーター 10.5.0.1"
            " → annex、10.5.0.0/16、リフレクターなし、ルーター 10.5.0.1\n") in said
    assert "追加 0 件、変更 1 件、変更なし 1 件、ファイルにない拠点 1 件" in said
    listed = run("site", "list", "--config", hq.file)
    assert "10.5.0.1 (router)" in listed and "10.7.0.5:862" in listed
    table.write_text("\ufeffid,networks\ntsu,10.7.0.0/16\nkuki,10.9.128.0/17\n")
    said = run("sites", "import", table, "--config", hq.file, status=78)
    assert f"{table}:3: the network 10.9.128.0/17 overlaps with 10.9.0.0/16 of the site \"ise\"." in said
    # Without its token nobody manages.
    run("site", "list", "--monitor", hq.address, "--config", hq.file, status=78)
    (tmp_path / "wrong").write_text("wrong\n")
    (tmp_path / "wrong").chmod(0o600)
    said = run(
        "site", "list", "--monitor", hq.address, "--authority", hq.certificate, "--token", tmp_path / "wrong", status=1)
    assert "token" in said
