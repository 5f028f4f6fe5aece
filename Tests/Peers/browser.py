"""One participant on the meeting page, in a browser of their own."""

import json
import os
import shutil
from pathlib import Path
from typing import Protocol

from playwright.async_api import Browser, Playwright

import media
from firefox import Firefox
from relay import Relay
from waiting import DEADLINE, until

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
_FOLDER = Path(__file__).parent


class Page(Protocol):
    """What the tests ask of a browser's page: Playwright's has it, and `FirefoxPage`."""

    async def goto(self, url: str): ...
    async def reload(self): ...
    async def evaluate(self, expression: str, arg=None): ...
    async def fill(self, selector: str, value: str): ...
    async def click(self, selector: str): ...


def _colour(red: int, green: int, blue: int) -> str:
    y = 16 + (66 * red + 129 * green + 25 * blue) / 256
    u = 128 + (-38 * red - 74 * green + 112 * blue) / 256
    v = 128 + (112 * red - 94 * green - 18 * blue) / 256
    return media.nearest_colour(round(y), round(u), round(v))


class Browsers:
    """The browsers of all tests, one for each look, since their cameras and microphones are given at their start."""

    def __init__(self, playwright: Playwright, folder: Path, relay: Relay):
        self._playwright = playwright
        self._folder = folder
        self._relay = relay
        self._chromium: dict[media.Look, Browser] = {}
        self._firefox: dict[media.Look, Firefox] = {}

    async def chromium(self, look: media.Look) -> Browser:
        if look not in self._chromium:
            video = media.write_video(self._folder / f"{look.colour}.y4m", look)
            audio = media.write_audio(self._folder / f"{look.colour}.wav", look)
            self._chromium[look] = await self._playwright.chromium.launch(
                executable_path=CHROMIUM,
                timeout=DEADLINE * 1_000,
                args=[
                    "--no-sandbox",
                    "--autoplay-policy=no-user-gesture-required",
                    "--use-fake-ui-for-media-stream",
                    "--use-fake-device-for-media-stream",
                    f"--use-file-for-fake-video-capture={video}",
                    f"--use-file-for-fake-audio-capture={audio}",
                    f"--ignore-certificate-errors-spki-list={self._relay.key_pin}",
                ],
            )
        return self._chromium[look]

    async def firefox(self, look: media.Look) -> Firefox:
        if look not in self._firefox:
            firefox = Firefox()
            await firefox.start(
                self._folder / f"firefox-{look.colour}", {"media.navigator.audio.fake_frequency": look.hertz}
            )
            self._firefox[look] = firefox
        return self._firefox[look]

    async def close(self) -> None:
        for browser in [*self._chromium.values(), *self._firefox.values()]:
            await browser.close()


class Participant:
    """What people do on the page, and what they see and hear.

    `sends` and `receives` name the video codecs that the browser has; all of its own unless said.
    """

    page: Page

    def __init__(
        self, name: str, look: media.Look, room: str, relay: Relay,
        sends: list[str] | None = None, receives: list[str] | None = None,
    ):
        self.name = name
        self.look = look
        self.room = room
        self.relay = relay
        self._codecs = {"sends": sends, "receives": receives}
        self.console: list[str] = []

    def _preload(self) -> str:
        """What runs in the page before its own scripts."""
        codecs = (_FOLDER / "codecs.js").read_text()
        return f"({codecs})({json.dumps(self._codecs)});\n{(_FOLDER / 'probe.js').read_text()}"

    async def start(self, browsers: Browsers) -> None:
        raise NotImplementedError

    async def close(self) -> None:
        raise NotImplementedError

    async def join(self) -> None:
        """Opens the room's address, types the name, presses the button, and waits until media flows."""
        await self.page.goto(f"{self.relay.address}/r/{self.room}")
        await until(f"{self.name} has a camera", self._has_camera)
        await self.page.fill("#name", self.name)
        await self.page.click("#join")
        await self.is_connected()

    async def _has_camera(self) -> bool:
        return await self.page.evaluate("() => Boolean(window.kakehashi?.devices.tracks.camera)")

    async def is_connected(self) -> None:
        await until(f"{self.name} is connected", lambda: self.state("connected"))

    async def state(self, wanted: str) -> bool:
        return await self.page.evaluate("() => window.kakehashi?.state") == wanted

    async def leave(self) -> None:
        await self.page.click("#leave")

    async def reload(self) -> None:
        await self.page.reload()

    # What this participant knows and receives

    async def roster(self) -> dict[str, dict]:
        """Who is here, by name."""
        return {one["name"]: one for one in await self.page.evaluate("() => window.kakehashi?.roster ?? []")}

    async def listed(self) -> list[str]:
        """The names that the page's list of people shows, oneself included."""
        return await self.texts("#roster .name")

    async def texts(self, selector: str) -> list[str]:
        """What the page shows in each element of that kind."""
        return await self.page.evaluate(
            "(selector) => [...document.querySelectorAll(selector)].map((one) => one.textContent)", selector
        )

    async def heard(self, name: str) -> dict:
        """What was received of `name` so far: frames, energy, videoPackets, audioPackets, audioBytes."""
        nothing = {"frames": 0, "energy": 0, "videoPackets": 0, "audioPackets": 0, "audioBytes": 0}
        return (await self.page.evaluate("() => window.probe.heard()")).get(name, nothing)

    async def sent(self) -> dict:
        return await self.page.evaluate("() => window.probe.sent()")

    async def seen(self, name: str, source: str = "camera") -> str | None:
        """The colour that the tile of `name` shows; `None` while it shows no picture."""
        pixel = await self.page.evaluate("(tile) => window.probe.pixel(tile)", [name, source])
        return _colour(*pixel) if pixel else None

    async def views(self) -> set[tuple[str, str]]:
        """Every name with a colour that a tile has shown under it since `watchTiles`."""
        return {(name, _colour(*pixel)) for name, pixel in await self.page.evaluate("() => window.probe.views")}

    async def slots(self, name: str) -> list[dict]:
        """The video slots that show `name` now."""
        one = (await self.roster()).get(name)
        slots = await self.page.evaluate("() => window.kakehashi.slots")
        return [slot for slot in slots if one and slot["participant"] == one["participant"]]

    async def codecs(self, name: str) -> dict[str, str]:
        """The MIME types of what `name`'s voice and picture come as, by kind."""
        return await self.page.evaluate("(name) => window.probe.codecs(name)", name)

    # Waits

    async def sees_and_hears(self, name: str, look: media.Look) -> None:
        """`name` looks and sounds like `look` here, and goes on doing so."""
        before = await self.heard(name)

        async def receives() -> bool:
            now = await self.heard(name)
            return now["frames"] - before["frames"] >= 20 and now["energy"] - before["energy"] > 1e-4

        await until(f"{self.name} decodes 20 frames and sound of {name}", receives)

        async def sees() -> bool:
            return await self.seen(name) == look.colour

        await until(f"{self.name} sees {name} in {look.colour}", sees)
        await self.hears(name, look)

    async def hears(self, name: str, look: media.Look) -> None:
        """`name` sounds like `look` here."""

        async def does() -> bool:
            hertz = await self.page.evaluate("(name) => window.probe.hertz(name)", name)
            return hertz is not None and abs(hertz - look.hertz) <= 20

        await until(f"{self.name} hears {name} at {look.hertz} Hz", does)

    async def knows(self, *names: str) -> None:
        """The roster, and the list on the page, hold these people and nobody else."""

        async def listed() -> bool:
            shown = await self.listed()
            return set(await self.roster()) == set(names) and len(shown) == len(names)

        await until(f"{self.name} knows of {', '.join(names)} alone", listed)

    async def report(self) -> str:
        """What stands, for a test that failed."""
        try:
            state = await self.page.evaluate(
                "() => ({ state: kakehashi.state, trouble: kakehashi.meeting?.trouble, roster: kakehashi.roster,"
                " slots: kakehashi.slots, speaking: kakehashi.speaking, heard: probe.heard(),"
                " connection: kakehashi.connection?.connectionState })"
            )
        except Exception as error:  # The page may be gone, which is worth reporting too.
            state = repr(error)
        return f"{self.name}: {state}\n  " + "\n  ".join(self.console[-30:])


class ChromiumParticipant(Participant):
    """Its camera and microphone are Chromium's fake devices, which play files."""

    async def start(self, browsers: Browsers) -> None:
        browser = await browsers.chromium(self.look)
        self._context = await browser.new_context(locale="en-GB", viewport={"width": 960, "height": 600})
        await self._context.grant_permissions(["camera", "microphone"], origin=self.relay.address)
        await self._context.add_init_script(script=self._preload())
        self._context.set_default_timeout(DEADLINE * 1_000)
        self.page = await self._context.new_page()
        self.page.on("console", lambda message: self.console.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.console.append(f"exception: {error}"))

    async def close(self) -> None:
        await self._context.close()


class FirefoxParticipant(Participant):
    """Its camera is a canvas, since Firefox's fake ones all look alike; its microphone is fake, with a pitch of its own."""

    async def start(self, browsers: Browsers) -> None:
        firefox = await browsers.firefox(self.look)
        camera = (_FOLDER / "camera.js").read_text()
        self.page = await firefox.new_page(f"({camera})({self.look.colour!r});\n{self._preload()}")
        self.console = self.page.console

    async def close(self) -> None:
        await self.page.close()
