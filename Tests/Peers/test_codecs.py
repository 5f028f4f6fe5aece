"""Every codec that the relay carries, between real clients that have it, and what happens when one has not."""

import pytest

import media
from browser import FirefoxParticipant
from conftest import Invite
from waiting import until


@pytest.mark.parametrize("codec", ["VP8", "VP9", "AV1", "H264"])
async def test_interop_06_a_codec_is_relayed_by_what_it_is(invite: Invite, view, codec: str) -> None:
    anna = await invite("Anna", media.RED, sends=[codec])
    ben = await invite("Ben", media.GREEN, sends=[codec])
    people = [anna, ben]
    if codec != "H264":  # Debian's Firefox has none.
        people.append(await invite("文", media.BLUE, FirefoxParticipant, sends=[codec]))
    for one in people:
        for other in people:
            if other is not one:
                await one.sees_and_hears(other.name, other.look)
                await comes_as(one, other.name, f"video/{codec}", "audio/opus")
    if codec in ("VP8", "H264"):  # And through ffmpeg's decoders, not libwebrtc's.
        viewer = await view()
        await until("the viewer sees somebody", lambda: viewer.colour in [one.look.colour for one in people])


async def test_interop_06_h264_of_an_encoder_that_is_no_browser(invite: Invite, publish) -> None:
    anna = await invite("Anna", media.RED)
    await publish("Encoder", media.YELLOW, codec="H264")
    await anna.sees_and_hears("Encoder", media.YELLOW)
    await comes_as(anna, "Encoder", "video/H264")


async def test_interop_07_a_sender_takes_up_a_codec_that_everybody_has(invite: Invite) -> None:
    anna = await invite("Anna", media.RED)
    ben = await invite("Ben", media.GREEN)
    await ben.sees_and_hears("Anna", media.RED)
    await anna.page.evaluate("() => kakehashi.meeting.sections.useCodec('camera', ['VP9'])")
    await comes_as(ben, "Anna", "video/VP9")
    await ben.sees_and_hears("Anna", media.RED)

    # Chie can only decode VP8: Anna changes, and nobody loses her picture.
    chie = await invite("千恵", media.BLUE, receives=["VP8"])
    for one in (chie, ben):
        await comes_as(one, "Anna", "video/VP8")
        await one.sees_and_hears("Anna", media.RED)
    assert await notes(chie) == []


async def test_interop_07_a_tile_says_that_its_picture_cannot_be_decoded(invite: Invite, publish) -> None:
    anna = await invite("Anna", media.RED)
    fumi = await invite("文", media.BLUE, FirefoxParticipant)
    await publish("Encoder", media.YELLOW, codec="H264")
    await anna.sees_and_hears("Encoder", media.YELLOW)
    await until("文 is told why there is no picture", lambda: notes(fumi))
    assert await notes(fumi) == ["This browser cannot show pictures of this format."]
    assert await fumi.seen("Encoder") is None
    await fumi.hears("Encoder", media.YELLOW)
    assert await notes(anna) == []


async def test_interop_11_voice_is_heard_with_redundancy_and_without(invite: Invite, view) -> None:
    anna = await invite("Anna", media.RED)
    ben = await invite("Ben", media.GREEN)
    fumi = await invite("文", media.BLUE, FirefoxParticipant)  # It does not know of redundant audio.
    viewer = await view()
    microphone = "() => kakehashi.meeting.sections.sending.microphone.sender.getParameters().codecs[0].mimeType"
    assert await anna.page.evaluate(microphone) == "audio/red"
    assert await fumi.page.evaluate(microphone) == "audio/opus"
    for one in (anna, ben, fumi):
        for other in (anna, ben, fumi):
            if other is not one:
                await one.hears(other.name, other.look)
    await until("the viewer hears somebody", lambda: viewer.hertz in [one.look.hertz for one in (anna, ben, fumi)])

    async def packet_bytes(listener) -> float:
        heard = await listener.heard("Anna")
        return heard["audioBytes"] / max(heard["audioPackets"], 1)

    async def is_twice_as_long() -> bool:
        with_redundancy, without = await packet_bytes(ben), await packet_bytes(fumi)
        return without > 0 and 1.5 < with_redundancy / without < 2.5

    await until("Ben receives Anna's voice twice, 文 once", is_twice_as_long)


async def comes_as(participant, name: str, video: str, audio: str | None = None) -> None:
    async def does() -> bool:
        codecs = await participant.codecs(name)
        return codecs.get("video") == video and audio in (None, codecs.get("audio"))

    await until(f"{participant.name} receives {name} as {video}", does)


async def notes(participant) -> list[str]:
    return await participant.texts(".tile .note:not([hidden])")
