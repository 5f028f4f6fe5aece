"""One `kakehashi up` with a configuration and a data folder of its own."""

import asyncio
import base64
import contextlib
import hashlib
import os
import signal
import ssl
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import network
from waiting import DEADLINE, until

EXECUTABLE = Path(os.environ.get("KAKEHASHI", ".build/release/kakehashi")).resolve()


def run(*arguments: object, status: int = 0) -> str:
    """Runs a command to its end; what it says."""
    ended = subprocess.run(
        [EXECUTABLE, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=DEADLINE,
        env=os.environ | {"LC_ALL": "C.UTF-8"})
    assert ended.returncode == status, ended.stdout
    return ended.stdout


_PORT = 8443

_CONFIGURATION = f"""\
site: hq
data: data
probes: probes
sites:
  - id: hq
    networks: [192.0.2.0/24, 127.0.0.0/8]
    reflector: {network.ADDRESS}:8620
relay:
  listen: [{network.ADDRESS}]
  port: 10000
  advertise: [{network.ADDRESS}]
http:
  listen: {network.ADDRESS}:{_PORT}
"""


class Relay:
    executable = EXECUTABLE
    # The command, and what it prints once it runs.
    command, sign = "up", "is running"
    address = f"https://{network.ADDRESS}:{_PORT}"

    def __init__(self, folder: Path, configuration: str = _CONFIGURATION, address: str | None = None):
        self.folder = folder
        self.configuration = configuration
        self.file = folder / "kakehashi.yaml"
        self.address = address or Relay.address
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task | None = None
        self.lines: list[str] = []
        # Added to the environment it is started with.
        self.environment: dict[str, str] = {}

    async def start(self) -> None:
        """Starts it and waits for the line that says it runs; again after `stop`, with the same data."""
        self.lines = []
        if not EXECUTABLE.exists():
            raise AssertionError(f"{EXECUTABLE} does not exist: build it (make build) or name it by KAKEHASHI")
        self.lines = []
        (self.folder / "probes").mkdir(exist_ok=True)
        self.file.write_text(self.configuration)
        self._process = await asyncio.create_subprocess_exec(
            str(EXECUTABLE), self.command, "--config", str(self.file),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, cwd=self.folder,
            env=os.environ | self.environment,
        )
        self._reading = asyncio.create_task(self._read(self._process.stdout))
        await until("kakehashi says that it is running", self._is_running)

    async def stop(self) -> int:
        """Ends it as Ctrl-C does; gives its exit status."""
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGINT)
        try:
            status = await asyncio.wait_for(self._process.wait(), DEADLINE)
        except TimeoutError:
            self._process.kill()
            raise AssertionError(f"kakehashi did not end within {DEADLINE:.0f} s of SIGINT:\n{self.log}") from None
        await self._reading
        return status

    async def kill(self) -> None:
        """Ends it as loss of power does: at once."""
        self._process.kill()
        await self._process.wait()
        await self._reading

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def process_id(self) -> int:
        return self._process.pid

    @property
    def log(self) -> str:
        return "\n".join(self.lines)

    @property
    def trust(self) -> ssl.SSLContext:
        """Believes this relay's certificate alone."""
        return ssl.create_default_context(cafile=self.certificate)

    @property
    def key_pin(self) -> str:
        """SHA-256 of the certificate's public key, in base64, as Chromium wants it."""
        certificate = x509.load_pem_x509_certificate(Path(self.certificate).read_bytes())
        key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(hashlib.sha256(key).digest()).decode()

    @property
    def certificate(self) -> str:
        [path] = (self.folder / "data").glob("**/certificate.pem")
        return str(path)

    def _is_running(self) -> bool:
        if self._process.returncode is not None:
            raise AssertionError(f"kakehashi ended with {self._process.returncode}:\n{self.log}")
        return any(self.sign in line for line in self.lines)

    async def _read(self, stream: asyncio.StreamReader) -> None:
        async for line in stream:
            self.lines.append(line.decode(errors="replace").rstrip())


@contextlib.asynccontextmanager
async def running(relay: Relay, job: str) -> AsyncIterator[Relay]:
    """A server in a new folder, with this probe job, until it ends well."""
    (relay.folder / "probes").mkdir(parents=True)
    (relay.folder / "probes/hub.yaml").write_text(job)
    await relay.start()
    yield relay
    assert await relay.stop() == 0, relay.log
