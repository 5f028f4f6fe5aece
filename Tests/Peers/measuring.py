"""What stands around a measured path: a bad network, somebody to page, and a terminal."""

import asyncio
import json
import subprocess
from pathlib import Path

from aiohttp import web

from relay import EXECUTABLE
from waiting import until


class BadNetwork:
    """`kakehashi impair`: passes STAMP on, does harm on demand, and says what it did."""

    def __init__(self, listen: str, target: str, *options: str):
        self._listen, self._target, self._options = listen, target, options

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            str(EXECUTABLE), "impair", self._listen, self._target, "--seed", "7", *self._options,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )
        assert b"passing" in await self._process.stdout.readline()

    async def switch(self, conditions: str) -> dict:
        """Changes the conditions; gives what happened under the last ones."""
        self._process.stdin.write(f"{conditions}\n".encode())
        return json.loads(await self._process.stdout.readline())

    async def stop(self) -> None:
        self._process.stdin.close()
        await self._process.wait()


class Receiver:
    """A webhook's receiver."""

    def __init__(self, address: str, port: int):
        self._address, self._port = address, port
        self.received: list[tuple[str, dict]] = []

    async def start(self) -> None:
        application = web.Application()
        application.router.add_post("/hook", self._take)
        self._runner = web.AppRunner(application)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._address, self._port).start()

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        self.received.append((request.headers.get("Idempotency-Key", ""), await request.json()))
        return web.Response()


class Terminal:
    """A program in tmux, 80 columns by 24 rows."""

    def __init__(self, folder: Path):
        self._tmux = ["tmux", "-S", str(folder / "tmux"), "-f", "/dev/null"]

    def run(self, *command: str) -> None:
        environment = ["-e", "LANG=C.UTF-8", "-e", "TERM=xterm-256color"]
        subprocess.run(
            [*self._tmux, "new-session", "-d", "-x", "80", "-y", "24", *environment, "sh", "-c",
             " ".join(f"'{word}'" for word in command) + "; echo status $?; exec cat"],
            check=True,
        )

    def press(self, key: str) -> None:
        subprocess.run([*self._tmux, "send-keys", key], check=True)

    @property
    def screen(self) -> str:
        return subprocess.run([*self._tmux, "capture-pane", "-p"], check=True, capture_output=True, text=True).stdout

    async def shows(self, what: str, *texts: str) -> str:
        await until(f"the dashboard shows {what}", lambda: all(text in self.screen for text in texts))
        return self.screen

    def close(self) -> None:
        subprocess.run([*self._tmux, "kill-server"], check=False)


async def probe(target: str, seconds: int) -> tuple[int, dict]:
    """`kakehashi probe stamp`: its exit status and what it measured."""
    process = await asyncio.create_subprocess_exec(
        str(EXECUTABLE), "probe", "stamp", target, "--seconds", str(seconds), "--json",
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    return process.returncode, json.loads(output)
