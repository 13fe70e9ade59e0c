"""A moment as the store counts it: in milliseconds since the beginning of 1970, UTC."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime.fromtimestamp(0, UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_ms(moment: datetime) -> int:
    return (moment - EPOCH) // _MILLISECOND


def from_ms(ms: int) -> datetime:
    return EPOCH + ms * _MILLISECOND
