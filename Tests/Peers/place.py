"""One machine that measures itself: `kakehashi up` with two sites, and a bad network from one to the other."""

import json
import sqlite3
import urllib.request
from pathlib import Path

import network
from measuring import BadNetwork, Receiver
from relay import Relay

HTTPS, HOOK, MEDIA, HQ, BRANCH, LINK = 8447, 8803, 10300, 8625, 8626, 8705

_CONFIGURATION = f"""\
site: hq
data: data
probes: probes
sites:
  - id: hq
    reflector: {network.ADDRESS}:{HQ}
  - id: branch
    reflector: {network.ADDRESS}:{LINK}
agent:
  reflector: {network.ADDRESS}:{BRANCH}
relay:
  listen: [{network.ADDRESS}]
  port: {MEDIA}
http:
  listen: {network.ADDRESS}:{HTTPS}
monitor:
  incidents: {{raise: 3 of 4, clear: 2 of 2, keepFiring: 0 s}}
notify:
  channels:
    team: {{kind: webhook, url: "http://{network.ADDRESS}:{HOOK}/hook"}}
"""

_JOB = "kind: stamp\nfrom: [hq]\nto: [branch]\nrate: 100\ninterval: 1 s\n"


class Place(Relay):
    """Headquarters' `up`, measuring through the bad network to its own reflector under the branch's name."""

    def __init__(self, folder: Path, extra: str = ""):
        super().__init__(folder, _CONFIGURATION + extra, f"https://{network.ADDRESS}:{HTTPS}")
        self.data = folder / "data"
        self.link = BadNetwork(f"{network.ADDRESS}:{LINK}", f"{network.ADDRESS}:{BRANCH}")
        self.receiver = Receiver(network.ADDRESS, HOOK)
        (folder / "probes").mkdir(parents=True, exist_ok=True)
        (folder / "probes/all.yaml").write_text(_JOB)

    def has_said(self, *words: str) -> bool:
        """One line of the log has all of them."""
        return any(all(word in line for word in words) for line in self.lines)

    def get(self, path: str) -> dict:
        with urllib.request.urlopen(f"{self.address}{path}", context=self.trust, timeout=30) as response:
            return json.load(response)

    @property
    def overview(self) -> dict:
        return self.get("/v1/overview")

    def troubles(self, kind: str) -> list[dict]:
        return [trouble for trouble in self.overview.get("troubles") or [] if trouble["kind"] == kind]

    def query(self, statement: str) -> list:
        database = sqlite3.connect(f"file:{self.data}/history.sqlite?mode=ro", uri=True, timeout=30)
        try:
            return database.execute(statement).fetchall()
        finally:
            database.close()

    def settle(self) -> Path:
        """Copies the write-ahead log into the database, which alone holds everything then; while nothing runs."""
        database = sqlite3.connect(self.data / "history.sqlite", timeout=30)
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()
        return self.data / "history.sqlite"

    def count_records(self) -> int:
        [[count]] = self.query("SELECT count(*) FROM record")
        return count

    def holes(self) -> list[tuple[int, int]]:
        """Seconds after which a stream of test packets has no record although it has later ones."""
        found = []
        for [series] in self.query("SELECT id FROM series WHERE origin = 'probe stamp'"):
            starts = sorted(
                start // 1_000_000_000 for [start] in self.query(f"SELECT start FROM record WHERE series = {series}"))
            found += [(a, b) for a, b in zip(starts, starts[1:]) if b != a + 1]
        return found

    def incidents(self, state: str) -> list[dict]:
        return [incident for incident in self.overview["incidents"] if incident["state"] == state]

    def told(self, status: str) -> list[tuple[str, dict]]:
        return [(key, page) for key, page in self.receiver.received if page["status"] == status]
