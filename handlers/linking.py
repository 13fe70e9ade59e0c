"""Editors send links, and files of pages, in place of an article's text."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from telegram import Document, Update

from bot.domain.article import TextLink
from bot.domain.category import Category, find_category
from bot.domain.feed import Failure
from bot.domain.page import Page
from bot.rendering import drafts as words
from bot.telegram.context import Context
from bot.telegram.progress import Progress
from handlers import drafting

_ADDRESS = re.compile(r"https?://\S+|www\.[\w.-]+\.\w{2,}(?:[/?]\S*)?|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/\S*", re.I)
#: What stands around an address in a sentence.
_AROUND = "<>.,;"


@dataclass(frozen=True, slots=True)
class Link:
    """`category`: the word for it, which may be none."""

    url: str
    category: str = ""


def read_link(text: str, links: Iterable[TextLink], categories: Sequence[Category]) -> Link | None:
    """An address, or words with one behind all of them; a category, or a word in its place, may stand before or after
    an address. None for any other text."""
    whole = [link.url for link in links if text[link.start : link.end].strip() == text.strip()]
    if whole and "\n" not in text.strip():
        return Link(whole[0])
    parts = text.split()
    for place in (-1, 0):
        rest = parts[:-1] if place else parts[1:]
        if parts and _ADDRESS.fullmatch(parts[place].strip(_AROUND)) and _may_be_category(rest, categories):
            return Link(parts[place].strip(_AROUND), " ".join(rest))
    return None


def are_links(text: str) -> bool:
    """Several, with at most a word for a category."""
    parts = text.split()
    count = sum(bool(_ADDRESS.fullmatch(part.strip(_AROUND))) for part in parts)
    return count > 1 and len(parts) - count <= 1


async def post_link(update: Update, context: Context, link: Link) -> None:
    """The editor sees at once that the page is being read, which may take as long as its server does."""
    progress = await context.begin(update, words.reading(link.url))
    context.in_background(_fetch(context, link, progress), progress)


async def post_page_file(update: Update, context: Context, document: Document, category: str) -> None:
    """`category`: the word for it; that of the file itself, if there is none."""
    name = document.file_name or ""
    progress = await context.begin(update, words.reading(name))
    content = await (await document.get_file()).download_as_bytearray()
    context.in_background(_read(context, name, bytes(content), category, progress), progress)


async def _fetch(context: Context, link: Link, progress: Progress) -> None:
    page = await context.services.pages.fetch(link.url)
    await _show(context, link.url, page, link.category, progress)


async def _read(context: Context, name: str, content: bytes, category: str, progress: Progress) -> None:
    read = await context.services.pages.read_file(name, content)
    page, word = (read, "") if isinstance(read, Failure) else read
    await _show(context, name, page, category or word, progress)


async def _show(context: Context, what: str, page: Page | Failure, category: str, progress: Progress) -> None:
    if isinstance(page, Failure):
        await progress.show(words.no_article(what, page))
        return
    shown = await context.services.drafts.from_page(page, category)
    await progress.show(*await drafting.messages(context, shown, words.lacking(page)))


def _may_be_category(words: Sequence[str], categories: Sequence[Category]) -> bool:
    """A single word may be meant as one, but for a second address."""
    if len(words) == 1:
        return len(words[0]) <= 64 and not _ADDRESS.fullmatch(words[0].strip(_AROUND))
    return not words or find_category(" ".join(words), categories) is not None
