"""To what a question was narrowed, in words."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta, tzinfo

from bot.domain.scope import Scope
from bot.rendering.figures import clock, day, listed
from bot.rendering.markup import brief
from bot.rendering.names import Names, name_of
from bot.rendering.wording import _, isolated

_NAME_LIMIT, _FOUND_IN_NAME = 40, 1


def in_words(scope: Scope, names: Names, zone: tzinfo) -> str:
    """Without markup; empty for everything. `names`: also those of sources, by what the scope has for them; `zone`:
    by whose calendar days are told."""
    categories = [_list(scope.categories, names)] if scope.categories else []
    return _joined(*categories, *_sources(scope, names), *_when(scope, zone))


def news_heading(scope: Scope, names: Names, zone: tzinfo) -> str:
    """Without markup."""
    begin = _("New in {categories}").format(categories=_list(scope.categories, names))
    return _joined(begin if scope.categories else _("New"), *_sources(scope, names), *_when(scope, zone))


def _sources(scope: Scope, names: Names) -> list[str]:
    return [_list(scope.sources, names)] if scope.sources else []


def _when(scope: Scope, zone: tzinfo) -> list[str]:
    """A day that is meant to its end ends where the next one begins."""
    since = scope.since.astimezone(zone) if scope.since else None
    until = scope.until.astimezone(zone) if scope.until else None
    last = until - timedelta(days=1) if until and _is_midnight(until) else until
    if since and last and since.date() == last.date() and _is_midnight(since):
        return [_("on {date}").format(date=day(since))]
    told = [_("since {date}").format(date=_moment(since))] if since else []
    return [*told, *([_("until {date}").format(date=_moment(last))] if last else [])]


def _moment(at: datetime) -> str:
    return day(at) if _is_midnight(at) else _(", ").join([day(at), clock(at)])


def _is_midnight(at: datetime) -> bool:
    return at.time() == time()


def _list(keys: Iterable[str], names: Names) -> str:
    return listed([brief(name_of(key, names), _NAME_LIMIT, _FOUND_IN_NAME) for key in sorted(keys)])


def _joined(*parts: str) -> str:
    return " · ".join(isolated(part) for part in parts)
