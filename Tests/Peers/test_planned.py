"""Announced work as the network team does it: commands while everything runs."""

import json
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import pytest_asyncio

import network
from relay import Relay, run, running
from waiting import until

_HTTPS, _MEDIA, _HQ, _BRANCH = 8471, 10700, 8661, 8662

_CONFIGURATION = f"""\
site: hq
data: data
probes: probes
sites:
  - {{id: hq, networks: [192.0.2.0/24], reflector: "{network.ADDRESS}:{_HQ}"}}
  - {{id: branch, networks: [198.51.100.0/24], reflector: "{network.ADDRESS}:{_BRANCH}"}}
up: {{secondSite: branch}}
monitor: {{timeZone: Asia/Tokyo}}
relay: {{listen: [{network.ADDRESS}], port: {_MEDIA}}}
http: {{listen: "{network.ADDRESS}:{_HTTPS}"}}
"""

_DAY, _NEXT = (str(date.today() + timedelta(days=days)) for days in (200, 201))
_JOB = "kind: stamp\nfrom: [branch]\nto: [hq]\nrate: 100\ninterval: 1 s\n"


@pytest_asyncio.fixture(loop_scope="session")
async def hq(tmp_path: Path) -> AsyncIterator[Relay]:
    async with running(Relay(tmp_path / "hq", _CONFIGURATION, f"https://{network.ADDRESS}:{_HTTPS}"), _JOB) as hq:
        yield hq


def _run(hq: Relay, *words: str, status: int = 0) -> str:
    return run(*words, "--config", hq.file, status=status)


async def test_work_is_announced_and_taken_back_while_everything_runs(hq: Relay) -> None:
    def verdicts() -> set[str]:
        lines = _run(hq, "dashboard", "--plain").splitlines()
        return {line.split("\t")[0] for line in lines if "branch → hq" in line}

    await until("the path is measured", lambda: verdicts() == {"good"})
    assert "No work is announced" in _run(hq, "planned", "list")

    said = _run(hq, "planned", "add", "branch/hq", "--for", "30min", "--reason", "回線工事")
    assert "branch/hq" in said and "回線工事" in said
    said = _run(hq, "planned", "add", "--from", _DAY + " 22:00", "--to", _NEXT + " 02:00", "--reason", "later")
    assert f"{_DAY} 22:00  {_NEXT} 02:00  all paths" in said
    await until("its intervals are planned", lambda: verdicts() == {"planned"})
    assert "planned\tbranch/hq\t" in _run(hq, "dashboard", "--plain")

    assert "回線工事" not in _run(hq, "planned", "remove", "1")
    await until("it is judged again", lambda: verdicts() == {"good"})
    assert "later" in _run(hq, "planned", "list")
    for words, sentence in (
        (("remove", "1"), "No announced work"),
        (("add", "--from", "2020-01-01 00:00", "--for", "1h", "--reason", "gone"), "after now"),
        (("add", "--for", "1h", "--reason", " "), "reason"),
        (("add", "nosuch", "--for", "1h", "--reason", "x"), "The sites are: hq, branch."),
        (("add", "../..", "--for", "1h", "--reason", "x"), "no site"),
        (("add", "--from", "2252-11-25 22:00", "--for", "1h", "--reason", "x"), "within 400 days"),
    ):
        assert sentence in _run(hq, "planned", *words, status=1)
    assert "--from must be a moment" in _run(hq, "planned", "add", "--from", "soon", "--for", "1h", "--reason", "x", status=78)

    # Nothing is rolled up yet in so short a time.
    assert json.loads(_run(hq, "report", "--json")) == []
    assert "2026-11" in _run(hq, "report", "--month", "2026-1", status=1)
