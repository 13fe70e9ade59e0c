"""The bot's words to editors who add feeds, one by its address or many in a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.category import Category
from bot.domain.feed import Failure, Feed, Mode
from bot.domain.link import without_secrets
from bot.domain.message import Button, Message
from bot.domain.outline import Omission, Outline, Sorted
from bot.rendering.faults import fault
from bot.rendering.feed_actions import FileFeed, ListFeeds, RemoveFailing
from bot.rendering.feeds import known_as, linked
from bot.rendering.figures import listed, number
from bot.rendering.keyboard import choices, in_rows
from bot.rendering.markup import bold, brief, escape, shorten
from bot.rendering.wording import _, isolated, language, ngettext

_NAME, _FOUND_IN_NAME = 60, 1
#: Lines of a summary that name what failed; the list of feeds has the rest.
_MOST_NAMED = 6
_BAR = 12


def how_to_add(meant: str = "") -> Message:
    """`meant`: what stands where the address should."""
    text = _(
        "<b>How to add a feed</b>\n"
        "Write {command}, such as {example}. The address may be that of a page: its feed is found. With {review} at "
        "the end its articles come as drafts, to be published one by one.\n\n"
        "Feeds from another reader: send its OPML file with the caption {caption}. Its folders are the categories."
    )
    text = text.format(
        command=bold("/addfeed URL CATEGORY"),
        example=bold("/addfeed https://example.org policy"),
        review=bold("review"),
        caption=bold("/addfeed"),
    )
    if meant:
        text = f"{_no_address(meant)}\n\n{text}"
    return Message(text=text, buttons=((_all_feeds(),),))


def _no_address(word: str) -> str:
    return _("{word} is no web address.").format(word=bold(shorten(word, 100)))


def one_at_a_time() -> Message:
    text = _(
        "That is more than one address. Send {command} once for each feed; many at once are added by an OPML file."
    )
    return Message(text=text.format(command="/addfeed"), buttons=((_all_feeds(),),))


def how_to_remove() -> Message:
    text = _("Write {command} with the address of a feed, or choose it in the list.")
    return Message(text=text.format(command=bold("/removefeed URL")), buttons=((_all_feeds(),),))


def looking(address: str) -> Message:
    shown = bold(shorten(without_secrets(address), 200))
    return Message(text=_("Looking for a feed at {address} …").format(address=shown))


def not_found(address: str, failure: Failure) -> Message:
    text = _("No feed was added from {address}. {reason}")
    shown = bold(shorten(without_secrets(address), 200))
    return Message(text=text.format(address=shown, reason=fault(failure)))


def reading(feed: Feed, category: str) -> Message:
    text = _("{feed} is in {category} now, and is being read …")
    return Message(text=text.format(feed=known_as(feed), category=bold(category)))


def added(feed: Feed, taken: int | None, others: Sequence[str]) -> str:
    """Above the page of a new feed; `taken`: how many of its articles came at once, if that is known; `others`: what
    else the page has that led to it."""
    lines = [" ".join(["✅", _("Added."), _what_comes(feed, taken or 0)])]
    if others:
        shown = listed([linked(shorten(_without_scheme(without_secrets(url)), 60), url) for url in others[:3]])
        lines.append(_("The same page also has {feeds}.").format(feeds=shown))
    return "\n".join(lines)


def _what_comes(feed: Feed, taken: int) -> str:
    if feed.mode is Mode.REVIEW:
        if not taken:
            return _("From now on every new article comes as a draft.")
        text = ngettext(
            "Its newest article comes as a draft, and from now on every new one.",
            "Its newest {number} articles come as drafts, and from now on every new one.",
            taken,
        )
    else:
        if not taken:
            return _("From now on every new article is published.")
        text = ngettext(
            "Its newest article is published, and from now on every new one.",
            "Its newest {number} articles are published, and from now on every new one.",
            taken,
        )
    return text.format(number=number(taken))


def changed() -> str:
    """The same, where it was there in another category or another way."""
    return _("This feed was here already; this is how it is now.")


def known() -> str:
    """Above the page of a feed that was there already."""
    return _("This feed is here already; nothing was changed.")


def choose_category(
    offer: str, name: str, count: int, categories: Sequence[Category], word: str, nearest: Sequence[str]
) -> Message:
    """`offer`: the mark under which the feed is kept; `word`: what was given for its category, and is none."""
    text = ngettext(
        "{feed} can be read, and has {number} article.", "{feed} can be read, and has {number} articles.", count
    ).format(feed=bold(shorten(name, 80)), number=number(count))
    asked = _("Which category is it for?")
    if word:
        asked = _("“{word}” is no category. Which one is it for?").format(word=escape(shorten(word, 60)))
    ordered = sorted(categories, key=lambda c: c.slug not in nearest)
    buttons = choices(FileFeed(offer=offer, slug=c.slug).button(c.called(language())) for c in ordered)
    rows = in_rows(buttons)
    return Message(text=f"{text}\n\n{asked}", buttons=rows)


def no_longer_offered() -> str:
    """A note over a button."""
    return _("That was too long ago. Send /addfeed again.")


def again(offer: str, slug: str) -> Button:
    return FileFeed(offer=offer, slug=slug).button(_("↩️ Add it again"))


# -- many in a file -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Import:
    """How far the feeds of a file have come: the names of those that were `added`, by address; how many of them have
    been `read`, and why others have `failed`; how many are `known` from before; and what the file was sorted into."""

    name: str
    added: Mapping[str, str]
    known: int
    sorted: Sorted
    read: int = 0
    failed: Mapping[str, Failure] = field(default_factory=dict)

    @property
    def checked(self) -> int:
        return self.read + len(self.failed)

    @property
    def is_done(self) -> bool:
        return self.checked >= len(self.added)


def progress(done: Import) -> Message:
    share = done.checked / len(done.added) if done.added else 1.0
    bar = "▓" * round(share * _BAR) + "░" * (_BAR - round(share * _BAR))
    text = ngettext(
        "Reading {number} feed of {file} for the first time …",
        "Reading the {number} feeds of {file} for the first time …",
        len(done.added),
    ).format(number=number(len(done.added)), file=_file(done))
    so_far = _("{bar} {done} of {all}").format(bar=bar, done=number(done.checked), all=number(len(done.added)))
    return Message(text=f"{text}\n{so_far}")


def summary(done: Import, offer: str) -> Message:
    """`offer`: the mark under which the added ones are kept, for a button that removes what failed."""
    lines = [f"{_file(done)}: {', '.join(_counts(done))}"]
    if done.sorted.new:
        new = listed(_few([f"{bold(c.name)} ({c.slug})" for c in done.sorted.new]))
        lines.append(_("New categories: {categories}. Readers can subscribe now.").format(categories=new))
    failed = [
        f"• {isolated(linked(_short(done.added[url]), url))}: {fault(failure)}"
        for url, failure in done.failed.items()
    ]
    if failed:
        lines.append("\n".join([_("<b>Could not be read</b>"), *_few(failed, "• ")]))
    omitted = [f"• {escape(_short(one.name or one.url))}: {_omission(one, why)}" for one, why in done.sorted.left_out]
    if omitted:
        lines.append("\n".join([_("<b>Left out</b>"), *_few(omitted, "• ")]))
    waiting = len(done.added) - done.checked
    if waiting:
        text = ngettext(
            "{number} feed has not been read yet; /feeds shows it when it is its turn.",
            "{number} feeds have not been read yet; /feeds shows them when it is their turn.",
            waiting,
        )
        lines.append(text.format(number=number(waiting)))
    rows = [(RemoveFailing(offer=offer).button(_("🗑 Remove what failed")),)] if failed else []
    return Message(text="\n\n".join(lines), buttons=(*rows, (_all_feeds(),)))


def removed_failing(count: int) -> str:
    text = ngettext("{number} feed removed.", "{number} feeds removed.", count)
    return text.format(number=number(count))


def no_list(name: str) -> Message:
    text = _("“{name}” is no list of feeds. Export one from your feed reader as OPML, and send that.")
    return Message(text=text.format(name=escape(shorten(name, 60))))


def list_too_large(limit: int) -> Message:
    text = _("That file is too large: a list of feeds may have {size} MB.")
    return Message(text=text.format(size=number(limit / 1e6)))


def no_such_category(word: str, nearest: Sequence[str]) -> Message:
    """For a file with a caption."""
    text = _("“{word}” is no category; nothing was added.").format(word=escape(shorten(word, 60)))
    if nearest:
        text += " " + _("Did you mean {categories}?").format(categories=listed([bold(slug) for slug in nearest]))
    return Message(text=text)


def _counts(done: Import) -> list[str]:
    new = len(done.added)
    said = [ngettext("{number} feed added", "{number} feeds added", new).format(number=number(new))]
    if done.failed:
        text = ngettext("{number} of them cannot be read", "{number} of them cannot be read", len(done.failed))
        said.append(text.format(number=number(len(done.failed))))
    if done.known:
        text = ngettext("{number} was here already", "{number} were here already", done.known)
        said.append(text.format(number=number(done.known)))
    return said


def _omission(outline: Outline, why: Omission) -> str:
    if why is Omission.NO_ADDRESS:
        return _("that is no web address")
    if why is Omission.NO_FOLDER:
        return _("it lies in no folder; with the caption {command} all of those go into one category").format(
            command=bold("/addfeed CATEGORY")
        )
    text = _("first make a category of its folder {folder}: {command}")
    return text.format(folder=bold(shorten(outline.folders[0], 40)), command=bold("/addcategory SLUG NAME"))


def _few(lines: Sequence[str], before: str = "") -> list[str]:
    more = len(lines) - _MOST_NAMED
    if more <= 0:
        return list(lines)
    rest = ngettext("and {number} more", "and {number} more", more).format(number=number(more))
    return [*lines[:_MOST_NAMED], before + rest]


def _file(done: Import) -> str:
    return isolated(bold(brief(done.name, _NAME, _FOUND_IN_NAME)))


def _short(name: str) -> str:
    return brief(_without_scheme(without_secrets(name)), _NAME, _FOUND_IN_NAME)


def _without_scheme(url: str) -> str:
    return url.partition("://")[2] or url


def _all_feeds() -> Button:
    return ListFeeds(skip=0).button(_("📡 All feeds"))
