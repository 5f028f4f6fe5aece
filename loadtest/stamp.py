"""How punctually test packets leave, beside irtt in the same minutes, and how many a reflector answers.

Asserts nothing: prints tables, and what the machine was doing meanwhile.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

_IRTT_PORT = 2_113
_INTERVAL_MS = 20


def processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def stolen() -> tuple[int, int]:
    """Ticks of all processors, and those the host kept."""
    fields = [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    return sum(fields), fields[7]


def percentile(values: list[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * percent / 100), len(ordered) - 1)]


def run(*command: str) -> dict:
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def irtt(paths: int, seconds: int, folder: Path) -> dict:
    """One client for each path, as irtt has one target for each; how late packets left their own best phase, in µs."""
    server = subprocess.Popen(
        ["irtt", "server", "-b", f"127.0.0.1:{_IRTT_PORT}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    time.sleep(0.5)
    clients = []
    try:
        for path in range(paths):
            clients.append(subprocess.Popen([
                "irtt", "client", "-q", "-Q", "-i", f"{_INTERVAL_MS}ms", "-d", f"{seconds}s", "-l", "172",
                "-o", str(folder / f"{path}.json"), f"127.0.0.1:{_IRTT_PORT}",
            ], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            # Apart, as ours are.
            time.sleep(_INTERVAL_MS / 1e3 / paths)
        for client in clients:
            client.wait(seconds + 30)
    finally:
        server.terminate()
        server.wait()
    late: list[float] = []
    for path in range(paths):
        trips = json.loads((folder / f"{path}.json").read_text())["round_trips"]
        due = [
            trip["timestamps"]["client"]["send"]["monotonic"] - trip["seqno"] * _INTERVAL_MS * 1_000_000
            for trip in trips
        ]
        first = min(due)
        late += [(instant - first) / 1e3 for instant in due]
    return {
        "sent": len(late), "median": statistics.median(late), "p99": percentile(late, 99),
        "p999": percentile(late, 99.9), "greatest": max(late), "over5ms": sum(value > 5_000 for value in late),
    }


def schedule(binary: str, paths: int, seconds: int, rounds: int) -> None:
    print(f"### {paths} paths × {1_000 // _INTERVAL_MS} packets/s, how late packets left (µs)\n")
    print("| round | who | packets | median | 99th | 99.9th | greatest | > 5 ms | stolen |")
    print("|---|---|---|---|---|---|---|---|---|", flush=True)
    for number in range(1, rounds + 1):
        for who in ("kakehashi", "irtt"):
            before = stolen()
            if who == "irtt":
                with tempfile.TemporaryDirectory() as folder:
                    result = irtt(paths, seconds, Path(folder))
            else:
                result = run(binary, "schedule", str(paths), str(1_000 // _INTERVAL_MS), str(seconds))
                who = f"kakehashi ({result['priority']})"
            after = stolen()
            share = 100 * (after[1] - before[1]) / max(after[0] - before[0], 1)
            print(
                f"| {number} | {who} | {result['sent']} | {result['median']:.0f} | {result['p99']:.0f} "
                f"| {result['p999']:.0f} | {result['greatest']:.0f} | {result['over5ms']} | {share:.1f} % |", flush=True,
            )


def reflector(binary: str, seconds: int, rates: list[int]) -> None:
    print("\n### The reflector, one sender, 172 bytes with Class of Service, Direct Measurement and padding\n")
    print("| offered/s | sent | answered | lost | of one core | packets/s a whole core would answer |")
    print("|---|---|---|---|---|---|", flush=True)
    for rate in rates:
        result = run(binary, "reflector", str(rate), str(seconds))
        share = result["processorSeconds"] / result["seconds"]
        print(
            f"| {result['offered']:,} | {result['sent']:,} | {result['answered']:,} "
            f"| {result['sent'] - result['returned']:,} | {100 * share:.0f} % "
            f"| {result['answered'] / result['processorSeconds']:,.0f} |", flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary", help="MeasuringPace, a release build")
    parser.add_argument("--paths", type=int, default=60)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    load = os.getloadavg()
    print(
        f"{time.strftime('%Y-%m-%d')}, {processor()} × {os.cpu_count()}, Linux {platform.release()}, load {load[0]:.1f} "
        "at the start\n"
    )
    schedule(options.binary, options.paths, options.seconds, options.rounds)
    reflector(options.binary, min(options.seconds, 5), [25_000, 50_000, 100_000, 150_000, 200_000])
    print(f"\nload {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main()
