"""Three people in three browsers."""

import media
from conftest import Invite
from relay import Relay
from waiting import until


async def three(invite: Invite):
    anna = await invite("Anna", media.RED)
    ben = await invite("Ben", media.GREEN)
    chie = await invite("千恵", media.BLUE)
    return anna, ben, chie


async def test_all_see_and_hear_each_other(invite: Invite) -> None:
    people = await three(invite)
    for one in people:
        await one.knows("Anna", "Ben", "千恵")
    for one in people:
        for other in people:
            if other is not one:
                await one.sees_and_hears(other.name, other.look)


async def test_one_leaves_and_the_others_are_told(invite: Invite) -> None:
    anna, ben, chie = await three(invite)
    await anna.sees_and_hears("Ben", media.GREEN)
    await ben.leave()
    await anna.knows("Anna", "千恵")
    await chie.knows("Anna", "千恵")
    await until("Anna's tile of Ben is gone", lambda: tiles_of(anna, "Ben", 0))
    await anna.sees_and_hears("千恵", media.BLUE)
    assert await ben.state("lobby")


async def test_one_reloads_and_comes_back(invite: Invite) -> None:
    anna, ben, chie = await three(invite)
    await anna.sees_and_hears("Ben", media.GREEN)
    old = (await anna.roster())["Ben"]["participant"]
    await ben.reload()
    await ben.is_connected()

    async def is_new() -> bool:
        roster = await anna.roster()
        return "Ben" in roster and roster["Ben"]["participant"] != old

    await until("Anna knows the new Ben", is_new)
    await anna.knows("Anna", "Ben", "千恵")
    await ben.knows("Anna", "Ben", "千恵")
    await anna.sees_and_hears("Ben", media.GREEN)
    await chie.sees_and_hears("Ben", media.GREEN)
    await ben.sees_and_hears("Anna", media.RED)
    await ben.sees_and_hears("千恵", media.BLUE)


async def test_a_camera_switched_off_stops_its_packets_and_empties_its_slots(invite: Invite) -> None:
    anna, ben, chie = await three(invite)
    for one in (anna, chie):
        await one.sees_and_hears("Ben", media.GREEN)
        assert len(await one.slots("Ben")) == 1

    await ben.page.click("#camera")
    for one in (anna, chie):
        async def is_off(one=one) -> bool:
            ben_there = (await one.roster())["Ben"]
            return not ben_there["camera"] and ben_there["microphone"]

        async def is_vacant(one=one) -> bool:
            return await one.slots("Ben") == [] and await one.seen("Ben") is None

        await until(f"{one.name} is told that Ben's camera is off", is_off)
        await until(f"{one.name}'s slot of Ben is empty", is_vacant)

    # The packets that were under way arrive; then a hundred of Ben's voice go by without one of his camera.
    async def is_dark() -> bool:
        before = [await one.heard("Ben") for one in (anna, chie)]
        sent = await ben.sent()

        async def voice_went_by() -> bool:
            return (await ben.sent())["microphone"] >= sent["microphone"] + 100

        await until("Ben's microphone goes on", voice_went_by)
        now = [await one.heard("Ben") for one in (anna, chie)]
        return (await ben.sent())["camera"] == sent["camera"] and all(
            after["videoPackets"] == last["videoPackets"] and after["audioPackets"] > last["audioPackets"]
            for after, last in zip(now, before)
        )

    await until("nothing of Ben's camera is sent or received", is_dark)

    await ben.page.click("#camera")
    await anna.sees_and_hears("Ben", media.GREEN)
    await chie.sees_and_hears("Ben", media.GREEN)


async def test_a_microphone_switched_off_stops_its_packets(invite: Invite) -> None:
    anna = await invite("Anna", media.RED)
    ben = await invite("Ben", media.GREEN)
    await anna.sees_and_hears("Ben", media.GREEN)

    await ben.page.click("#microphone")

    async def is_off() -> bool:
        ben_there = (await anna.roster())["Ben"]
        return ben_there["camera"] and not ben_there["microphone"]

    await until("Anna is told that Ben's microphone is off", is_off)

    async def is_silent() -> bool:
        """Twenty frames of his picture go by without a packet of his voice."""
        before = await anna.heard("Ben")
        await until("Ben's picture goes on", lambda: more_frames(anna, before["frames"] + 20))
        return (await anna.heard("Ben"))["audioPackets"] == before["audioPackets"]

    await until("Anna receives nothing of Ben's voice", is_silent)
    await ben.page.click("#microphone")
    await anna.sees_and_hears("Ben", media.GREEN)


async def test_the_meeting_comes_back_with_the_relay(relay: Relay, invite: Invite) -> None:
    anna = await invite("Anna", media.RED)
    ben = await invite("Ben", media.GREEN)
    await anna.sees_and_hears("Ben", media.GREEN)
    assert await relay.stop() == 0
    for one in (anna, ben):
        await until(f"{one.name} is told that something is wrong", lambda: one.state("reconnecting"))
        assert await one.page.evaluate("() => document.getElementById('banner').checkVisibility()")
    await relay.start()
    for one in (anna, ben):
        await one.is_connected()
        await one.knows("Anna", "Ben")
    await anna.sees_and_hears("Ben", media.GREEN)
    await ben.sees_and_hears("Anna", media.RED)


async def more_frames(participant, count: int) -> bool:
    return (await participant.heard("Ben"))["frames"] >= count


async def tiles_of(participant, name: str, count: int) -> bool:
    captions = await participant.texts("#grid figcaption")
    return sum(name in caption for caption in captions) == count
