"""SIGKILL at random instants, on a monitor and an agent that measure each other through bad networks.

What counts as promised is taken from outside: a record that the agent's disk held when it was killed, or that it was
told is committed, must be in the database; what the database says was to be told must have reached the receiver.
"""

import asyncio
import json
import random
import sqlite3
import ssl
import struct
import time
import zlib
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from aiohttp import web

import certificate
import network
from measuring import BadNetwork
from relay import Relay
from waiting import until

_HTTPS, _INGEST, _HOOK, _MEDIA = 8455, 8456, 8802, 10400
_REFLECTORS = {"hq": 8623, "branch": 8624}
_LINKS = {"hq": 8703, "branch": 8704}

_SITES = f"""\
data: data
probes: probes
sites:
  - id: hq
    reflector: {network.ADDRESS}:{_LINKS["hq"]}
  - id: branch
    reflector: {network.ADDRESS}:{_LINKS["branch"]}
"""

_AGENT = f"""\
agent:
  monitor: https://{network.ADDRESS}:{_INGEST}
  authority: {{authority}}
  token: {{token}}
  reflector: {network.ADDRESS}:{{reflector}}
"""

_MONITOR = f"""\
relay:
  listen: [{network.ADDRESS}]
  port: {_MEDIA}
http:
  listen: {network.ADDRESS}:{_HTTPS}
monitor:
  incidents: {{raise: 3 of 4, clear: 4 of 4, keepFiring: 0 s}}
notify:
  channels:
    team: {{kind: webhook, url: "http://{network.ADDRESS}:{_HOOK}/hook"}}
"""

# From either site to the other, voice and video.
_PATHS = 4
_JOB = "kind: stamp\nrate: 100\ninterval: 1 s\n"


class Agent(Relay):
    """A site's agent, alone in its process."""

    command, sign = "agent", "Ctrl-C ends it"


class Ingest:
    """Stands between agents and the monitor: keeps what agents were told is committed, and loses answers at random."""

    def __init__(self, folder: Path, monitor: Relay, seed: int):
        self.certificate, self._key = folder / "ingest.pem", folder / "ingest.key.pem"
        self._monitor, self._random = monitor, random.Random(seed)
        self.acknowledged: set[bytes] = set()
        self.lost_answers = 0
        certificate.make(self.certificate, self._key)

    async def start(self) -> None:
        application = web.Application(client_max_size=8 << 20)
        application.router.add_post("/v1/records", self._pass_on)
        self._runner = web.AppRunner(application)
        await self._runner.setup()
        trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trust.load_cert_chain(self.certificate, self._key)
        await web.TCPSite(self._runner, network.ADDRESS, _INGEST, ssl_context=trust).start()

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def _pass_on(self, request: web.Request) -> web.Response:
        body = await request.read()
        headers = {name: request.headers[name] for name in ("Content-Type", "Authorization")}
        try:
            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=self._monitor.trust)) as http:
                async with http.post(f"{self._monitor.address}/v1/records", data=body, headers=headers) as answer:
                    status, text = answer.status, await answer.text()
        except (OSError, ValueError, aiohttp.ClientError):
            return web.Response(status=503)
        if status != 204:
            return web.Response(status=status, text=text)
        if self._random.random() < 0.1:
            # The agent cannot know that they were committed, and sends them again.
            self.lost_answers += 1
            if request.transport:
                request.transport.abort()
        else:
            self.acknowledged |= set(_records(body))
        return web.Response(status=204)


class Receiver:
    """A webhook's receiver that takes its time and now and then refuses."""

    def __init__(self, seed: int):
        self._random = random.Random(seed)
        self.taken: list[tuple[str, bytes]] = []
        # Something was taken, and the sender does not know it yet.
        self.is_unanswered = asyncio.Event()

    async def start(self) -> None:
        application = web.Application()
        application.router.add_post("/hook", self._take)
        self._runner = web.AppRunner(application)
        await self._runner.setup()
        await web.TCPSite(self._runner, network.ADDRESS, _HOOK).start()

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        key, body = request.headers["Idempotency-Key"], await request.read()
        if self._random.random() < 0.2:
            return web.Response(status=503)
        self.taken.append((key, body))
        self.is_unanswered.set()
        await asyncio.sleep(self._random.random() * 0.5)
        self.is_unanswered.clear()
        return web.Response()


@dataclass
class Outcome:
    kills: int = 0
    records: int = 0
    promised: int = 0
    lost_answers: int = 0
    incidents: int = 0
    notifications: int = 0
    repeats: int = 0
    seconds: float = 0
    victims: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def __str__(self) -> str:
        victims = ", ".join(f"{name} {count}" for name, count in sorted(self.victims.items()))
        return (
            f"{self.kills} kills ({victims}) in {self.seconds:.0f} s: {self.promised} records promised, "
            f"{self.records} in the database, each once; {self.lost_answers} answers to agents lost on purpose; "
            f"{self.incidents} incidents, {self.notifications} notifications, all delivered, {self.repeats} of them again"
        )


class Storm:
    """Phases of a bad and of a good network, with kills in all of them."""

    def __init__(self, folder: Path, seed: int):
        self._random = random.Random(seed)
        self._folders = {name: folder / name for name in ("hq", "branch")}
        for own in self._folders.values():
            (own / "probes").mkdir(parents=True)
            (own / "probes/all.yaml").write_text(_JOB)
        self._receiver = Receiver(seed)
        token = self._folders["hq"] / "data/agent.token"
        authority = folder / "ingest.pem"

        def configuration(site: str, *parts: str) -> str:
            agent = _AGENT.format(authority=authority, token=token, reflector=_REFLECTORS[site])
            return "\n".join([f"site: {site}", _SITES, agent, *parts])

        self.monitor = Relay(
            self._folders["hq"], configuration("hq", _MONITOR), f"https://{network.ADDRESS}:{_HTTPS}")
        self.agent = Agent(self._folders["branch"], configuration("branch"))
        # The token is drawn by the monitor unless the file is there; the agent must have the same.
        token.parent.mkdir(mode=0o700)
        token.write_text("0123456789abcdef\n")
        token.chmod(0o600)
        self._ingest = Ingest(folder, self.monitor, seed)
        self._links = {
            site: BadNetwork(f"{network.ADDRESS}:{_LINKS[site]}", f"{network.ADDRESS}:{_REFLECTORS[site]}")
            for site in _LINKS
        }
        self._spooled: set[bytes] = set()
        self.outcome = Outcome()

    async def run(self, phases: list[int]) -> Outcome:
        """Kills so often in each phase; the first phase is bad, the next good, and so on."""
        begun = time.monotonic()
        await self._ingest.start()
        await self._receiver.start()
        for link in self._links.values():
            await link.start()
        await self.monitor.start()
        await self.agent.start()
        try:
            for number, kills in enumerate(phases):
                await self._live_through(number % 2 == 0, kills)
            await self._settle()
            self._judge()
        except AssertionError:
            print("monitor:", *self.monitor.lines[-20:], "agent:", *self.agent.lines[-20:], sep="\n")
            raise
        finally:
            for process in (self.agent, self.monitor):
                await process.kill()
            for link in self._links.values():
                await link.stop()
            await self._receiver.stop()
            await self._ingest.stop()
        self.outcome.seconds = time.monotonic() - begun
        return self.outcome

    async def _live_through(self, is_bad: bool, kills: int) -> None:
        # An interval that began before the network changed counts too.
        begun = time.time_ns() - 1_000_000_000
        for link in self._links.values():
            await link.switch("loss=30" if is_bad else "none")
        for _ in range(kills):
            await self._wait()
            await self._kill()
        if is_bad:
            await until("every path is told as in breach", lambda: len(self._breaches("firing")) == _PATHS)
            since = [series for series, started, _ in self._breaches() if started >= begun]
            assert len(since) == len(set(since)), f"a breach that lasts is one incident: {self._breaches()}"
        else:
            await until("every breach is over", lambda: not self._breaches("firing"))

    async def _wait(self) -> None:
        """Until a random instant; half the time until a notification is on its way, if that is earlier."""
        wait, is_impatient = self._random.uniform(0.05, 5), self._random.random() < 0.5
        try:
            async with asyncio.timeout(wait):
                await (self._receiver.is_unanswered.wait() if is_impatient else asyncio.sleep(wait))
        except TimeoutError:
            pass

    async def _kill(self) -> None:
        victims = self._random.choice((["monitor"], ["agent"], ["monitor", "agent"]))
        for name in victims:
            process = getattr(self, name)
            await process.kill()
            self.outcome.victims[name] += 1
        for site in self._folders:
            self._spooled |= self._read_spool(site)
        await asyncio.gather(*(getattr(self, name).start() for name in victims))
        self.outcome.kills += 1

    async def _settle(self) -> None:
        """Waits until agents have delivered what they had at the last kill, and the receiver has taken everything."""
        promised = self._spooled | self._ingest.acknowledged
        await until("every promised record is in the database", lambda: promised <= self._stored())
        # One after the other, and some are refused: the deadline is that of the next.
        while waiting := self._waiting():
            await until("another notification is delivered", lambda: self._waiting() < waiting)
        self.outcome.promised = len(promised)

    def _judge(self) -> None:
        """Compares what the database says with what the receiver has."""
        [[integrity]] = self._query("PRAGMA integrity_check")
        assert integrity == "ok"
        stored = self._query("SELECT body FROM record")
        assert len(stored) == len({bytes(body) for [body] in stored}), "each record is stored once"
        told = self._query("SELECT key, body FROM outbox ORDER BY id")
        taken = defaultdict(list)
        for key, body in self._receiver.taken:
            taken[key].append(body)
        assert set(taken) == {key for key, _ in told}, "the receiver has what was to be told, and nothing else"
        for key, bodies in taken.items():
            assert len(set(bodies)) == 1, f"repeats of {key} are the same"
        incidents = self._query("SELECT id, body FROM incident")
        for identity, body in incidents:
            expected = {f"{identity}-firing"} | ({f"{identity}-resolved"} if _phase(body) == "resolved" else set())
            assert expected <= set(taken), f"incident {identity} was told"
        self._judge_order()
        self.outcome.records = len(stored)
        self.outcome.lost_answers = self._ingest.lost_answers
        self.outcome.incidents = len(incidents)
        self.outcome.notifications = len(taken)
        self.outcome.repeats = len(self._receiver.taken) - len(taken)

    def _judge_order(self) -> None:
        """Each incident's notifications came first in the order they were written."""
        written, came = defaultdict(list), defaultdict(list)
        for topic, key in self._query("SELECT topic, key FROM outbox ORDER BY id"):
            written[topic].append(key)
        for key, body in self._receiver.taken:
            topic = json.loads(body)["incident"]
            if key not in came[topic]:
                came[topic].append(key)
        assert came == written

    # What the disks hold.

    def _query(self, statement: str) -> list:
        database = sqlite3.connect(f"file:{self._folders['hq']}/data/history.sqlite?mode=ro", uri=True, timeout=30)
        try:
            return database.execute(statement).fetchall()
        finally:
            database.close()

    def _waiting(self) -> int:
        [[count]] = self._query("SELECT count(*) FROM outbox WHERE delivered IS NULL")
        return count

    def _stored(self) -> set[bytes]:
        return {bytes(body) for [body] in self._query("SELECT body FROM record")}

    def _breaches(self, phase: str | None = None) -> list[tuple[int, int, str]]:
        """Told incidents of broken limits: series, start, id."""
        rows = self._query("SELECT series, started, id, body FROM incident")
        return [
            (series, started, identity) for series, started, identity, body in rows
            if json.loads(body)["kind"] == "breach" and phase in (None, _phase(body))
        ]

    def _read_spool(self, site: str) -> set[bytes]:
        """Every whole record that the agent's disk holds."""
        found: set[bytes] = set()
        for file in (self._folders[site] / "data/spool" / site).glob("*.spool"):
            content, offset = file.read_bytes(), 0
            while offset + 8 <= len(content):
                length, checksum = struct.unpack_from(">II", content, offset)
                payload = content[offset + 8 : offset + 8 + length]
                if len(payload) < length or zlib.crc32(payload) != checksum:
                    break
                found.add(payload)
                offset += 8 + length
        return found


def _phase(incident: bytes) -> str:
    return json.loads(incident)["phase"]


def _records(body: bytes) -> list[bytes]:
    """Records stand one after the other, each with its length before it."""
    records, offset = [], 0
    while offset < len(body):
        end = offset + 4 + int.from_bytes(body[offset : offset + 4], "big")
        records.append(body[offset:end])
        offset = end
    return records
