"""The bot's words on how delivery goes, for its owners and editors."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.domain.delivery import Cause
from bot.domain.edition import Edition
from bot.domain.message import Message
from bot.domain.status import RefusedMessage, Status
from bot.rendering.editor_actions import ShowStatus
from bot.rendering.figures import clock, date, duration, number
from bot.rendering.markup import brief, escape
from bot.rendering.wording import _, isolated, ngettext

_REFUSED_NAMED = 5
_FEEDS_NAMED = 3
_TITLE, _REASON, _NAME = 60, 120, 40
#: Tags, names and addresses that Telegram may make links of.
_FOUND = 3


def edition_refused(edition: Edition, reason: str) -> Message:
    articles = _(", ").join(f"<code>{escape(article)}</code>" for article in edition.articles) or _("no article")
    text = _(
        "⚠️ Telegram does not take a message of mine ({articles}), as plain text neither. It says: {reason}\n\n"
        "I send it to nobody else; the chats are untouched. /status lists it."
    )
    return Message(text=text.format(articles=articles, reason=escape(reason)))


def failing_alike(cause: Cause, rest: timedelta) -> Message:
    text = _(
        "⚠️ Many chats cannot be written to all at once: {cause}. That is rarely true of so many, so nobody is "
        "unsubscribed. Sending rests for {duration}; what is owed stays owed. If it goes on, see whether the bot's "
        "token is still the right one."
    )
    return Message(text=text.format(cause=_cause(cause), duration=duration(rest)))


def report(status: Status, zone: ZoneInfo) -> Message:
    """One screen of a phone: what is wrong first."""
    trouble = [f"⚠️ {line}" for line in _trouble(status, zone)]
    as_of = _("<i>As of {time} ({zone})</i>").format(
        time=clock(status.at.astimezone(zone), seconds=True), zone=escape(zone.key)
    )
    parts = [*(trouble or [_("✅ All is well.")]), "\n".join(_numbers(status)), as_of]
    return Message(text="\n\n".join(parts), buttons=((ShowStatus().button(_("🔄 Refresh")),),))


def _trouble(status: Status, zone: ZoneInfo) -> Iterator[str]:
    if status.resting:
        yield _(
            "Sending rests until {time}: many chats at once could not be written to ({cause}). Nobody is "
            "unsubscribed; what is owed stays owed."
        ).format(time=clock(status.resting.until.astimezone(zone)), cause=_cause(status.resting.cause))
    if status.paused:
        yield _("Telegram has asked to wait: {duration} more.").format(duration=duration(status.paused))
    if status.slowed:
        yield _("Slower than set, since Telegram refused more; the speed rises again by itself.")
    if status.uncertain:
        yield _("Many messages get no answer from Telegram, so some may come twice. Is the network well?")
    if status.stalled and status.waiting_since:
        text = _("Messages wait since {time} and nobody sends them. Does a process with the delivery part run?")
        yield text.format(time=clock(status.waiting_since.astimezone(zone)))
    if status.refused:
        yield _refused(status.refused)
    yield from _feeds_in_trouble(status, zone)


def _feeds_in_trouble(status: Status, zone: ZoneInfo) -> Iterator[str]:
    if status.unasked and status.feeds_due_since:
        text = _("Feeds wait since {time} and nobody asks them. Does a process with the feeds part run?")
        yield text.format(time=clock(status.feeds_due_since.astimezone(zone)))
    if status.feeds_in_trouble:
        yield _feeds(status.feeds_in_trouble)


def _feeds(names: Sequence[str]) -> str:
    """Some by name."""
    named = [isolated(escape(brief(name, _NAME, _FOUND))) for name in names[:_FEEDS_NAMED]]
    if len(names) > _FEEDS_NAMED:
        more = len(names) - _FEEDS_NAMED
        named.append(ngettext("and {number} more", "and {number} more", more).format(number=number(more)))
    text = ngettext(
        "{number} feed cannot be read: {names}. {command} tells why.",
        "{number} feeds cannot be read: {names}. {command} tells why.",
        len(names),
    )
    return text.format(number=number(len(names)), names=_(", ").join(named), command="/feeds")


def _refused(refused: Sequence[RefusedMessage]) -> str:
    """The latest by name."""
    heading = ngettext(
        "Telegram did not take {number} message within a week:",
        "Telegram did not take {number} messages within a week:",
        len(refused),
    )
    lines = [heading.format(number=number(len(refused)))]
    for one in refused[:_REFUSED_NAMED]:
        name = brief(one.title, _TITLE, _FOUND) if one.title else one.edition_id
        which = f" ({escape(one.article)})" if one.article else ""
        which = _(", ").join([isolated(escape(name) + which), date(one.at)])
        lines.append(f"• {which}: {isolated(escape(brief(one.reason, _REASON, _FOUND)))}")
    if len(refused) > _REFUSED_NAMED:
        more = len(refused) - _REFUSED_NAMED
        lines.append("• " + ngettext("and {number} more", "and {number} more", more).format(number=number(more)))
    return "\n".join(lines)


def _numbers(status: Status) -> Iterator[str]:
    """A line for each thing that an editor may ask about."""
    which = {_("under way"): status.in_flight, _("put off"): status.postponed, _("chat in doubt"): status.in_doubt}
    text = ngettext(
        "<b>To be sent</b> · {number} message{parts}", "<b>To be sent</b> · {number} messages{parts}", status.left
    )
    yield text.format(number=number(status.left), parts=_of_which(which))
    if status.unplanned:
        yield ngettext(
            "<b>Just published</b> · {number} article, not yet counted above for everyone",
            "<b>Just published</b> · {number} articles, not yet counted above for everyone",
            status.unplanned,
        ).format(number=number(status.unplanned))
    words = _tries()
    tries = {words.get(name, escape(name)): count for name, count in status.tries.items()}
    text = ngettext("<b>Last {number} minute</b> · {tries}", "<b>Last {number} minutes</b> · {tries}", status.minutes)
    yield text.format(number=number(status.minutes), tries=_listed(tries) or _("nothing was due"))
    ended = _(", ").join(f"{number(status.ended.get(name, 0))} {words}" for name, words in _ended().items())
    yield _("<b>Since the beginning</b> · {numbers}").format(numbers=ended)
    speed = _("<b>Speed</b> · {rate} messages a second, {set} are set")
    yield speed.format(rate=number(status.rate), set=number(status.rate_set))
    parked = {_cause(cause): count for cause, count in status.parked.items()}
    out_of_reach = _("<b>Chats out of reach</b> · {number}{parts}")
    yield out_of_reach.format(number=number(sum(parked.values())), parts=_of_which(parked))


def _of_which(parts: Mapping[str, int]) -> str:
    listed = _listed(parts)
    return f" ({listed})" if listed else ""


def _listed(parts: Mapping[str, int]) -> str:
    """The most first; what there is none of is left out."""
    by_size = sorted(parts.items(), key=lambda part: -part[1])
    return _(", ").join(f"{number(count)} {words}" for words, count in by_size if count)


def _cause(cause: Cause) -> str:
    words = {
        Cause.BLOCKED: _("the bot was blocked"),
        Cause.DEACTIVATED: _("the account was deleted"),
        Cause.REMOVED: _("the bot is no member"),
        Cause.NOT_FOUND: _("Telegram does not find the chat"),
        Cause.NO_RIGHTS: _("the bot may not write there"),
        Cause.TOPIC_CLOSED: _("the topic is closed"),
        Cause.TOPIC_GONE: _("the topic is gone"),
    }
    return words[cause]


def _tries() -> dict[str, str]:
    """What tries came to, after their number."""
    failed = {cause.value: _("failed ({cause})").format(cause=_cause(cause)) for cause in Cause}
    return {
        "sent": _("sent"),
        "later": _("put off (Telegram in trouble)"),
        "flooded": _("put off (Telegram asked to wait)"),
        "ambiguous": _("without an answer"),
        "refused": _("not taken"),
        **failed,
    }


def _ended() -> dict[str, str]:
    """How deliveries have ended, after their number."""
    return {
        "sent": _("sent"),
        "ambiguous": _("perhaps sent"),
        "failed": _("failed"),
        "skipped": _("no longer wanted"),
    }
