"""Standard clients by aiortc: a WHIP (RFC 9725) publisher and a WHEP (draft-ietf-wish-whep) viewer."""

import array
import asyncio
import fractions
import time
from collections import deque
from urllib.parse import quote, urljoin

import aiohttp
from aiortc import (
    MediaStreamTrack, RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
)
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, VideoFrame

import media
from relay import Relay
from waiting import until


class _Client:
    """One peer connection and the resource that an offer made."""

    def __init__(self, relay: Relay, bundle: RTCBundlePolicy = RTCBundlePolicy.BALANCED):
        self._relay = relay
        self._http: aiohttp.ClientSession | None = None
        self._resource: str | None = None
        self.answer = ""
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=bundle))

    async def _offer(self, address: str) -> None:
        self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=self._relay.trust))
        await self.connection.setLocalDescription(await self.connection.createOffer())
        async with self._http.post(
            address, data=self.connection.localDescription.sdp, headers={"Content-Type": "application/sdp"}
        ) as response:
            body = await response.text()
            assert response.status == 201, f"{address} answered {response.status}: {body}"
            assert response.content_type == "application/sdp"
            assert response.headers["ETag"]
            self._resource = urljoin(address, response.headers["Location"])
        self.answer = body
        await self.connection.setRemoteDescription(RTCSessionDescription(body, "answer"))
        await until("an aiortc client is connected", lambda: self.connection.connectionState == "connected")

    async def request(self, method: str, fragment: str | None = None, **headers: str) -> aiohttp.ClientResponse:
        """Asks something of the session."""
        if fragment is not None:
            headers["Content-Type"] = "application/trickle-ice-sdpfrag"
        async with self._http.request(method, self._resource, data=fragment, headers=headers) as response:
            await response.read()
            return response

    async def delete(self) -> None:
        """Ends the session, and leaves it to the relay to end the connection."""
        assert (await self.request("DELETE")).status == 200
        self._resource = None

    async def stop(self) -> None:
        if self._resource:
            await self.delete()
        await self.close()

    async def close(self) -> None:
        """Goes without a word."""
        await self.connection.close()
        if self._http:
            await self._http.close()


class Publisher(_Client):
    """Says and shows what its look has.

    With `delay` its picture flashes as its sound beeps, and comes that many seconds late, which its sender reports tell.
    """

    def __init__(
        self, name: str, look: media.Look, room: str, relay: Relay,
        bundle: RTCBundlePolicy = RTCBundlePolicy.BALANCED, codec: str | None = None, delay: float | None = None,
    ):
        super().__init__(relay, bundle)
        self.name = name
        self.look = look
        self._address = f"{relay.address}/whip/{room}?name={quote(name)}"
        start = _Start()
        self._sound = _Tone(look, start, flashes=delay is not None)
        self.connection.addTransceiver(self._sound, "sendonly")
        track = _Picture(look, start, flashes=delay is not None, delay=delay or 0)
        picture = self.connection.addTransceiver(track, "sendonly")
        if delay:
            picture.sender.__class__ = _LateSender
            picture.sender.delay = delay
        if codec:
            codecs = RTCRtpSender.getCapabilities("video").codecs
            picture.setCodecPreferences([one for one in codecs if one.mimeType in (f"video/{codec}", "video/rtx")])

    async def start(self) -> None:
        await self._offer(self._address)

    def speak(self, loud: bool) -> None:
        self._sound.is_loud = loud


class Viewer(_Client):
    """Decodes what it is sent, and remembers the last of it."""

    def __init__(self, room: str, relay: Relay):
        super().__init__(relay)
        self._address = f"{relay.address}/whep/{room}"
        self._tasks: list[asyncio.Task] = []
        # The newest half second of sound, and the newest picture's colour.
        self._samples: deque[int] = deque(maxlen=media.SAMPLE_RATE // 2)
        self.frames = 0
        self.colour: str | None = None
        self.connection.addTransceiver("audio", "recvonly")
        self.connection.addTransceiver("video", "recvonly")
        self.connection.on("track", lambda track: self._tasks.append(asyncio.ensure_future(self._play(track))))

    async def start(self) -> None:
        await self._offer(self._address)

    async def close(self) -> None:
        await super().close()
        await asyncio.gather(*self._tasks)

    @property
    def hertz(self) -> int | None:
        """The pitch heard in the last half second; `None` in silence."""
        return media.loudest_hertz(array.array("h", self._samples))

    async def _play(self, track: MediaStreamTrack) -> None:
        try:
            while True:
                frame = await track.recv()
                if isinstance(frame, VideoFrame):
                    self._see(frame)
                else:
                    # Interleaved stereo: one channel is enough.
                    self._samples.extend(array.array("h", bytes(frame.planes[0])[: frame.samples * 4])[::2])
        except MediaStreamError:
            pass

    def _see(self, frame: VideoFrame) -> None:
        self.frames += 1
        y, u, v = frame.planes
        row, column = frame.height // 2, frame.width // 2
        chroma = row // 2 * u.line_size + column // 2
        self.colour = media.nearest_colour(
            bytes(y)[row * y.line_size + column], bytes(u)[chroma], bytes(v)[chroma]
        )


class _LateSender(RTCRtpSender):
    """Reports that what it sends was taken `delay` seconds ago."""

    delay = 0.0

    @property
    def _RTCRtpSender__ntp_timestamp(self) -> int:
        return self._sent_at - int(self.delay * 2**32)

    @_RTCRtpSender__ntp_timestamp.setter
    def _RTCRtpSender__ntp_timestamp(self, value: int) -> None:
        self._sent_at = value


class _Start:
    """When a publisher's tracks began, all at once."""

    def __init__(self) -> None:
        self._time: float | None = None

    @property
    def time(self) -> float:
        self._time = self._time or time.monotonic()
        return self._time


class _Paced(MediaStreamTrack):
    """Frames at even times, however long making one takes."""

    def __init__(self, interval: float, start: _Start, delay: float = 0):
        super().__init__()
        self._interval = interval
        self._start = start
        self._delay = delay
        self._count = 0

    async def _next(self) -> int:
        if self.readyState != "live":
            raise MediaStreamError
        due = self._start.time + self._delay + self._count * self._interval
        await asyncio.sleep(max(0, due - time.monotonic()))
        self._count += 1
        return self._count - 1


class _Picture(_Paced):
    kind = "video"

    def __init__(self, look: media.Look, start: _Start, flashes: bool, delay: float):
        super().__init__(1 / media.FRAME_RATE, start, delay)
        self._look = look
        self._flashes = flashes

    async def recv(self) -> VideoFrame:
        number = await self._next()
        frame = VideoFrame(media.WIDTH, media.HEIGHT, "yuv420p")
        for plane, data in zip(frame.planes, media.planes(self._look, number, self._flashes)):
            plane.update(_padded(data, plane))
        frame.pts = number * 90_000 // media.FRAME_RATE
        frame.time_base = fractions.Fraction(1, 90_000)
        return frame


class _Tone(_Paced):
    kind = "audio"
    _SAMPLES = media.SAMPLE_RATE // 50

    def __init__(self, look: media.Look, start: _Start, flashes: bool):
        super().__init__(0.02, start)
        self._look = look
        self._flashes = flashes
        self.is_loud = True

    async def recv(self) -> AudioFrame:
        number = await self._next()
        frame = AudioFrame("s16", "mono", self._SAMPLES)
        start = number * self._SAMPLES
        samples = media.tone(self._look, start, self._SAMPLES, self._flashes)
        frame.planes[0].update(samples.tobytes() if self.is_loud else bytes(2 * self._SAMPLES))
        frame.pts = start
        frame.sample_rate = media.SAMPLE_RATE
        frame.time_base = fractions.Fraction(1, media.SAMPLE_RATE)
        return frame


def _padded(data: bytes, plane) -> bytes:
    """Rows as long as the plane stores them."""
    if plane.line_size == plane.width:
        return data
    rows = (data[row * plane.width : (row + 1) * plane.width] for row in range(plane.height))
    return b"".join(row.ljust(plane.line_size, b"\0") for row in rows)
