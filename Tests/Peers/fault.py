"""Sets the wall clock of one process, and makes its folder read-only, while it runs (`fault.c`)."""

import mmap
import os
import struct
import subprocess
from pathlib import Path

_SOURCE = Path(__file__).with_name("fault.c")


class Fault:
    def __init__(self, folder: Path, read_only: Path | None = None):
        library, control = folder / "fault.so", folder / "fault.control"
        subprocess.run(
            ["clang", "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", str(library), str(_SOURCE), "-ldl"],
            check=True)
        control.write_bytes(bytes(16))
        with open(control, "r+b") as file:
            self._numbers = mmap.mmap(file.fileno(), 16)
        self.environment = {
            "LD_PRELOAD": str(library), "FAULT_CONTROL": str(control),
            "FAULT_FOLDER": os.path.realpath(read_only or folder),
        }

    def set_clock(self, seconds: int) -> None:
        """So far from the machine's."""
        self._numbers[:8] = struct.pack("=q", seconds * 1_000_000_000)

    def set_read_only(self, is_read_only: bool) -> None:
        self._numbers[8:] = struct.pack("=q", is_read_only)
