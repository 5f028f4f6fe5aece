"""Firefox by WebDriver BiDi, as far as a participant's page needs it: the names are those of Playwright's `Page`."""

import asyncio
import itertools
import json
import os
import re
import shutil
from pathlib import Path

import aiohttp

from waiting import DEADLINE, until

FIREFOX = os.environ.get("FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox") or "/usr/bin/firefox-esr"

_PREFERENCES = {
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
    "media.navigator.permission.disabled": True,
    "media.navigator.streams.fake": True,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.reportingpolicy.firstRun": False,
}


class Firefox:
    """One Firefox, whose pages are tabs."""

    def __init__(self) -> None:
        self._ids = itertools.count(1)
        self._answers: dict[int, asyncio.Future] = {}
        self._tasks: list[asyncio.Task] = []
        self._consoles: dict[str, list[str]] = {}
        self._endpoint: str | None = None

    async def start(self, profile: Path, preferences: dict[str, object]) -> None:
        profile.mkdir()
        settings = _PREFERENCES | preferences
        lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in settings.items())
        (profile / "user.js").write_text("\n".join(lines))
        self._process = await asyncio.create_subprocess_exec(
            FIREFOX, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE, env={**os.environ, "HOME": str(profile)},
        )
        self._tasks.append(asyncio.create_task(self._read_log(self._process.stderr)))
        await until("Firefox listens", lambda: self._endpoint)
        self._http = aiohttp.ClientSession()
        self._socket = await self._http.ws_connect(f"{self._endpoint}/session", max_msg_size=0)
        self._tasks.append(asyncio.create_task(self._read_answers()))
        # The certificate is made by the relay under test for itself.
        await self.call("session.new", capabilities={"alwaysMatch": {"acceptInsecureCerts": True}})
        await self.call("session.subscribe", events=["log.entryAdded"])

    async def close(self) -> None:
        self._process.terminate()
        await self._process.wait()
        if self._endpoint:
            await self._http.close()
        for task in self._tasks:
            await task

    async def new_page(self, preload: str) -> "FirefoxPage":
        """Opens a tab in a profile of its own; `preload` runs in each of its pages before its own scripts."""
        user = (await self.call("browser.createUserContext"))["userContext"]
        context = (await self.call("browsingContext.create", type="tab", userContext=user))["context"]
        await self.call("script.addPreloadScript", functionDeclaration=f"() => {{ {preload} }}", contexts=[context])
        console = self._consoles[context] = []
        return FirefoxPage(self, user, context, console)

    async def call(self, method: str, **parameters) -> dict:
        number = next(self._ids)
        self._answers[number] = asyncio.get_running_loop().create_future()
        try:
            await self._socket.send_json({"id": number, "method": method, "params": parameters})
            answer = await asyncio.wait_for(self._answers[number], DEADLINE)
        finally:
            del self._answers[number]
        if answer["type"] == "error":
            raise RuntimeError(f"{method}: {answer['error']}: {answer['message']}")
        return answer["result"]

    async def _read_answers(self) -> None:
        async for message in self._socket:
            answer = message.json()
            if answer["type"] == "event":
                entry = answer["params"]
                console = self._consoles.get(entry.get("source", {}).get("context"), [])
                console.append(f"{entry.get('level')}: {entry.get('text')}")
            elif answer["id"] in self._answers:
                self._answers[answer["id"]].set_result(answer)

    async def _read_log(self, stream: asyncio.StreamReader) -> None:
        async for line in stream:
            if match := re.search(rb"WebDriver BiDi listening on (ws://\S+)", line):
                self._endpoint = match[1].decode()


class FirefoxPage:
    """One tab."""

    def __init__(self, firefox: Firefox, user: str, context: str, console: list[str]):
        self._firefox = firefox
        self._user = user
        self._context = context
        self.console = console

    async def close(self) -> None:
        if self._user:
            user, self._user = self._user, None
            await self._call("browser.removeUserContext", userContext=user)

    async def goto(self, address: str) -> None:
        await self._call("browsingContext.navigate", context=self._context, url=address, wait="complete")

    async def reload(self) -> None:
        await self._call("browsingContext.reload", context=self._context, wait="complete")

    async def evaluate(self, function: str, argument=None):
        """What `function` gives for `argument`; both must be good for JSON."""
        result = await self._call(
            "script.callFunction",
            functionDeclaration=f"async (text) => JSON.stringify((await ({function})(JSON.parse(text))) ?? null)",
            arguments=[{"type": "string", "value": json.dumps(argument)}],
            awaitPromise=True,
            target={"context": self._context},
            userActivation=True,
        )
        if result["type"] == "exception":
            raise RuntimeError(result["exceptionDetails"]["text"])
        return json.loads(result["result"]["value"])

    async def click(self, selector: str) -> None:
        await self.evaluate("(selector) => document.querySelector(selector).click()", selector)

    async def fill(self, selector: str, text: str) -> None:
        await self.evaluate("([selector, text]) => (document.querySelector(selector).value = text)", [selector, text])

    async def _call(self, method: str, **parameters) -> dict:
        return await self._firefox.call(method, **parameters)
