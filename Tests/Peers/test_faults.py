"""What is broken under a running monitor and agent: disks, files, clocks, ports, receivers."""

import asyncio
import os
import socket
import subprocess
from pathlib import Path

import pytest

import network
import place
from disk import SmallDisk
from fault import Fault
from measuring import Terminal
from place import Place
from relay import EXECUTABLE
from waiting import until


def run(hq: Place) -> tuple[int, list[str]]:
    """Runs `up` where it cannot run: exit status and what it says."""
    hq.file.write_text(hq.configuration)
    ended = subprocess.run(
        [EXECUTABLE, "up", "--config", hq.file], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60,
        env=os.environ | hq.environment)
    return ended.returncode, ended.stdout.splitlines()


async def keeps(hq: Place, more: int = 4) -> None:
    """Records go on being stored."""
    before = hq.count_records()
    await until("records are stored", lambda: hq.count_records() >= before + more)


# Disks.


async def test_a_full_disk_is_told_and_nothing_is_lost_when_there_is_room_again(hq: Place) -> None:
    disk = SmallDisk(hq.data, kibibytes=8_192)
    try:
        await hq.start()
        await keeps(hq)

        def is_told() -> bool:
            disk.fill()
            return hq.has_said("The history cannot be kept", "is full: free some space")

        await until("the monitor says that its disk is full", is_told)
        await until("the agent says so of its spool", lambda: hq.has_said("Records cannot be kept on disk", "disk is full"))
        assert hq.troubles("history"), hq.overview
        assert hq.get("/v1/health")["status"] == "degraded"
        stored = hq.count_records()
        # It goes on measuring: several intervals pass that cannot be kept.
        await asyncio.sleep(4)
        assert hq.count_records() == stored

        disk.empty()
        await until("the monitor says that it is over", lambda: hq.has_said("The history is kept again"))
        await until("the agent says so", lambda: hq.has_said("Records are kept on disk again"))
        await keeps(hq)
        await until("what was measured meanwhile is stored", lambda: not hq.holes())
        assert not hq.troubles("history")
        assert hq.get("/v1/health")["status"] == "ok"
        assert await hq.stop() == 0
    finally:
        disk.close()


async def test_a_read_only_data_folder_is_refused_in_a_sentence(hq: Place) -> None:
    disk = SmallDisk(hq.data, kibibytes=8_192)
    try:
        disk.make_read_only()
        status, lines = run(hq)
        assert (status, len(lines)) == (78, 1), lines
        assert f"The data folder {hq.data} cannot be used: Read-only file system." in lines[0]
        # Once there was something in it, too.
        disk.make_writable()
        await hq.start()
        assert await hq.stop() == 0
        disk.make_read_only()
        assert run(hq) == (status, lines)
        disk.make_writable()
        await hq.start()
        await keeps(hq)
        assert await hq.stop() == 0
    finally:
        disk.close()


async def test_a_disk_that_turns_read_only_is_told_and_nothing_is_lost_when_it_can_be_written(hq: Place) -> None:
    fault = Fault(hq.folder, read_only=hq.data)
    hq.environment = fault.environment
    await hq.start()
    await keeps(hq)
    fault.set_read_only(True)
    await until(
        "the monitor says that it cannot write",
        lambda: hq.has_said("The history cannot be kept", "cannot be written: make its disk writable"))
    await until(
        "the agent says so of its spool", lambda: hq.has_said("Records cannot be kept on disk", "Read-only file system"))
    assert hq.troubles("history")
    fault.set_read_only(False)
    await until("the monitor says that it is over", lambda: hq.has_said("The history is kept again"))
    await keeps(hq)
    await until("what was measured meanwhile is stored", lambda: not hq.holes())
    assert not hq.troubles("history")
    assert await hq.stop() == 0


# Damage.


def overwrite(file: Path, offset: int, count: int) -> None:
    with open(file, "r+b") as opened:
        opened.seek(offset)
        opened.write(b"Z" * count)


@pytest.mark.parametrize("where", ["header", "page"])
async def test_a_damaged_database_is_set_aside_and_a_new_one_goes_on(hq: Place, where: str) -> None:
    await hq.link.switch("loss=30")
    await hq.start()
    await until("an incident fires", lambda: hq.incidents("firing"))
    before = {incident["id"] for incident in hq.incidents("firing")}
    assert await hq.stop() == 0
    database = hq.settle()
    [[root]] = hq.query("SELECT rootpage FROM sqlite_master WHERE name = 'record'")
    if where == "header":
        overwrite(database, 0, 100)
    else:
        overwrite(database, (root - 1) * 4096, 4096)
    await hq.start()
    await until(
        "the damage is told in a sentence",
        lambda: hq.has_said(f"{database} was damaged", f"it is kept as {database}.damaged-1, and a new one was begun"))
    assert (hq.data / "history.sqlite.damaged-1").exists()
    assert hq.troubles("damage")
    await keeps(hq)
    if where == "page":
        # What was going on goes on, from what could be read.
        await until("the incident goes on", lambda: before & {incident["id"] for incident in hq.incidents("firing")})
    assert await hq.stop() == 0


async def test_a_write_ahead_log_that_was_cut_is_told(hq: Place) -> None:
    await hq.start()
    await keeps(hq)
    await hq.kill()
    log = hq.data / "history.sqlite-wal"
    os.truncate(log, log.stat().st_size // 2)
    await hq.start()
    assert hq.has_said("The history was damaged", f"{log} is damaged or was cut short", "pages of the newest commits are gone")
    await keeps(hq)
    assert await hq.stop() == 0


@pytest.mark.parametrize("damage", ["cut", "flipped"])
async def test_a_damaged_spool_file_costs_what_was_hit_and_is_kept_aside(hq: Place, damage: str) -> None:
    # Nobody takes the records, so they stay in the spool.
    configuration = hq.configuration
    hq.configuration = configuration.replace("agent:\n", f"agent:\n  monitor: https://{network.ADDRESS}:9\n")
    await hq.start()
    spool = hq.data / "spool/hq"
    await until("some records wait", lambda: sum(file.stat().st_size for file in spool.glob("*.spool")) > 3_000)
    await hq.kill()
    [file] = spool.glob("*.spool")
    size = file.stat().st_size
    if damage == "cut":
        os.truncate(file, size - 10)
    else:
        overwrite(file, size // 2, 3)
    hq.configuration = configuration
    await hq.start()
    await until("the damage is told", lambda: hq.has_said("Spool files were damaged", f"{spool}/*.damaged"))
    await until("the file is kept aside", lambda: list(spool.glob("*.spool.damaged")))
    await keeps(hq)
    # One record of either stream: what the restart left out is a hole of every series.
    assert await hq.stop() == 0


# Clocks.


@pytest.mark.parametrize("seconds", [3_600, -3_600])
async def test_a_clock_set_by_an_hour_makes_no_incident_and_stops_nothing(hq: Place, seconds: int) -> None:
    fault = Fault(hq.folder)
    hq.environment = fault.environment
    await hq.start()
    await keeps(hq, 8)
    fault.set_clock(seconds)
    await until("the step is told", lambda: hq.has_said("The wall clock was set"))
    await _lives(hq)
    # And back again.
    fault.set_clock(0)
    await until("the second step is told", lambda: sum("The wall clock was set" in line for line in hq.lines) == 2)
    await _lives(hq)
    assert hq.overview["incidents"] == []
    assert not hq.query("SELECT 1 FROM incident")
    assert await hq.stop() == 0


async def _lives(hq: Place) -> None:
    """Paths are judged, good, by the clock as it is now."""
    judged = {path["label"]: path["updatedAt"] for path in hq.overview["paths"]}

    def goes_on() -> bool:
        overview = hq.overview
        return all(
            path["verdict"] == "good" and abs(overview["madeAt"] - path["updatedAt"]) < 30
            and path["updatedAt"] != judged[path["label"]] for path in overview["paths"])

    await until("every path is judged again", goes_on)
    await keeps(hq, 12)
    samples = [sample for path in hq.overview["paths"] for sample in path["recent"]]
    assert not [sample for sample in samples if sample["verdict"] == "bad" or sample.get("lossPercent")]
    # At most the two intervals in which the clock was set cannot be told.
    assert sum(sample["verdict"] == "unknown" for sample in samples) <= 4, samples


async def test_a_clock_set_back_while_an_incident_fires_keeps_neither_it_nor_its_page_waiting(hq: Place) -> None:
    fault = Fault(hq.folder)
    hq.environment = fault.environment
    await hq.receiver.stop()
    await hq.link.switch("loss=30")
    await hq.start()
    await until("it fires on both streams", lambda: len(hq.incidents("firing")) >= 2)
    await until("nobody takes the page", lambda: hq.troubles("delivery"))
    firing = {incident["id"] for incident in hq.incidents("firing")}
    fault.set_clock(-3_600)
    await until("the step is told", lambda: hq.has_said("The wall clock was set"))
    await hq.receiver.start()
    await until("the pages come", lambda: {page["incident"] for _, page in hq.told("firing")} >= firing)
    assert {incident["id"] for incident in hq.incidents("firing")} >= firing
    await hq.link.switch("none")
    await until("the end is told", lambda: {page["incident"] for _, page in hq.told("resolved")} >= firing)
    assert await hq.stop() == 0


# Ports.


@pytest.mark.parametrize(
    "kind, port", [("https", place.HTTPS), ("media", place.MEDIA), ("stamp", place.BRANCH)])
async def test_a_port_that_is_taken_is_told_in_a_sentence_and_nothing_is_started(hq: Place, kind: str, port: int) -> None:
    with socket.socket(type=socket.SOCK_STREAM if kind == "https" else socket.SOCK_DGRAM) as taken:
        # Connections of the test before may still be waited for.
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((network.ADDRESS, port))
        if kind == "https":
            taken.listen()
        status, lines = run(hq)
    assert (status, len(lines)) == (78, 1), lines
    assert lines[0].startswith("kakehashi: ") and network.ADDRESS in lines[0] and str(port) in lines[0], lines
    # Nothing was measured, and nothing keeps anything: the next start has it all.
    assert not list((hq.data / "spool").glob("*/*.spool"))
    await hq.start()
    assert await hq.stop() == 0


# Receivers.


async def test_pages_wait_for_a_receiver_that_is_down_and_come_in_order(hq: Place) -> None:
    await hq.receiver.stop()
    await hq.link.switch("loss=30")
    await hq.start()
    await until("it fires", lambda: len(hq.incidents("firing")) >= 2)
    await hq.link.switch("none")
    await until("it is over", lambda: len(hq.incidents("resolved")) >= 2)
    terminal = Terminal(hq.folder)
    try:
        terminal.run(str(EXECUTABLE), "dashboard", "--config", str(hq.file))
        await terminal.shows("that pages wait", "Channel team takes no notifications:")
    finally:
        terminal.close()
    # 5, then 10 s: the waits grow.
    await until("it was tried three times", lambda: sum("was not taken" in line for line in hq.lines) >= 3)
    assert hq.has_said("A notification was not taken", "channel=team", "waiting=")
    assert hq.get("/v1/health")["status"] == "degraded"

    await hq.receiver.start()
    # Four, and those of intervals that a busy machine has missed.
    await until("everything came", lambda: not hq.query("SELECT 1 FROM outbox WHERE delivered IS NULL"))
    assert len(hq.receiver.received) >= 4
    await until("it is told", lambda: hq.has_said("Notifications are taken again", "channel=team"))
    order: dict[str, list[str]] = {}
    for key, page in hq.receiver.received:
        order.setdefault(page["incident"], []).append(key)
    for incident, keys in order.items():
        assert keys in ([f"{incident}-firing", f"{incident}-resolved"], [f"{incident}-firing"]), order
    assert sum(len(keys) == 2 for keys in order.values()) >= 2, order
    assert not hq.troubles("delivery")
    assert await hq.stop() == 0
