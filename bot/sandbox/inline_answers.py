"""Inline answers that Telegram gives again without asking the bot: https://core.telegram.org/bots/api#answerinlinequery"""

from bot.sandbox.chats import Json, Query


class InlineAnswers:
    def __init__(self) -> None:
        self._kept: dict[
            tuple[str, str, int | None], tuple[float, Json]
        ] = {}  # (words, offset, person): until, answer

    def keep(self, query: Query, answer: Json, now: float, *, seconds: int, personal: bool) -> None:
        """For the person who asked only, where it is personal."""
        self._kept = {key: kept for key, kept in self._kept.items() if kept[0] > now}
        self._kept[query.words, query.offset, query.person if personal else None] = (now + seconds, answer)

    def find(self, words: str, offset: str, person: int, now: float) -> Json | None:
        found = [self._kept.get((words, offset, whose), (now, None)) for whose in (person, None)]
        return next((answer for until, answer in found if until > now), None)
