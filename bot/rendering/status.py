"""The bot's words on how delivery goes, for its owners and editors."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.domain.delivery import Cause
from bot.domain.edition import Edition
from bot.domain.message import Message
from bot.domain.status import RefusedMessage, Status
from bot.rendering.actions import ShowStatus
from bot.rendering.articles import date
from bot.rendering.markup import bold, brief, counted, escape, italic

_REFUSED_NAMED = 5
_TITLE, _REASON = 60, 120
#: Tags, names and addresses that Telegram may make links of.
_FOUND = 3

CAUSES = {
    Cause.BLOCKED: "the bot was blocked",
    Cause.DEACTIVATED: "the account was deleted",
    Cause.REMOVED: "the bot is no member",
    Cause.NOT_FOUND: "Telegram does not find the chat",
    Cause.NO_RIGHTS: "the bot may not write there",
    Cause.TOPIC_CLOSED: "the topic is closed",
    Cause.TOPIC_GONE: "the topic is gone",
}
#: What tries came to.
_TRIES = {
    "sent": "sent",
    "later": "put off (Telegram in trouble)",
    "flooded": "put off (Telegram asked to wait)",
    "ambiguous": "without an answer",
    "refused": "not taken",
    **{cause.value: f"failed ({words})" for cause, words in CAUSES.items()},
}
#: How deliveries have ended.
_ENDED = {"sent": "sent", "ambiguous": "perhaps sent", "failed": "failed", "skipped": "no longer wanted"}


def edition_refused(edition: Edition, reason: str) -> Message:
    articles = ", ".join(f"<code>{escape(article)}</code>" for article in edition.articles) or "no article"
    return Message(
        text=f"⚠️ Telegram does not take a message of mine ({articles}), as plain text neither. It says: "
        f"{escape(reason)}\n\nI send it to nobody else; the chats are untouched. /status lists it."
    )


def failing_alike(cause: Cause, rest: timedelta) -> Message:
    minutes = counted(int(rest.total_seconds() // 60), "minute")
    return Message(
        text=f"⚠️ Many chats cannot be written to all at once: {CAUSES[cause]}. That is rarely true of so many, so "
        f"nobody is unsubscribed. Sending rests for {minutes}; what is owed stays owed. If it goes on, see whether "
        "the bot's token is still the right one."
    )


def report(status: Status, zone: ZoneInfo) -> Message:
    """One screen of a phone: what is wrong first."""
    trouble = [f"⚠️ {line}" for line in _trouble(status, zone)]
    parts = [*trouble, "\n".join(_numbers(status))] if trouble else ["✅ All is well.", "\n".join(_numbers(status))]
    as_of = italic(f"As of {status.at.astimezone(zone):%H:%M:%S} ({zone.key})")
    return Message(text="\n\n".join([*parts, as_of]), buttons=((ShowStatus().button("🔄 Refresh"),),))


def _trouble(status: Status, zone: ZoneInfo) -> Iterator[str]:
    if status.resting:
        until = f"{status.resting.until.astimezone(zone):%H:%M}"
        yield (
            f"Sending rests until {until}: many chats at once could not be written to "
            f"({CAUSES[status.resting.cause]}). Nobody is unsubscribed; what is owed stays owed."
        )
    if status.paused:
        seconds = counted(max(1, round(status.paused.total_seconds())), "second")
        yield f"Telegram has asked to wait: {seconds} more."
    if status.slowed:
        yield "Slower than set, since Telegram refused more; the speed rises again by itself."
    if status.uncertain:
        yield "Many messages get no answer from Telegram, so some may come twice. Is the network well?"
    if status.stalled and status.waiting_since:
        since = f"{status.waiting_since.astimezone(zone):%H:%M}"
        yield f"Messages wait since {since} and nobody sends them. Does a process with the delivery part run?"
    if status.refused:
        yield _refused(status.refused)


def _refused(refused: Sequence[RefusedMessage]) -> str:
    """The latest by name."""
    lines = [f"Telegram did not take {counted(len(refused), 'message')} within a week:"]
    for one in refused[:_REFUSED_NAMED]:
        name = brief(one.title, _TITLE, _FOUND) if one.title else one.edition_id
        number = f" ({one.article})" if one.article else ""
        lines.append(escape(f"• {name}{number}, {date(one.at)}: {brief(one.reason, _REASON, _FOUND)}"))
    if len(refused) > _REFUSED_NAMED:
        lines.append(f"• and {len(refused) - _REFUSED_NAMED:,} more")
    return "\n".join(lines)


def _numbers(status: Status) -> Iterator[str]:
    """A line for each thing that an editor may ask about."""
    which = {"under way": status.in_flight, "put off": status.postponed, "chat in doubt": status.in_doubt}
    yield f"{bold('To be sent')} · {counted(status.left, 'message')}{_of_which(which)}"
    if status.unplanned:
        yield f"{bold('Just published')} · {counted(status.unplanned, 'article')}, not yet counted above for everyone"
    tries = {_TRIES.get(name, escape(name)): count for name, count in status.tries.items()}
    yield f"{bold(f'Last {status.minutes} minutes')} · {_listed(tries) or 'nothing was due'}"
    ended = ", ".join(f"{status.ended.get(name, 0):,} {words}" for name, words in _ENDED.items())
    yield f"{bold('Since the beginning')} · {ended}"
    yield f"{bold('Speed')} · {status.rate:,.0f} messages a second, {status.rate_set:,.0f} are set"
    parked = {CAUSES[cause]: count for cause, count in status.parked.items()}
    yield f"{bold('Chats out of reach')} · {sum(parked.values()):,}{_of_which(parked)}"


def _of_which(parts: Mapping[str, int]) -> str:
    listed = _listed(parts)
    return f" ({listed})" if listed else ""


def _listed(parts: Mapping[str, int]) -> str:
    """The most first; what there is none of is left out."""
    by_size = sorted(parts.items(), key=lambda part: -part[1])
    return ", ".join(f"{count:,} {words}" for words, count in by_size if count)
