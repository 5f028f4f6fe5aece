"""A small disk of one test's own: full, and not full again."""

import errno
import os
import subprocess
from pathlib import Path


class SmallDisk:
    """A tmpfs of so many bytes at `folder`, in the mount namespace of the tests (`network.enter`)."""

    def __init__(self, folder: Path, kibibytes: int):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kibibytes}k,mode=700", "tmpfs", str(folder)], check=True)
        self._filler = folder / "filler"

    def fill(self) -> None:
        """Leaves no room for another byte."""
        with open(self._filler, "ab", buffering=0) as file:
            for size in (1 << 16, 1 << 12, 1):
                try:
                    while True:
                        file.write(b"\0" * size)
                except OSError as error:
                    assert error.errno == errno.ENOSPC, error

    def empty(self) -> None:
        self._filler.unlink()

    def make_read_only(self) -> None:
        """Only while nobody has a file open for writing: the kernel refuses it otherwise."""
        subprocess.run(["mount", "-o", "remount,ro", str(self.folder)], check=True)

    def make_writable(self) -> None:
        subprocess.run(["mount", "-o", "remount,rw", str(self.folder)], check=True)

    def close(self) -> None:
        os.sync()
        subprocess.run(["umount", "-l", str(self.folder)], check=True)
