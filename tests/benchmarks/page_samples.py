"""Pages as news sites have them, with what an editor would call their title, teaser and day.

The words are made up; each layout comes with several stories, and those of other scripts in their encodings.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from tests.benchmarks.page_layouts import LAYOUTS, open_graph, site_after_underscores
from tests.benchmarks.page_stories import STORIES, Story

#: Bytes.
_NEARLY_TOO_LARGE = 1_900_000


@dataclass(frozen=True)
class Sample:
    """`teaser`, `day`: None where the page has none. `hostile`: made to cost."""

    name: str
    body: bytes
    title: str
    teaser: str | None = None
    day: str | None = None
    content_type: str = "text/html; charset=utf-8"
    path: str = "/news/2026/story.html"
    hostile: bool = False


def samples() -> Iterator[Sample]:
    for layout in LAYOUTS:
        for story in STORIES:
            page = layout(story)
            body = page.html(story).encode()
            yield _sample(layout, story, body, **page.more)
    yield from _encoded()
    yield from hostile()


def _sample(layout: Callable[..., object], story: Story, body: bytes, **more: Any) -> Sample:
    known = {"title": story.title, "teaser": story.lead, "day": story.day, **more}
    return Sample(f"{layout.__name__.strip('_')}-{story.language}", body, **known)


# -- encodings ------------------------------------------------------------------------------------------------------

#: The language of a story, how its page is written, what the server says, what the page says.
_ENCODINGS = (
    ("de", "cp1252", "", "iso-8859-1"),
    ("de", "cp1252", "utf-8", "utf-8"),
    ("de", "utf-8", "iso-8859-1", "windows-1252"),
    ("ru", "cp1251", "", "windows-1251"),
    ("ru", "cp1251", "windows-1251", "utf-8"),
    ("ru", "koi8-r", "koi8-r", ""),
    ("zh", "gb18030", "", "gb2312"),
    ("zh", "utf-8", "gbk", ""),
    ("ja", "shift_jis", "", "Shift_JIS"),
    ("ja", "euc_jp", "", "euc-jp"),
    ("ar", "cp1256", "", "windows-1256"),
    ("ar", "utf-8", "", ""),
)


def _encoded() -> Iterator[Sample]:
    by_language = {story.language: story for story in STORIES}
    for language, encoding, header, declared in _ENCODINGS:
        story = by_language[language]
        page = open_graph(story) if header else site_after_underscores(story)
        charset = f'<meta http-equiv="Content-Type" content="text/html; charset={declared}">' if declared else ""
        body = page.html(story, charset).encode(encoding, "xmlcharrefreplace")
        content_type = f"text/html; charset={header}" if header else "text/html"
        sample = _sample(_encoded, story, body, content_type=content_type, **page.more)
        yield replace(sample, name=f"{encoding}-{header or 'unsaid'}-{declared or 'unsaid'}-{language}")


# -- what costs -----------------------------------------------------------------------------------------------------


def hostile() -> Iterator[Sample]:
    """Nearly as large as a page may be, or made to cost the square of its length."""
    title, teaser = "Harbour toll halved at noon", "What it costs ships from May on."
    head = f"<html><head><title>{title}</title><meta name=description content='{teaser}'></head><body>"
    words = "Some words of a paragraph that goes on for a while, as they do. " * 4
    item = '<li class="nav"><a href="/section/subsection/page.html">Section</a></li>'
    costly = {
        "text": head + f"<p>{words}</p>" * (_NEARLY_TOO_LARGE // 265),
        "menu": head + "<ul>" + item * (_NEARLY_TOO_LARGE // len(item)) + f"</ul><article><p>{words}</p></article>",
        "script": head + "<script>var a=[" + '"bcd",' * (_NEARLY_TOO_LARGE // 6) + f"]</script><p>{words}</p>",
        "paragraphs": head + "<p>Some words.</p>" * 90_000,
        "attributes": head + "<p " + " ".join(f"a{n}=1" for n in range(50_000)) + f">{words}</p>",
        "nested": head + "<div>" * 300_000 + words,
        "spans": head + "<span>a</span>" * 130_000,
        "comments": head + "<!--" * 400_000,
        "tables": head + "<table><tr><td>" * 100_000,
        "scripts": head + '<script type="application/ld+json">{"a":[' * 40_000,
        "json": head + f'<script type="application/ld+json">{"[" * 900_000}</script>',
        "entities": head.replace(teaser, "&amp;" * 300_000) + f"<p>{words}</p>",
        "quotes": head + "<p a='" * 250_000,
        "anchors": head + "<a href=/x><b>" * 120_000,
    }
    for name, page in costly.items():
        known = None if name == "entities" else teaser
        yield Sample(f"hostile-{name}", page.encode(), title, known, None, hostile=True)
