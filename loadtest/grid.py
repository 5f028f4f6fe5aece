"""Every impairment over real sockets: what was injected beside what a probe reports, as a table.

The link (`kakehashi impair --log`) writes down what it did to each datagram; the truth is computed from that. Fails when a
count is not exactly what was injected, or a delay not within a millisecond.
"""

import argparse
import asyncio
import csv
import json
import math
import platform
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Tests/Peers"))

from relay import EXECUTABLE, Relay

_REFLECTOR, _LINKS = 8624, 8710
_CONFIGURATION = f"""\
site: hq
data: data
probes: probes
sites:
  - id: hq
    reflector: 127.0.0.1:{_REFLECTOR}
relay: {{listen: [127.0.0.1], port: 10300}}
http: {{listen: "127.0.0.1:8446"}}
"""
_BYTES, _RATE, _SECONDS = 172, 100, 6

_LOSSES = ("0", "0.5", "1", "1.01", "3", "20", "100")
CASES = [
    *[(f"loss {loss} % there", f"loss={loss}", "none") for loss in _LOSSES],
    *[(f"loss {loss} % back", "none", f"loss={loss}") for loss in _LOSSES[1:]],
    *[(f"loss {loss} % each way", f"loss={loss}", f"loss={loss}") for loss in _LOSSES[1:]],
    *[(f"delay {delay} ms there", f"delay={delay}", "none") for delay in (1, 20, 100, 300)],
    *[(f"delay {delay} ms back", "none", f"delay={delay}") for delay in (20, 300)],
    *[(f"delay {delay} ms each way", f"delay={delay}", f"delay={delay}") for delay in (20, 150)],
    ("jitter 0–40 ms there", "jitter=40", "none"),
    ("jitter 0–40 ms each way", "delay=20 jitter=40", "delay=20 jitter=40"),
    ("queue to 300 ms there", "ramp=300/6", "none"),
    ("queue to 300 ms back", "none", "ramp=300/6"),
    ("spike of 200 ms there", "spike=200/3", "none"),
    ("spike of 200 ms back", "none", "spike=200/3"),
    ("2 % overtaken there", "delay=5 reorder=2/35", "none"),
    ("2 % overtaken each way", "delay=5 reorder=2/35", "delay=5 reorder=2/35"),
    ("3 % doubled there", "duplicate=3", "none"),
    ("3 % doubled each way", "duplicate=3", "duplicate=3"),
    ("all at once", "loss=3 delay=50 jitter=20 reorder=1/35", "loss=1 delay=30 jitter=10"),
]


@dataclass
class Figures:
    """What became of a probe's packets. Times in milliseconds; `None` where nothing came back."""

    sent: int = 0
    lost_there: int = 0
    lost_back: int = 0
    # After the last answer: nothing tells which way.
    lost_last: int = 0
    bursts: list[int] = field(default_factory=lambda: [0] * 6)
    longest: int = 0
    duplicates: int = 0
    reordered: int = 0
    mean: float | None = None
    greatest: float | None = None
    # 95th percentile less the least.
    variation: float | None = None

    def record_burst(self, length: int) -> None:
        if length:
            self.bursts[5 if length >= 10 else 4 if length >= 5 else length - 1] += 1
            self.longest = max(self.longest, length)


def injected(log: Path) -> Figures:
    """From the link's log. The reflector numbers what reaches it from 0, so an answer's number tells its packet."""
    with log.open() as file:
        rows = [
            (way, int(tag), int(arrival), int(departure) if departure else None, fate)
            for way, tag, _, arrival, departure, fate in csv.reader(file)
        ]
    figures = Figures()
    arrivals: list[tuple[int, int]] = []
    sent: list[int] = []
    held: dict[int, int] = {}
    for way, tag, arrival, departure, fate in rows:
        if way == "forward":
            sent.append(tag)
            if departure:
                held[tag] = departure - arrival
                arrivals += [(departure, tag)] * (2 if fate == "doubled" else 1)
    arrivals.sort()
    answers: list[tuple[int, int, int]] = []
    for way, tag, arrival, departure, fate in rows:
        if way == "reverse" and departure:
            packet = arrivals[tag][1]
            answers += [(departure, packet, departure - arrival)] * (2 if fate == "doubled" else 1)
    answers.sort()
    round_trips: dict[int, int] = {}
    highest = -1
    for _, packet, back in answers:
        if packet in round_trips:
            figures.duplicates += 1
            continue
        round_trips[packet] = held[packet] + back
        figures.reordered += packet < highest
        highest = max(highest, packet)
    figures.sent = len(sent)
    reached = {tag for _, tag in arrivals}
    burst = 0
    for tag in sorted(sent):
        figures.lost_there += tag not in reached
        figures.lost_back += tag in reached and tag not in round_trips
        if tag in round_trips:
            figures.record_burst(burst)
            burst = 0
        else:
            burst += 1
    figures.record_burst(burst)
    figures.lost_last = burst
    for tag in sorted(sent)[len(sent) - burst:]:
        figures.lost_there -= tag not in reached
        figures.lost_back -= tag in reached
    if round_trips:
        times = sorted(time / 1e6 for time in round_trips.values())
        figures.mean = sum(times) / len(times)
        figures.greatest = times[-1]
        figures.variation = times[math.ceil(0.95 * len(times)) - 1] - times[0]
    return figures


def reported(stream: dict) -> Figures:
    trips = stream.get("roundTripMilliseconds") or {}
    there, back = stream.get("forwardLost", 0), stream.get("reverseLost", 0)
    return Figures(
        sent=stream["sent"], lost_there=there, lost_back=back, lost_last=stream["lost"] - there - back,
        bursts=stream["lossBursts"], longest=stream["longestLossBurst"], duplicates=stream["duplicates"],
        reordered=stream["reordered"], mean=trips.get("mean"), greatest=trips.get("greatest"),
        variation=stream.get("pdvMilliseconds"),
    )


def differences(truth: Figures, told: Figures) -> list[str]:
    names = ["sent", "lost_there", "lost_back", "lost_last", "duplicates", "reordered", "bursts", "longest"]
    found = [name for name in names if getattr(truth, name) != getattr(told, name)]
    # Percentiles come from a histogram of 1 %.
    resolution = 0.01 * (truth.greatest or 0)
    for name, tolerance in (("mean", 1), ("greatest", 1), ("variation", 1 + resolution)):
        expected, value = getattr(truth, name), getattr(told, name)
        if (expected is None) != (value is None) or abs((expected or 0) - (value or 0)) > tolerance:
            found.append(name)
    return found


async def measure(number: int, there: str, back: str, folder: Path) -> tuple[Figures, dict]:
    address, log = f"127.0.0.1:{_LINKS + number}", folder / f"{number}.csv"
    link = await asyncio.create_subprocess_exec(
        str(EXECUTABLE), "impair", address, f"127.0.0.1:{_REFLECTOR}", "--seed", str(2_026 + number), "--log", str(log),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )
    await link.stdout.readline()
    link.stdin.write(f"{there} back {back}\n".encode())
    await link.stdout.readline()
    probe = await asyncio.create_subprocess_exec(
        str(EXECUTABLE), "probe", "stamp", address, "--bytes", str(_BYTES), "--rate", str(_RATE), "--seconds",
        str(_SECONDS), "--json", stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await probe.communicate()
    link.stdin.close()
    await link.communicate()
    return injected(log), json.loads(output)["streams"][0]


def cell(truth, told) -> str:
    def text(value) -> str:
        return "–" if value is None else f"{value:.2f}" if isinstance(value, float) else str(value)

    return f"{text(truth)} / {text(told)}"


async def run(at_once: int) -> int:
    folder = Path(tempfile.mkdtemp(prefix="kakehashi-grid-"))
    reflector = Relay(folder, _CONFIGURATION, "https://127.0.0.1:8446")
    await reflector.start()
    print(f"{_RATE} packets/s of {_BYTES} bytes for {_SECONDS} s each; injected / reported; {platform.release()}\n")
    columns = [
        "case", "lost there", "lost back", "unknown way", "longest burst", "doubled", "overtaken", "mean ms",
        "greatest ms", "PDV ms",
    ]
    print(f"| {' | '.join(columns)} | verdict | |\n|{'---|' * (len(columns) + 2)}", flush=True)
    wrong = 0
    for first in range(0, len(CASES), at_once):
        batch = list(enumerate(CASES))[first:first + at_once]
        results = await asyncio.gather(*(measure(number, there, back, folder) for number, (_, there, back) in batch))
        for (_, (name, _, _)), (truth, stream) in zip(batch, results):
            told = reported(stream)
            found = differences(truth, told)
            wrong += bool(found)
            cells = [
                cell(getattr(truth, each), getattr(told, each))
                for each in (
                    "lost_there", "lost_back", "lost_last", "longest", "duplicates", "reordered", "mean", "greatest",
                    "variation",
                )
            ]
            print(f"| {name} | {' | '.join(cells)} | {stream['status']} | {', '.join(found) or 'equal'} |", flush=True)
    print(f"\n{len(CASES) - wrong} of {len(CASES)} equal")
    status = await reflector.stop()
    return 1 if wrong or status else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--at-once", type=int, default=1, help="cases measured at the same time")
    sys.exit(asyncio.run(run(parser.parse_args().at_once)))
