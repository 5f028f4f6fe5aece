"""A standard publisher."""

import pytest
from aiortc import RTCBundlePolicy

import media
from conftest import Invite
from waiting import until


@pytest.mark.parametrize("bundle", [RTCBundlePolicy.BALANCED, RTCBundlePolicy.MAX_BUNDLE])
async def test_a_publisher_is_seen_and_heard_by_a_browser(invite: Invite, publish, bundle: RTCBundlePolicy) -> None:
    anna = await invite("Anna", media.RED)
    publisher = await publish("Encoder", media.YELLOW, bundle)
    await anna.knows("Anna", "Encoder")
    assert (await anna.roster())["Encoder"]["kind"] == "whip"
    await anna.sees_and_hears("Encoder", media.YELLOW)

    await publisher.stop()
    await anna.knows("Anna")


async def test_a_publisher_that_vanishes_is_taken_out(invite: Invite, publish) -> None:
    anna = await invite("Anna", media.RED)
    publisher = await publish("Encoder", media.YELLOW)
    await anna.sees_and_hears("Encoder", media.YELLOW)
    await publisher.close()
    await until("the relay gives the publisher up", lambda: is_alone(anna), deadline=90)


async def is_alone(participant) -> bool:
    return set(await participant.roster()) == {participant.name}
