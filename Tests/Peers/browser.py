"""One participant on the meeting page, in a Chromium of their own."""

import os
import shutil
from pathlib import Path

from playwright.async_api import Browser, Page, Playwright

import media
from relay import Relay
from waiting import DEADLINE, until

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
_PROBE = Path(__file__).with_name("probe.js")


def _colour(red: int, green: int, blue: int) -> str:
    y = 16 + (66 * red + 129 * green + 25 * blue) / 256
    u = 128 + (-38 * red - 74 * green + 112 * blue) / 256
    v = 128 + (112 * red - 94 * green - 18 * blue) / 256
    return media.nearest_colour(round(y), round(u), round(v))


class Participant:
    def __init__(self, name: str, look: media.Look, room: str, relay: Relay):
        self.name = name
        self.look = look
        self.room = room
        self._relay = relay
        self._browser: Browser | None = None
        self.page: Page | None = None
        self.console: list[str] = []

    async def start(self, playwright: Playwright, folder: Path) -> None:
        video = media.write_video(folder / f"{self.name}.y4m", self.look)
        audio = media.write_audio(folder / f"{self.name}.wav", self.look)
        self._browser = await playwright.chromium.launch(
            executable_path=CHROMIUM,
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
        context = await self._browser.new_context(locale="en-GB", viewport={"width": 960, "height": 600})
        await context.grant_permissions(["camera", "microphone"], origin=self._relay.address)
        await context.add_init_script(path=_PROBE)
        self.page = await context.new_page()
        self.page.set_default_timeout(DEADLINE * 1000)
        self.page.on("console", lambda message: self.console.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.console.append(f"exception: {error}"))

    async def join(self) -> None:
        """Opens the room's address, types the name, presses the button, and waits until media flows."""
        await self.page.goto(f"{self._relay.address}/r/{self.room}")
        await self.page.fill("#name", self.name)
        await self.page.wait_for_function("() => window.kakehashi.devices.tracks.camera !== null")
        await self.page.click("#join")
        await self.is_connected()

    async def is_connected(self) -> None:
        await until(f"{self.name} is connected", lambda: self.state("connected"))

    async def state(self, wanted: str) -> bool:
        return await self.page.evaluate("() => window.kakehashi?.state") == wanted

    async def leave(self) -> None:
        await self.page.click("#leave")

    async def reload(self) -> None:
        await self.page.reload()

    async def close(self) -> None:
        if self._browser:
            await self._browser.close()

    # What this participant knows and receives

    async def roster(self) -> dict[str, dict]:
        """Who is here, by name."""
        return {one["name"]: one for one in await self.page.evaluate("() => window.kakehashi?.roster ?? []")}

    async def listed(self) -> list[str]:
        """The names that the page's list of people shows, oneself included."""
        return await self.page.locator("#roster .name").all_text_contents()

    async def heard(self, name: str) -> dict:
        """What was received of `name` so far: frames, energy, videoPackets, audioPackets, hertz."""
        nothing = {"frames": 0, "energy": 0, "videoPackets": 0, "audioPackets": 0, "hertz": None}
        return (await self.page.evaluate("() => window.probe.heard()")).get(name, nothing)

    async def sent(self) -> dict:
        return await self.page.evaluate("() => window.probe.sent()")

    async def seen(self, name: str) -> str | None:
        """The colour that the tile of `name` shows; `None` while it shows no picture."""
        pixel = await self.page.evaluate("(name) => window.probe.pixel(name)", name)
        return _colour(*pixel) if pixel else None

    async def slots(self, name: str) -> list[dict]:
        """The video slots that show `name` now."""
        one = (await self.roster()).get(name)
        slots = await self.page.evaluate("() => window.kakehashi.slots")
        return [slot for slot in slots if one and slot["participant"] == one["participant"]]

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

        async def hears() -> bool:
            hertz = (await self.heard(name))["hertz"]
            return hertz is not None and abs(hertz - look.hertz) < 20

        await until(f"{self.name} sees {name} in {look.colour}", sees)
        await until(f"{self.name} hears {name} at {look.hertz} Hz", hears)

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
