"""The bot's words to editors about feeds: the list, a feed's own page, and what the desk is told."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bot.domain.category import Category
from bot.domain.feed import Feed, Health, Mode
from bot.domain.link import without_login, without_secrets
from bot.domain.message import Attachment, Button, Message
from bot.rendering.charts import spark
from bot.rendering.faults import fault
from bot.rendering.feed_actions import ExportFeeds, FeedTask, ListFeeds, ManageFeed
from bot.rendering.figures import ago, number
from bot.rendering.keyboard import choices, in_rows
from bot.rendering.markup import bold, brief, escape, link, shorten
from bot.rendering.wording import _, isolated, language, ngettext

PAGE = 8
_LABEL = 40
_NAME, _FOUND_IN_NAME = 80, 2
_DAYS = 28
#: Days of a chart, which has to fit into a line on a phone.
_CHART, _CHART_AT_A_GLANCE = 21, 14


def feed_list(
    feeds: Sequence[tuple[Feed, Health]], categories: Iterable[Category], now: datetime, *, skip: int = 0
) -> Message:
    """The page after `skip` of all, or the last if there are no longer so many; those in trouble come first, then
    those that failed."""
    if not feeds:
        return Message(text=_("There are no feeds yet. {command} adds the first.").format(command="/addfeed"))
    names = {category.slug: category.called(language()) for category in categories}
    ordered = sorted(feeds, key=_rank)
    skip = min(skip, (len(ordered) - 1) // PAGE * PAGE)
    shown = ordered[skip : skip + PAGE]
    alike = _names_of_several(feed for feed, _health in ordered)
    lines = [
        f"{number(n)}. {_at_a_glance(feed, health, names, now, alike)}"
        for n, (feed, health) in enumerate(shown, skip + 1)
    ]
    rows = [(_task(feed, FeedTask.SHOW, f"{_sign(health)} {_label(feed, alike)}"),) for feed, health in shown]
    below = (*_turning(skip, len(ordered)), ExportFeeds().button(_("📤 As OPML")))
    return Message(text="\n\n".join([_heading(ordered), *lines]), buttons=(*rows, below))


def feed_page(feed: Feed, health: Health, now: datetime, category: str, *, news: str = "") -> Message:
    """`category`: its name; `news`: what has just been done with it, in markup."""
    mode = _("published at once") if feed.mode is Mode.AUTO else _("each is a draft first")
    address = linked(shorten(without_secrets(feed.url), 120), feed.url)
    lines = [
        f"{_sign(health)} {bold(shorten(called(feed), _NAME))}\n{address}",
        _("Category {category}; new articles: {mode}.").format(category=bold(category), mode=mode),
        _condition(health, now),
        f"{_a_week(health, now)}\n{spark(_by_day(health, now)[-_CHART:])}",
    ]
    other, label = (
        (Mode.REVIEW, _("✍️ Review first")) if feed.mode is Mode.AUTO else (Mode.AUTO, _("🚀 Publish at once"))
    )
    return Message(
        text="\n\n".join([news, *lines] if news else lines),
        buttons=(
            (_task(feed, FeedTask.CHECK, _("🔄 Check now")), _task(feed, FeedTask.MODE, label, other)),
            (_task(feed, FeedTask.CATEGORY, _("📂 Category")), _task(feed, FeedTask.REMOVE, _("🗑 Remove"))),
            (ListFeeds(skip=0).button(_("‹ All feeds")),),
        ),
    )


def choose_category(feed: Feed, categories: Sequence[Category]) -> Message:
    buttons = choices(
        _task(feed, FeedTask.CATEGORY, f"{'✅ ' if c.slug == feed.category else ''}{c.called(language())}", c.slug)
        for c in categories
    )
    rows = in_rows(buttons)
    text = _("Which category do new articles of {feed} go to? What it has brought stays where it is.")
    return Message(
        text=text.format(feed=bold(shorten(called(feed), _NAME))),
        buttons=(*rows, (_task(feed, FeedTask.SHOW, _("‹ Back")),)),
    )


def ask_to_remove(feed: Feed) -> Message:
    text = _("Remove {feed}? It is asked no more; the articles that it has brought stay.")
    return Message(
        text=text.format(feed=bold(shorten(called(feed), _NAME))),
        buttons=(
            (
                _task(feed, FeedTask.REMOVE, _("🗑 Remove"), "yes"),
                _task(feed, FeedTask.SHOW, _("‹ Back")),
            ),
        ),
    )


def removed(feed: Feed, again: Button) -> Message:
    """`again` adds it once more."""
    text = _("Removed: {feed} is asked no more. The articles that it has brought stay.")
    return Message(
        text=text.format(feed=known_as(feed)), buttons=((again, ListFeeds(skip=0).button(_("‹ All feeds"))),)
    )


def no_such_feed(word: str, meant: Sequence[Feed]) -> Message:
    """`meant`: those that it may be."""
    text = _("There is no feed {word} here. {command} lists those that there are.")
    if meant:
        text = _("There is no feed {word} here. Is it one of these?")
    alike = _names_of_several(meant)
    rows = [(_task(feed, FeedTask.SHOW, _label(feed, alike)),) for feed in sorted(meant, key=called)[:PAGE]]
    return Message(
        text=text.format(word=bold(shorten(word, 200)), command="/feeds"),
        buttons=(*rows, (ListFeeds(skip=0).button(_("‹ All feeds")),)),
    )


def feed_gone() -> str:
    """A note over a button."""
    return _("This feed is no longer here, or has another address now. /feeds lists those that there are.")


def checking() -> str:
    return _("Asking it…")


def checked(taken: int) -> str:
    """Above the page of a feed that has just been asked."""
    if not taken:
        return _("🔄 Asked just now: it has nothing new.")
    text = ngettext("🔄 Asked just now: {number} new article.", "🔄 Asked just now: {number} new articles.", taken)
    return text.format(number=number(taken))


def exported(content: bytes, count: int) -> Message:
    text = ngettext(
        "{number} feed, for any feed reader. /addfeed takes such a file too.",
        "{number} feeds, for any feed reader. /addfeed takes such a file too.",
        count,
    )
    return Message(text=text.format(number=number(count)), attachment=Attachment(name="feeds.opml", content=content))


# -- at the desk ----------------------------------------------------------------------------------------------------


def trouble(feed: Feed, health: Health) -> Message:
    text = ngettext(
        "⚠️ {feed} could not be read, {number} time in a row. {reason}",
        "⚠️ {feed} could not be read, {number} times in a row. {reason}",
        health.failures,
    ).format(feed=known_as(feed), number=number(health.failures), reason=_reason(health))
    more = _("It is tried again, less and less often; you hear of it when it is back.")
    return Message(text=f"{text} {more}", buttons=((_task(feed, FeedTask.SHOW, _("Look at it")),),))


def recovered(feed: Feed) -> Message:
    return Message(text=_("✅ {feed} can be read again.").format(feed=known_as(feed)))


def gone(feed: Feed) -> Message:
    text = _("⚠️ The server of {feed} says that it is gone for good. It is asked no more.")
    buttons = (_task(feed, FeedTask.SHOW, _("Look at it")), _task(feed, FeedTask.REMOVE, _("🗑 Remove")))
    return Message(text=text.format(feed=known_as(feed)), buttons=(buttons,))


def drafted(feed: Feed) -> str:
    """Before what there is to know of a draft."""
    return _("📥 From {feed}").format(feed=known_as(feed))


# -- in pieces ------------------------------------------------------------------------------------------------------


def called(feed: Feed) -> str:
    """Its own name, else where it is."""
    address = urlsplit(without_login(feed.url))
    return feed.name.strip() or address.netloc + address.path.rstrip("/")


def known_as(feed: Feed) -> str:
    """Its name as a link to it, in markup."""
    return isolated(linked(brief(called(feed), _NAME, _FOUND_IN_NAME), feed.url))


def linked(label: str, url: str) -> str:
    """A link, unless who follows it, or sees where it leads, would learn a secret; in markup."""
    bare = without_login(url)
    return link(label, bare) if bare == without_secrets(url) else escape(label)


def _task(feed: Feed, task: FeedTask, label: str, arg: str = "") -> Button:
    return ManageFeed(feed=feed.mark, task=task, arg=arg).button(label)


def _heading(feeds: Sequence[tuple[Feed, Health]]) -> str:
    troubled = sum(health.in_trouble for _feed, health in feeds)
    text = ngettext("<b>{number} feed</b>", "<b>{number} feeds</b>", len(feeds)).format(number=number(len(feeds)))
    if troubled:
        text += " · " + ngettext("{number} in trouble", "{number} in trouble", troubled).format(
            number=number(troubled)
        )
    return text


def _names_of_several(feeds: Iterable[Feed]) -> frozenset[str]:
    return frozenset(name for name, count in Counter(map(called, feeds)).items() if count > 1)


def _label(feed: Feed, alike: frozenset[str]) -> str:
    """For a button. Of several with one name the ends of their addresses differ."""
    if called(feed) not in alike:
        return shorten(called(feed), _LABEL)
    address = _address(feed)
    return address if len(address) <= _LABEL else "…" + address[1 - _LABEL :]


def _address(feed: Feed) -> str:
    return without_secrets(feed.url).partition("://")[2].removeprefix("www.")


def _rank(one: tuple[Feed, Health]) -> tuple[bool, bool, str, str]:
    feed, health = one
    return not health.in_trouble, not health.failure, feed.category, called(feed).casefold()


def _at_a_glance(feed: Feed, health: Health, names: Mapping[str, str], now: datetime, alike: frozenset[str]) -> str:
    facts = [isolated(escape(names.get(feed.category, feed.category)))]
    if called(feed) in alike:
        facts.insert(0, isolated(escape(brief(_label(feed, alike), _NAME, _FOUND_IN_NAME))))
    if feed.mode is Mode.REVIEW:
        facts.append(_("reviewed"))
    facts.append(_a_week(health, now))
    chart = spark(_by_day(health, now)[-_CHART_AT_A_GLANCE:])
    return f"{_sign(health)} {known_as(feed)}\n<i>{' · '.join(facts)}</i> {chart}\n{_condition(health, now)}"


def _sign(health: Health) -> str:
    if health.in_trouble:
        return "🔴"
    if health.checked is None:
        return "⚪️"
    return "🟡" if health.failure else "🟢"


def _condition(health: Health, now: datetime) -> str:
    """What came of the last check, and when the next one is."""
    if health.gone:
        return _("Its server says that it is gone for good. It is asked no more, unless you check it.")
    if health.checked is None:
        return _("Not read yet.")
    said = [_failed(health)] if health.failure else []
    if health.succeeded is None:
        said.append(_("It has never been read."))
    else:
        said.append(_("Last read {ago}.").format(ago=ago(health.succeeded, now)))
    if health.leased_until and health.leased_until > now:
        said.append(_("Its news are pushed."))
    if health.due:
        due = _("Next check {when}.").format(when=ago(health.due, now)) if health.due > now else _("Its turn is now.")
        said.append(due)
    return " ".join(said)


def _failed(health: Health) -> str:
    """What does not count, as nothing else could be reached either, has a reason all the same."""
    if not health.failures:
        return _reason(health)
    text = ngettext(
        "Failed {number} time in a row: {reason}", "Failed {number} times in a row: {reason}", health.failures
    )
    if health.failures == 1:
        text = _("Failed once: {reason}")
    return text.format(number=number(health.failures), reason=_reason(health))


def _reason(health: Health) -> str:
    return fault(health.failure) if health.failure else ""


def _by_day(health: Health, now: datetime) -> list[int]:
    """New articles of each of the last four weeks' days, today's last."""
    days = [(now - timedelta(days=back)).date().isoformat() for back in reversed(range(_DAYS))]
    return [health.arrivals.get(day, 0) for day in days]


def _a_week(health: Health, now: datetime) -> str:
    """Of the last four weeks, or of as many as it has been here, rounded."""
    weeks = _DAYS / 7
    if health.arrivals:
        first = min(datetime.fromisoformat(day).date() for day in health.arrivals)
        weeks = min(weeks, max(1.0, ((now.date() - first).days + 1) / 7))
    count = round(sum(_by_day(health, now)) / weeks)
    return ngettext("{number} article a week", "{number} articles a week", count).format(number=number(count))


def _turning(skip: int, total: int) -> tuple[Button, ...]:
    before = [ListFeeds(skip=max(0, skip - PAGE)).button("‹")] if skip else []
    after = [ListFeeds(skip=skip + PAGE).button("›")] if skip + PAGE < total else []
    return (*before, *after)
