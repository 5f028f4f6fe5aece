"""Records are acknowledged when they are on the disk: shown by the system calls of a running monitor."""

import asyncio
import re
import signal
import socket
import struct
import subprocess
from pathlib import Path

import network
import place
from place import Place
from waiting import until


class Trace:
    """strace on every thread of a process, from now on."""

    def __init__(self, process_id: int, log: Path):
        self._log = log
        self._strace = subprocess.Popen(
            ["strace", "-f", "-yy", "-s", "0", "-e", "trace=read,recvfrom,recvmsg,write,writev,sendto,sendmsg,pwrite64,fdatasync",
             "-o", str(log), "-p", str(process_id)],
            stderr=subprocess.PIPE, text=True)
        line = self._strace.stderr.readline()
        assert "attached" in line, f"strace cannot attach: {line}"

    def end(self) -> list[tuple[str, str]]:
        """What was called, in the order in which it began (received and sent) or was done (synchronised), and on what."""
        self._strace.send_signal(signal.SIGINT)
        self._strace.communicate(timeout=30)
        calls, pending = [], {}
        for line in self._log.read_text().splitlines():
            thread = line.split()[0]
            if found := re.match(r"\d+\s+(\w+)\(\d+<(.*?)>(?:,|\)| <unf)", line):
                name, what = found.groups()
                if name == "fdatasync" and line.endswith("<unfinished ...>"):
                    pending[thread] = what
                else:
                    calls.append((name, what))
            elif re.match(r"\d+\s+<\.\.\. fdatasync resumed>.* = 0", line):
                calls.append(("fdatasync", pending.pop(thread)))
        return calls


def spooled(folder: Path) -> list[bytes]:
    """The records that wait in a spool."""
    records = []
    for file in sorted(folder.glob("*.spool")):
        content, offset = file.read_bytes(), 0
        while offset + 8 <= len(content):
            [length] = struct.unpack_from(">I", content, offset)
            records.append(content[offset + 8 : offset + 8 + length])
            offset += 8 + length
    return records


async def test_records_are_synchronised_to_the_disk_before_they_are_acknowledged(hq: Place) -> None:
    # Nobody takes the agent's records, so that they can be delivered here.
    hq.configuration = hq.configuration.replace("agent:\n", f"agent:\n  monitor: https://{network.ADDRESS}:9\n")
    await hq.start()
    await until("some records wait", lambda: len(spooled(hq.data / "spool/hq")) >= 4)
    token = (hq.data / "agent.token").read_text().strip()
    with socket.create_connection((network.ADDRESS, place.HTTPS)) as plain:
        port = plain.getsockname()[1]
        with hq.trust.wrap_socket(plain, server_hostname=network.ADDRESS) as client:
            # Afterwards nothing of the handshake is left to be said.
            client.sendall(b"GET /v1/health HTTP/1.1\r\nHost: kakehashi\r\n\r\n")
            await until("the monitor answers", lambda: b"roles" in client.recv(65_536))
            trace = Trace(hq.process_id, hq.folder / "strace")
            answers = []
            for record in spooled(hq.data / "spool/hq")[:4]:
                head = (
                    "POST /v1/records HTTP/1.1\r\nHost: kakehashi\r\nContent-Type: application/vnd.kakehashi.records\r\n"
                    f"Authorization: Bearer {token}\r\nContent-Length: {len(record)}\r\n\r\n")
                client.sendall(head.encode() + record)
                answers.append(await asyncio.to_thread(client.recv, 65_536))
            calls = trace.end()
    assert all(answer.startswith(b"HTTP/1.1 204") for answer in answers), answers

    log = str(hq.data / "history.sqlite-wal")
    peer = f"->{network.ADDRESS}:{port}]"
    begun = done = acknowledged = 0
    for name, what in calls:
        if peer in what and name in ("read", "recvfrom", "recvmsg"):
            begun = done = 0
        elif what == log and name == "pwrite64":
            begun += 1
            done = 0
        elif what == log and name == "fdatasync":
            done = begun
        elif peer in what and name in ("write", "writev", "sendto", "sendmsg"):
            assert begun > 0, f"an answer went out with nothing written: {calls}"
            assert done == begun, f"an answer went out before what was written was on the disk: {calls}"
            acknowledged += 1
            begun = done = 0
    assert acknowledged == 4, calls
    assert await hq.stop() == 0
