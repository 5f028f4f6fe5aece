"""Every codec that the relay carries, between real clients that have it."""

import pytest

import media
from browser import FirefoxParticipant
from conftest import Invite


@pytest.mark.parametrize("codec", ["VP8", "VP9", "AV1", "H264"])
async def test_interop_06_a_codec_is_relayed_by_what_it_is(invite: Invite, codec: str) -> None:
    anna = await invite("Anna", media.RED, sends=[codec])
    ben = await invite("Ben", media.GREEN, sends=[codec])
    people = [anna, ben]
    if codec != "H264":  # Debian's Firefox has none.
        people.append(await invite("文", media.BLUE, FirefoxParticipant, sends=[codec]))
    for one in people:
        for other in people:
            if other is not one:
                await one.sees_and_hears(other.name, other.look)
                assert await one.codecs(other.name) == {"audio": "audio/opus", "video": f"video/{codec}"}
