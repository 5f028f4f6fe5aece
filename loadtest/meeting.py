"""A three-way meeting of real browsers with others coming and going, and what it costs the relay.

Prints one line a minute and a summary; fails when tables or descriptors do not come back to what they were, or when the
heap in use grows from the middle of the run to its end.
"""

import argparse
import asyncio
import os
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Tests/Peers"))

import network

network.enter()

import aiohttp
from aiortc import RTCBundlePolicy
from playwright.async_api import async_playwright

import media
from browser import Browsers, ChromiumParticipant
from relay import Relay
from waiting import until
from whip import Publisher

TICKS = os.sysconf("SC_CLK_TCK")
# What the heap may have grown by from the second quarter of the run to the last: records of the calls wait to be stored,
# allocators keep pages. A leak of one kilobyte for each join or second would show.
GROWTH_KIB = 512
# Visitors at one time.
AT_ONCE = 4


class Cost:
    """What the relay's process and its metrics say at one moment."""

    def __init__(self, process: int, metrics: str):
        fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
        self.cpu_seconds = (int(fields[11]) + int(fields[12])) / TICKS
        self.descriptors = len(os.listdir(f"/proc/{process}/fd"))
        status = Path(f"/proc/{process}/status").read_text()
        self.resident_kib = int(re.search(r"VmRSS:\s+(\d+)", status)[1])
        values = dict(re.findall(r"^(kakehashi_\w+) ([\d.e+]+)$", metrics, re.M))
        self.rooms = float(values["kakehashi_relay_rooms"])
        self.participants = float(values["kakehashi_relay_participants"])
        self.forwarded = float(values["kakehashi_relay_forwarded_packets_total"])
        self.heap_kib = float(values["kakehashi_heap_bytes"]) / 1024
        entries = re.findall(r'^kakehashi_relay_table_entries{table="(\w+)"} ([\d.e+]+)$', metrics, re.M)
        self.tables = {name: float(count) for name, count in entries}
        assert self.tables, "the metrics name no tables"


async def visit(number: int, relay: Relay) -> None:
    """Somebody comes and goes: one in two by DELETE, the other by close_notify alone."""
    visitor = Publisher(f"Visitor {number}", media.YELLOW, "soak", relay, RTCBundlePolicy.MAX_BUNDLE)
    await visitor.start()
    await (visitor.stop() if number % 2 == 0 else visitor.close())


async def cost(relay: Relay) -> Cost:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=relay.trust)) as http:
        async with http.get(f"{relay.address}/metrics") as response:
            return Cost(relay.process_id, await response.text())


async def run(minutes: float, joins: int) -> int:
    folder = Path(tempfile.mkdtemp(prefix="kakehashi-meeting-"))
    relay = Relay(folder)
    await relay.start()
    before = await cost(relay)
    async with async_playwright() as playwright:
        looks = (media.RED, media.GREEN, media.BLUE)
        browsers = Browsers(playwright, folder, relay)
        people = [ChromiumParticipant(f"Person {n}", look, "soak", relay) for n, look in enumerate(looks)]
        for person in people:
            await person.start(browsers)
            await person.join()
        begun = await cost(relay)
        start, joined, told = time.monotonic(), 0, 0
        heap: list[float] = []
        while (elapsed := time.monotonic() - start) < minutes * 60 or joined < joins:
            if joined < joins:
                await asyncio.gather(*(visit(n, relay) for n in range(joined, min(joined + AT_ONCE, joins))))
                joined = min(joined + AT_ONCE, joins)
            else:
                await asyncio.sleep(1)
            now = await cost(relay)
            heap.append(now.heap_kib)
            if elapsed // 60 >= told:
                told = int(elapsed // 60) + 1
                print(
                    f"{elapsed / 60:5.1f} min  {joined:5} joins  {now.participants:3.0f} participants  "
                    f"{now.descriptors:4} descriptors  {now.heap_kib / 1024:6.2f} MiB of heap  "
                    f"{now.resident_kib / 1024:6.1f} MiB resident", flush=True,
                )
        ended = await cost(relay)
        for person in people:
            await person.leave()
            await person.close()
        await browsers.close()

    async def is_empty() -> bool:
        now = await cost(relay)
        # HTTP connections that are closing may still be there.
        return (
            now.rooms == 0 and now.participants == 0 and not any(now.tables.values())
            and now.descriptors <= before.descriptors + 2
        )

    empty = True
    try:
        await until("tables and descriptors are back to what they were", is_empty)
    except AssertionError as problem:
        print(problem)
        empty = False
    after = await cost(relay)
    packets = ended.forwarded - begun.forwarded
    seconds = ended.cpu_seconds - begun.cpu_seconds
    print(f"forwarded {packets:.0f} packets with {seconds:.2f} s of processor: {1e6 * seconds / max(packets, 1):.1f} µs each")
    print(
        f"descriptors {before.descriptors} → {ended.descriptors} → {after.descriptors}, "
        f"memory {before.resident_kib / 1024:.1f} → {ended.resident_kib / 1024:.1f} → {after.resident_kib / 1024:.1f} MiB"
    )
    print(f"tables {after.tables}")
    flat = is_flat(heap)
    status = await relay.stop()
    return 0 if empty and flat and status == 0 else 1


def is_flat(heap: list[float]) -> bool:
    """Whether the last quarter of the samples lies no higher than the second: the first is warming up."""
    quarter = len(heap) // 4
    if quarter < 5:
        print("too short to say whether the heap is flat")
        return True
    middle, end = statistics.median(heap[quarter:2 * quarter]), statistics.median(heap[-quarter:])
    print(f"heap in use {middle / 1024:.2f} → {end / 1024:.2f} MiB from the second quarter to the last")
    return end <= middle + GROWTH_KIB


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--joins", type=int, required=True)
    arguments = parser.parse_args()
    sys.exit(asyncio.run(run(arguments.minutes, arguments.joins)))
