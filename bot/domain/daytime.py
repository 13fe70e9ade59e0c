"""Times of the day, and what lasts from one thing to another, as people write them."""

import re
from datetime import time

_TIME = re.compile(r"(\d{1,2})(?:[:.h]?(\d\d))?\s*(?:h|([ap])\.?m\.?)?", re.IGNORECASE)
_APART = re.compile(r"(?<=\d)\s+(?=[ap]\.?m\b)", re.IGNORECASE)
_FROM_TO = re.compile(r"\s*[-–—]\s*|\s+(?:to|till|until)\s+", re.IGNORECASE)


def read_time(word: str) -> time | None:
    """`8:00`, `8.30`, `0830`, `8`, `8am`, `8 p.m.`, `8h30`; None for what is no time of the day."""
    match = _TIME.fullmatch(word)
    if match is None:
        return None
    hour, minute, half = int(match[1]), int(match[2] or 0), (match[3] or "").casefold()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0) if 1 <= hour <= 12 else -1
    try:
        return time(hour, minute)
    except ValueError:
        return None


def tidied(words: str) -> str:
    """`mon - fri 8 am` and `mon to fri 8am` as `mon-fri 8am`, so that what belongs together is one word."""
    return _FROM_TO.sub("-", _APART.sub("", words))
