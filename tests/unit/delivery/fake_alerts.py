"""Remembers what the owners were told."""

from datetime import timedelta

from bot.domain.delivery import Cause
from bot.domain.edition import Edition


class FakeAlerts:
    def __init__(self) -> None:
        self.refusals: list[tuple[str, str]] = []
        self.rests: list[tuple[Cause, timedelta]] = []

    async def refused(self, edition: Edition, reason: str) -> None:
        self.refusals.append((edition.id, reason))

    async def failing_alike(self, cause: Cause, rest: timedelta) -> None:
        self.rests.append((cause, rest))
