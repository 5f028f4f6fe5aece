"""Namespaces of our own for network and mounts, entered by the test process itself: everything it starts is inside."""

import ctypes
import os
import subprocess
import time

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
    end = time.monotonic() + 10
    while "state UP" not in _ip("-oneline link show kakehashi0"):
        if time.monotonic() > end:
            raise TimeoutError("the test network's link does not come up")


def _ip(command: str) -> str:
    return subprocess.run(["ip", *command.split()], check=True, stdout=subprocess.PIPE, text=True).stdout


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)
