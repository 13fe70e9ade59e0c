"""Hours in which a chat wants to hear nothing."""

from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, PlainSerializer, PlainValidator, WithJsonSchema, model_validator

from bot.domain.daytime import read_time, tidied

_MIDNIGHT = ("24", "24:00")
_FOLDS = (0, 1)
_MINUTE = timedelta(minutes=1)


class QuietError(ValueError):
    """The words are no quiet hours."""


def _minute(value: object) -> time:
    moment = value if isinstance(value, time) else time.fromisoformat(str(value))
    return moment.replace(second=0, microsecond=0, tzinfo=None, fold=0)


ClockTime = Annotated[
    time,
    PlainValidator(_minute),
    PlainSerializer(lambda value: f"{value:%H:%M}"),
    WithJsonSchema({"type": "string"}),
]


class Quiet(BaseModel):
    """From `start` to `end`, which may be on the next day, by the chat's own clock; `breaking` news comes all the
    same."""

    model_config = ConfigDict(frozen=True)

    start: ClockTime
    end: ClockTime
    breaking: bool = False

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if self.start == self.end:
            raise ValueError("quiet hours that never end")
        return self

    @classmethod
    def parse(cls, words: str, *, breaking: bool = False) -> Self:
        """`22:00-07:00`, also `22-7` and `10pm to 7am`. Raises QuietError."""
        first, _, last = tidied(words.strip().removeprefix("from ")).partition("-")
        start, end = read_time(first), time() if last in _MIDNIGHT else read_time(last)
        if start is None or end is None or start == end:
            raise QuietError(words)
        return cls(start=start, end=end, breaking=breaking)

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"

    def covers(self, moment: datetime, zone: ZoneInfo) -> bool:
        clock = moment.astimezone(zone).time()
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def over(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """When it is over, in UTC: the moment itself where it is not quiet. Where a clock change skips that time, it
        is over with the change; where it repeats it, there are two, of which the next one counts."""
        if not self.covers(moment, zone):
            return moment
        today = moment.astimezone(zone).date()
        ends = (
            datetime.combine(today + timedelta(days=days), self.end, zone).replace(fold=fold).astimezone(UTC)
            for days in range(3)
            for fold in _FOLDS
        )
        around = [(end - _MINUTE, end) for end in sorted(ends) if end > moment]
        end = next(end for before, end in around if not (self.covers(before, zone) and self.covers(end, zone)))
        while not self.covers(end - _MINUTE, zone):
            end -= _MINUTE
        return end
