"""Pictures of one colour and tones of one pitch, by which a participant is known at the other end."""

import array
import functools
import math
import struct
from dataclasses import dataclass
from pathlib import Path

WIDTH, HEIGHT, FRAME_RATE = 320, 180, 10
SAMPLE_RATE = 48_000


@dataclass(frozen=True)
class Look:
    """How one participant looks and sounds."""

    colour: str
    # Luma and chroma, BT.601, limited range.
    yuv: tuple[int, int, int]
    hertz: int


RED = Look("red", (81, 90, 240), 500)
GREEN = Look("green", (145, 54, 34), 700)
BLUE = Look("blue", (41, 240, 110), 1100)
YELLOW = Look("yellow", (210, 16, 146), 1600)
LOOKS = (RED, GREEN, BLUE, YELLOW)


def nearest_colour(y: int, u: int, v: int) -> str:
    """The look that a decoded pixel is of; "none" when it is near to none."""
    look = min(LOOKS, key=lambda look: math.dist(look.yuv, (y, u, v)))
    return look.colour if math.dist(look.yuv, (y, u, v)) < 60 else "none"


def planes(look: Look, number: int, flashes: bool = False) -> tuple[bytes, bytes, bytes]:
    """Frame `number` in YUV 4:2:0: the colour, and a bar along the lower edge that moves.

    With `flashes` the upper quarter is white for the first 300 ms of each second, and black for the rest.
    """
    return _planes(look, number % _FRAMES, flashes)


# After so many frames bar and flashes are where they were.
_FRAMES = 180


@functools.lru_cache(2 * _FRAMES)
def _planes(look: Look, number: int, flashes: bool) -> tuple[bytes, bytes, bytes]:
    y, u, v = look.yuv
    luma = bytearray([y]) * (WIDTH * HEIGHT)
    left = number * 8 % (WIDTH - 32)
    for row in range(HEIGHT - 16, HEIGHT):
        start = row * WIDTH + left
        luma[start : start + 32] = bytes([235]) * 32
    if flashes:
        area = WIDTH * HEIGHT // 4
        luma[:area] = bytes([235 if number % FRAME_RATE < 3 else 16]) * area
    return bytes(luma), bytes([u]) * (WIDTH * HEIGHT // 4), bytes([v]) * (WIDTH * HEIGHT // 4)


def write_video(path: Path, look: Look) -> Path:
    """A Y4M file that Chromium plays as a camera, over and over."""
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FRAME_RATE}:1 Ip A1:1 C420jpeg\n".encode())
        for number in range(36):
            file.write(b"FRAME\n" + b"".join(planes(look, number)))
    return path


def tone(look: Look, start: int, count: int, flashes: bool = False) -> array.array:
    """`count` samples from sample `start` on: bursts, as speech has them, since a steady tone is suppressed as noise.

    With `flashes` one burst a second, as long as the picture's.
    """
    cycle = _cycle(look, flashes)
    start %= len(cycle)
    return (cycle[start:] + cycle * (count // len(cycle) + 1))[:count]


@functools.cache
def _cycle(look: Look, flashes: bool) -> array.array:
    """A burst and its pause, which hold a whole number of the pitch's waves: what is heard repeats itself from there."""
    step = 2 * math.pi * look.hertz / SAMPLE_RATE
    burst, pause = SAMPLE_RATE * 3 // 10, SAMPLE_RATE * (7 if flashes else 1) // 10
    samples = array.array("h")
    for position in range(burst + pause):
        # Rise and fall over 10 ms, so that nothing clicks.
        edge = min(position, burst - position, 480) / 480 if position < burst else 0
        samples.append(int(12_000 * edge * math.sin(step * position)))
    return samples


def write_audio(path: Path, look: Look) -> Path:
    """A WAV file that Chromium plays as a microphone, over and over."""
    data = tone(look, 0, 4 * SAMPLE_RATE).tobytes()
    header = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, 1, SAMPLE_RATE, 2 * SAMPLE_RATE, 2, 16, b"data", len(data),
    )
    path.write_bytes(header + data)
    return path


def loudest_hertz(samples: array.array) -> int | None:
    """The pitch among `LOOKS` that is strongest in `samples`; `None` in silence."""
    if not samples or max(map(abs, samples)) < 300:
        return None

    def power(hertz: int) -> float:
        step = 2 * math.pi * hertz / SAMPLE_RATE
        real = sum(sample * math.cos(step * index) for index, sample in enumerate(samples))
        imaginary = sum(sample * math.sin(step * index) for index, sample in enumerate(samples))
        return real * real + imaginary * imaginary

    return max((look.hertz for look in LOOKS), key=power)
