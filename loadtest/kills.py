"""SIGKILL at random instants while measuring and while incidents fire; fails when anything promised is lost."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Tests/Peers"))

import network

network.enter()

from storm import Storm


def run(kills: int, seed: int) -> None:
    folder = Path(tempfile.mkdtemp(prefix="kakehashi-storm-"))
    # Three kills in a bad network, two in a good one, and so on.
    phases = [3, 2] * (kills // 5)
    outcome = asyncio.run(Storm(folder, seed).run(phases))
    print(f"seed {seed}: {outcome}")
    assert outcome.repeats > 0, "some notification was to be sent again"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    run(arguments.kills, arguments.seed)
