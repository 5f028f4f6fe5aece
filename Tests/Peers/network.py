"""Namespaces of our own for network and mounts, entered by the test process itself: everything it starts is inside."""

import contextlib
import ctypes
import os
import subprocess
import time
from collections.abc import AsyncIterator

from waiting import DEADLINE, until

ADDRESS = "192.0.2.10"

_CLONE_NEWNS = 0x00020000
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000


def enter() -> None:
    """Leaves the machine's network for one with a single address. Call before any thread is started."""
    user, group = os.geteuid(), os.getegid()
    flags = _CLONE_NEWNET | _CLONE_NEWNS | (0 if user == 0 else _CLONE_NEWUSER)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(flags) != 0:
        raise OSError(
            ctypes.get_errno(),
            "cannot make a network namespace: run as root or allow unprivileged user namespaces",
        )
    if user != 0:
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"0 {user} 1")
        _write("/proc/self/gid_map", f"0 {group} 1")
    # What tests mount (`disk.py`) is nobody else's business.
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    # A pair of which one end has the address: Chromium skips loopback, and gathers nothing without a default route.
    for command in (
        "link set lo up",
        "link add kakehashi0 type veth peer name kakehashi1",
        # Without link-local addresses, which come a second later: a browser takes that for a change of network and
        # gives up what it is loading.
        "link set kakehashi0 addrgenmode none",
        "link set kakehashi1 addrgenmode none",
        f"address add {ADDRESS}/24 dev kakehashi0",
        "link set kakehashi0 up",
        "link set kakehashi1 up",
        "route add default via 192.0.2.1",
    ):
        _ip(command)
    end = time.monotonic() + DEADLINE
    while "state UP" not in _ip("-oneline link show kakehashi0"):
        if time.monotonic() > end:
            raise TimeoutError("the test network's link does not come up")


def _ip(command: str) -> str:
    return subprocess.run(["ip", *command.split()], check=True, stdout=subprocess.PIPE, text=True).stdout


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


class Machine:
    """A machine of its own on the test's network: it has a network, and shares everything else."""

    def __init__(self, address: str):
        self.address = address
        self._process = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
        self.id = self._process.pid

    @property
    def is_apart(self) -> bool:
        return os.readlink(f"/proc/{self.id}/ns/net") != os.readlink("/proc/self/ns/net")

    def command(self, *words: str) -> list[str]:
        """What runs a command there."""
        return ["nsenter", "-t", str(self.id), "-n", *words]

    def run(self, *words: str) -> None:
        subprocess.run(self.command(*words), check=True)

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()


@contextlib.asynccontextmanager
async def line(length: int) -> AsyncIterator[list[Machine]]:
    """Machines in a row, the first beside this one: each passes on what is for those behind it. The nth, from 0, has
    198.18.n.2 towards here and 198.18.n+1.1 away from here."""
    machines = [Machine(f"198.18.{place}.2") for place in range(length)]
    try:
        await until("the machines are there", lambda: all(machine.is_apart for machine in machines))
        before = None
        for place, machine in enumerate(machines):
            near, far = f"near{place}", f"far{place}"
            _ip(f"link add {near} type veth peer name {far}")
            _ip(f"link set {far} netns {machine.id}")
            if before:
                _ip(f"link set {near} netns {before.id}")
            run = before.run if before else lambda *words: subprocess.run(words, check=True)
            run("ip", "address", "add", f"198.18.{place}.1/30", "dev", near)
            run("ip", "link", "set", near, "up")
            machine.run("ip", "link", "set", "lo", "up")
            machine.run("ip", "address", "add", f"{machine.address}/30", "dev", far)
            machine.run("ip", "link", "set", far, "up")
            machine.run("ip", "route", "add", "default", "via", f"198.18.{place}.1")
            machine.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
            # Whoever is nearer finds those further on behind the next.
            if place:
                _ip(f"route add 198.18.{place}.0/30 via {machines[0].address}")
            for nearer in range(place - 1):
                machines[nearer].run("ip", "route", "add", f"198.18.{place}.0/30", "via", machines[nearer + 1].address)
            before = machine
        yield machines
    finally:
        for machine in machines:
            machine.close()
