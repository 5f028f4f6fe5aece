"""Keys: who is let in, by tokens that another library makes and reads, and by invitation links in a browser."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import jwt
import pytest_asyncio
from playwright.async_api import Browser, Playwright

import media
import network
from browser import CHROMIUM, Browsers, ChromiumParticipant
from relay import EXECUTABLE, Relay
from waiting import DEADLINE, until

_ADDRESS = f"https://{network.ADDRESS}:8445"
_CONFIGURATION = f"""\
site: hq
data: data
probes: probes
sites:
  - id: hq
    networks: [192.0.2.0/24]
relay:
  listen: [{network.ADDRESS}]
  port: 10200
http:
  listen: {network.ADDRESS}:8445
  keys:
    - {{id: new, secret: new.key}}
    - {{id: old, secret: old.key}}
notify:
  channels:
    team: {{url: "http://127.0.0.1:9/hooks/{{hook}}", token: team.token}}
"""
_NAMES = ("new.key", "old.key", "team.token", "hook")


class Guarded(Relay):
    """A server with two keys."""

    def __init__(self, folder: Path):
        self.secrets = {name: secrets.token_urlsafe(36) for name in _NAMES}
        super().__init__(folder, _CONFIGURATION.replace("{hook}", self.secrets["hook"]), _ADDRESS)
        for name in _NAMES:
            if name != "hook":
                self.write(name, self.secrets[name])

    def write(self, name: str, text: str, mode: int = 0o600) -> None:
        path = self.file.with_name(name)
        path.write_text(text + "\n")
        path.chmod(mode)

    def token(self, key: str = "new", valid: int = 600, **claims) -> str:
        """Made by PyJWT."""
        return jwt.encode({"exp": time.time() + valid, **claims}, self.secrets[f"{key}.key"], "HS256")

    async def run(self, *arguments: str) -> str:
        """What a command of the executable prints."""
        status, output = await self.try_to_run(*arguments)
        assert status == 0, output
        return output

    async def try_to_run(self, *arguments: str, file: Path | None = None) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            str(EXECUTABLE), *arguments, "--config", str(file or self.file),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        return process.returncode, output.decode().strip()

    async def get(self, path: str, token: str | None = None) -> tuple[int, dict, str]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=self.trust)) as session:
            async with session.get(self.address + path, headers=headers) as answer:
                return answer.status, dict(answer.headers), await answer.text()


@pytest_asyncio.fixture(loop_scope="session")
async def guarded(tmp_path: Path) -> AsyncIterator[Guarded]:
    server = Guarded(tmp_path)
    await server.start()
    yield server
    assert await server.stop() == 0, server.log


async def test_tokens_are_those_of_other_libraries(guarded: Guarded) -> None:
    made = await guarded.run("token", "operate", "publish", "--room", "朝会", "--valid", "30 min")
    assert jwt.get_unverified_header(made) == {"alg": "HS256", "kid": "new", "typ": "JWT"}
    claims = jwt.decode(made, guarded.secrets["new.key"], ["HS256"])
    assert claims["scope"] == "operate publish" and claims["room"] == "朝会"
    assert claims["exp"] - claims["iat"] == 1800

    for key in ("new", "old"):
        assert (await guarded.get("/v1/overview", guarded.token(key, scope="operate")))[0] == 200
    status, headers, text = await guarded.get("/v1/overview", guarded.token(scope="join", room="*"))
    assert status == 403 and 'error="insufficient_scope"' in headers["WWW-Authenticate"], text
    stranger = jwt.encode({"exp": time.time() + 600, "scope": "operate"}, secrets.token_urlsafe(36), "HS256")
    unsigned = jwt.encode({"exp": time.time() + 600, "scope": "operate"}, None, "none")
    longer = jwt.encode({"exp": time.time() + 600, "scope": "operate"}, guarded.secrets["new.key"] * 2, "HS512")
    for token in (None, stranger, unsigned, longer, guarded.token(valid=-60, scope="operate")):
        status, headers, text = await guarded.get("/v1/overview", token)
        assert status == 401 and headers["WWW-Authenticate"].startswith("Bearer "), text
    assert (await guarded.get("/v1/health"))[0] == 200


async def test_this_machines_own_parts_have_what_they_need(guarded: Guarded) -> None:
    assert "Sites and paths" in await guarded.run("dashboard", "--once", "--language", "en")
    assert "拠点と経路" in await guarded.run("dashboard", "--once", "--language", "ja")
    # Another's dashboard shows the token of a file; without one it is told what is missing, in its language.
    pin = (guarded.file.parent / "data/tls/pin").read_text().strip()
    guarded.write("dashboard.token", await guarded.run("token", "operate"))
    shown = ("dashboard", guarded.address, "--pin", pin, "--once")
    status, output = await guarded.try_to_run(*shown, "--token", str(guarded.file.with_name("dashboard.token")))
    assert status == 0 and "Kakehashi" in output, output
    for language, sentence in (("en", "Send the token"), ("ja", "トークンを")):
        status, output = await guarded.try_to_run(*shown, "--language", language)
        assert status == 1 and sentence in output, output
    # The relay's own agent delivers by the shared token.
    async def is_delivering() -> bool:
        _, _, figures = await guarded.get("/metrics", guarded.token(scope="operate"))
        assert 'reason="token_invalid"} 0' in figures
        return 'reason="unauthorized"} 2' in figures

    await until("only the two dashboards without a token were refused", is_delivering)


async def test_an_invitation_leads_into_the_meeting_and_is_in_no_address(
    guarded: Guarded, playwright: Playwright, tmp_path: Path
) -> None:
    link = await guarded.run("invite", "朝会", "--valid", "10 min", "--name", "山田")
    address, _, fragment = link.partition("#")
    assert address == f"{_ADDRESS}/r/%E6%9C%9D%E4%BC%9A" and fragment.startswith("invitation=ey")
    guest = ChromiumParticipant("山田", media.RED, "朝会", guarded)
    # Browsers of its own: they trust this server's certificate.
    browsers = Browsers(playwright, tmp_path, guarded)
    await guest.start(browsers)
    try:
        requested: list[str] = []
        guest.page.on("request", lambda request: requested.append(request.url))
        await guest.page.goto(link)
        await guest.page.wait_for_function("() => window.kakehashi?.devices.tracks.camera")
        assert await guest.page.input_value("#name") == "山田"
        assert not await guest.page.is_editable("#name")
        await guest.page.click("#join")
        await guest.is_connected()
        await guest.knows("山田")
        assert not await guest.page.is_visible("#copy-link"), "the bare link would let nobody in"

        # A reload and a restart of the server lead back, by the pass.
        await guest.reload()
        await guest.is_connected()
        assert await guarded.stop() == 0
        await until("the guest is told", lambda: guest.state("reconnecting"))
        await guarded.start()
        await guest.is_connected()
        token = fragment.removeprefix("invitation=")
        assert requested and not any(token in url for url in requested)
        assert token not in await guest.page.evaluate("() => location.href + JSON.stringify(history.state)")
    finally:
        await browsers.close()


_SENTENCES = {
    "ja-JP": {
        "none": ("招待リンクが必要です", "招待リンクを頼んでください"),
        "old": ("この招待リンクは期限切れです", "新しい招待リンクを頼んでください"),
        "other": ("この会議室の招待リンクではありません", "招待リンクを会議の主催者に頼んでください"),
        "cut": ("この招待リンクは正しくありません", "途中で切れていないか"),
    },
    "en-GB": {
        "none": ("An invitation is needed", "Ask whoever runs the meeting"),
        "old": ("This invitation link has expired", "Ask whoever runs the meeting for a new"),
        "other": ("This invitation is for another room", "ask whoever runs the meeting"),
        "cut": ("This invitation link is not right", "Check that the link is complete"),
    },
}


async def test_who_is_not_let_in_is_told_why_in_their_language(guarded: Guarded, playwright: Playwright) -> None:
    good = guarded.token(scope="join", room="a")
    tokens = {
        "none": "", "old": guarded.token(valid=-60, scope="join", room="a"),
        "other": guarded.token(scope="join", room="b"), "cut": good[:-5],
    }
    browser: Browser = await playwright.chromium.launch(
        executable_path=CHROMIUM, timeout=DEADLINE * 1_000,
        args=["--no-sandbox", f"--ignore-certificate-errors-spki-list={guarded.key_pin}"])
    try:
        for locale, sentences in _SENTENCES.items():
            for case, (title, advice) in sentences.items():
                context = await browser.new_context(locale=locale)
                context.set_default_timeout(DEADLINE * 1_000)
                page = await context.new_page()
                await page.goto(f"{_ADDRESS}/r/a" + (f"#invitation={tokens[case]}" if tokens[case] else ""))
                await page.wait_for_selector("#entrance-title:not(:empty)")
                assert title == await page.inner_text("#entrance-title")
                assert advice in await page.inner_text("#entrance-lead")
                assert not await page.is_visible("#join-form")
                # A good link opened in the same tab is taken at once.
                await page.evaluate("(token) => { location.hash = `invitation=${token}`; }", good)
                await page.wait_for_selector("#join-form", state="visible")
                assert "#" not in page.url
                await context.close()
    finally:
        await browser.close()


async def test_no_secret_is_ever_printed(guarded: Guarded) -> None:
    agent_token = (guarded.file.parent / "data/agent.token").read_text().strip()
    tls_key = (guarded.file.parent / "data/tls/key.pem").read_text().splitlines()[1]
    invitation = (await guarded.run("invite", "a")).partition("=")[2]
    hidden = {**guarded.secrets, "agent": agent_token, "tls": tls_key, "invitation": invitation}
    outputs = [await guarded.run("config", "show"), await guarded.run("config", "check")]
    for path in ("/v1/overview", "/v1/rooms/a", "/v1/rooms/a/participants", "/whip/a", "/nowhere", "/metrics"):
        for token in (None, *hidden.values(), guarded.token(scope="join operate", room="a")):
            _, headers, text = await guarded.get(path, token)
            outputs += [text, str(headers)]
    outputs.append((await guarded.run("dashboard", "--json")))
    # Where a secret is open to others, too short or not one: nothing starts, and the sentence holds nothing of it.
    second = guarded.file.with_name("second.yaml")
    tls = "  certificate: data/tls/certificate.pem\n  key: data/tls/key.pem\n"
    second.write_text(guarded.file.read_text().replace("data: data", "data: other").replace("http:\n", "http:\n" + tls))
    for name in ("new.key", "team.token", "data/tls/key.pem"):
        path = guarded.file.parent / name
        path.chmod(0o644)
        status, output = await guarded.try_to_run("up", file=second)
        assert status == 78 and "open to others (mode 644)" in output and name in output, output
        path.chmod(0o600)
        outputs.append(output)
    guarded.write("new.key", guarded.secrets["new.key"][:20])
    status, output = await guarded.try_to_run("token", "operate")
    assert status == 78 and "too short" in output, output
    outputs.append(output)
    guarded.write("new.key", guarded.secrets["new.key"] + " " + guarded.secrets["old.key"])
    status, output = await guarded.try_to_run("token", "operate")
    assert status == 78 and "one word" in output, output
    outputs.append(output)
    guarded.write("new.key", guarded.secrets["new.key"], mode=0o640)
    status, output = await guarded.try_to_run("token", "operate")
    assert status == 78 and "chmod 600" in output, output
    outputs += [output, guarded.log]
    for name, secret in hidden.items():
        for output in outputs:
            assert secret not in output and secret[:20] not in output, f"{name} stands in: {output}"
