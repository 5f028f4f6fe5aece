"""How a command ends."""

import os
import subprocess
from pathlib import Path

import pytest

from relay import EXECUTABLE

# Stands for OpenSSL's, libcurl's and the runtime's own, which free what other threads may still be using.
_EXIT_HANDLER = "#include <stdlib.h>\n__attribute__((destructor)) static void end(void) { abort(); }\n"


@pytest.mark.parametrize("words, status", [
    (["--version"], 0), (["probe", "tcp", "--help"], 0), (["config", "check", "--config", "nowhere.yaml"], 78),
    (["probe", "stamp", "nowhere", "--rate", "0"], 3),
])
def test_a_command_that_is_done_runs_no_exit_handler_beside_its_threads(
        tmp_path: Path, words: list[str], status: int) -> None:
    library = tmp_path / "exit_handler.so"
    subprocess.run(
        ["clang", "-shared", "-fPIC", "-x", "c", "-o", str(library), "-"], input=_EXIT_HANDLER, text=True, check=True)
    ended = subprocess.run(
        [str(EXECUTABLE), *words], env=os.environ | {"LD_PRELOAD": str(library)}, capture_output=True, text=True)
    assert ended.returncode == status, ended
    assert ended.stdout or ended.stderr
