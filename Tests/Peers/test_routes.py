"""What an incident says of the way its packets took: followed by the agent, kept and told by the monitor."""

import asyncio
import json
import sqlite3
import urllib.request
from pathlib import Path

import network
from measuring import Receiver
from relay import EXECUTABLE, Relay
from waiting import until

_HTTPS, _MEDIA, _HOOK, _STAMP = 8461, 10600, 8806, 8620


def _configuration(reflector: str) -> str:
    return f"""\
site: hq
data: data
probes: probes
sites:
  - {{id: hq, networks: [192.0.2.0/24]}}
  - {{id: tsu, reflector: "{reflector}"}}
relay: {{listen: [{network.ADDRESS}], port: {_MEDIA}}}
http: {{listen: "{network.ADDRESS}:{_HTTPS}"}}
monitor:
  incidents: {{raise: 9 of 12, clear: 2 of 2, keepFiring: 0 s}}
notify:
  channels:
    team: {{kind: webhook, url: "http://{network.ADDRESS}:{_HOOK}/hook"}}
"""


async def test_an_incident_tells_where_the_route_ends_and_where_it_went_before(tmp_path: Path) -> None:
    (tmp_path / "hq/probes").mkdir(parents=True)
    (tmp_path / "hq/probes/tsu.yaml").write_text("kind: stamp\nfrom: [hq]\nto: [tsu]\ninterval: 4 s\n")
    receiver = Receiver(network.ADDRESS, _HOOK)
    await receiver.start()
    async with network.line(3) as machines:
        reflector = f"{machines[2].address}:{_STAMP}"
        far = tmp_path / "tsu"
        far.mkdir()
        (far / "token").write_text("nobody-is-there\n")
        (far / "token").chmod(0o600)
        (far / "agent.yaml").write_text(
            f"site: tsu\ndata: data\nsites: [{{id: tsu, reflector: \"{reflector}\"}}]\n"
            "agent: {monitor: \"https://203.0.113.1:8443\", token: token}\n")
        agent = await asyncio.create_subprocess_exec(
            *machines[2].command(str(EXECUTABLE), "agent", "--config", str(far / "agent.yaml")))
        hq = Relay(tmp_path / "hq", _configuration(reflector), f"https://{network.ADDRESS}:{_HTTPS}")
        await hq.start()

        def overview() -> dict:
            with urllib.request.urlopen(f"{hq.address}/v1/overview", context=hq.trust) as answer:
                return json.load(answer)

        def routes(label: str) -> int:
            database = sqlite3.connect(f"file:{hq.folder}/data/history.sqlite?mode=ro", uri=True, timeout=30)
            try:
                [(count,)] = database.execute(
                    "SELECT count(*) FROM record JOIN series ON series.id = record.series "
                    "WHERE origin = 'probe trace' AND label = ?", (label,))
                return count
            finally:
                database.close()

        try:
            await until("a good route is known", lambda: routes("") >= 1)
            assert {path["origin"] for path in overview()["paths"]} == {"probe stamp"}
            # Silent routers take their time: five of them, three packets each, a second for every one. The incident begins
            # after 36 s, so that the route is known by then also where everything takes twice as long.
            machines[1].run("sh", "-c", "echo 0 > /proc/sys/net/ipv4/ip_forward")
            await until("somebody was told", lambda: receiver.received)
            told = receiver.received[0][1]
            ends = f"The route ends after {machines[0].address}; it went on to {machines[1].address}."
            assert ends in told["text"]["en"] and f"経路は{machines[0].address}で途切れています" in told["text"]["ja"], told
            [incident] = [one for one in overview()["incidents"] if one["state"] == "firing"][:1]
            route = incident["route"]
            assert route["difference"]["en"] == ends, route
            assert route["hops"] == " → ".join([machines[0].address] + 5 * ["?"]), route
            assert route["lastGoodHops"] == " → ".join(machine.address for machine in machines), route
            # It is there after a restart, too.
            assert await hq.stop() == 0
            await hq.start()
            firing = [one for one in overview()["incidents"] if one["state"] == "firing"]
            assert firing and all(one["route"]["difference"]["en"] == ends for one in firing), firing
        finally:
            await hq.stop()
            agent.terminate()
            await agent.wait()
            await receiver.stop()
