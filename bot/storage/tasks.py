"""Deliveries that wait outside of the streams of chunks, until a time or a verdict comes."""

from dataclasses import dataclass

import orjson

from bot.domain.delivery import Cause
from bot.domain.edition import Urgency


@dataclass(frozen=True, slots=True)
class Task:
    """A delivery that waits outside of the stream; `cause` and `found` (the store's ms) for one whose chat could not
    be written to."""

    urgency: Urgency
    edition_id: str
    number: int
    planned: int
    attempt: int
    again: bool
    refusals: int = 0
    chat_id: int = 0
    cause: Cause | None = None
    found: int = 0

    def encode(self) -> bytes:
        return orjson.dumps(
            [
                self.urgency,
                self.edition_id,
                self.number,
                self.planned,
                self.attempt,
                int(self.again),
                self.refusals,
                self.chat_id,
                self.cause,
                self.found,
            ]
        )

    @staticmethod
    def decode(raw: bytes) -> "Task":
        urgency, edition_id, number, planned, attempt, again, refusals, chat_id, cause, found = orjson.loads(raw)
        return Task(
            Urgency(urgency),
            edition_id,
            number,
            planned,
            attempt,
            bool(again),
            refusals,
            chat_id,
            Cause(cause) if cause else None,
            found,
        )
