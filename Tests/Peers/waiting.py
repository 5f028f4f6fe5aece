"""Waiting for events, never for time to pass."""

import asyncio
import time

# A whole deadline only passes when something is broken; a loaded machine stays far below it.
DEADLINE = 120.0


async def until(what: str, condition, deadline: float = DEADLINE):
    """Polls `condition`, sync or async, until it is truthy, and gives its value."""
    end = time.monotonic() + deadline
    while True:
        value = condition()
        if asyncio.iscoroutine(value):
            value = await value
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {deadline:.0f} s")
        await asyncio.sleep(0.1)
