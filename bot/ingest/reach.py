"""Whether it is the feeds that cannot be reached, or we who reach nothing."""

from collections import deque
from urllib.parse import urlsplit

from bot.domain.feed import Failure, Fault

_REMEMBERED = 20
#: So many hosts are not away all at once.
_MANY = 5
_UNREACHED = frozenset({Fault.NO_ADDRESS, Fault.NO_CONNECTION, Fault.TIMEOUT})


class Reach:
    """What this process has lately come to."""

    def __init__(self) -> None:
        self._recent: deque[str] = deque(maxlen=_REMEMBERED)

    def note(self, url: str, failure: Failure | None) -> None:
        if failure and failure.fault in _UNREACHED:
            self._recent.append(urlsplit(url).netloc)
        else:
            self._recent.clear()

    @property
    def lost(self) -> bool:
        """Not one of many hosts was reached."""
        return len(set(self._recent)) >= _MANY
