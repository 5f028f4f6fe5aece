"""A short slice of `make storm`."""

from pathlib import Path

from storm import Storm


async def test_killed_at_random_instants_nothing_promised_is_lost(tmp_path: Path) -> None:
    outcome = await Storm(tmp_path, seed=1).run(phases=[3, 2])
    print(outcome)
    assert outcome.kills == 5 and outcome.promised > 0
