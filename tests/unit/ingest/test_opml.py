from bot.domain.category import Category
from bot.domain.feed import Feed
from bot.domain.outline import Outline, sort
from bot.ingest.opml import read_outlines, write_outlines

LIST = b"""<?xml version="1.0"?><opml version="2.0"><head><title>Mine</title></head><body>
<outline text="News"><outline text="Tech">
  <outline type="rss" text="A &amp; B" xmlUrl="https://a.example/feed?x=1&amp;y=2"/>
</outline></outline>
<outline type="rss" text="Loose" xmlUrl="https://b.example/feed" category="/World/Europe,/Policy"/>
<outline type="rss" text="Twice" xmlUrl="https://b.example/feed"/>
<outline text="No feed" htmlUrl="https://c.example/"/>
</body></opml>"""


def test_folders_come_innermost_first() -> None:
    assert read_outlines(LIST) == [
        Outline("https://a.example/feed?x=1&y=2", "A & B", ("Tech", "News")),
        Outline("https://b.example/feed", "Loose", ("Policy", "Europe", "World")),
    ]


def test_an_empty_list_is_one() -> None:
    assert read_outlines(b'<opml version="2.0"><head/><body></body></opml>') == []


def test_without_a_declaration_it_is_utf_8() -> None:
    bare = (
        '<opml version="2.0"><body><outline text="Москва">'
        '<outline text="Zürich" xmlUrl="https://a.example/"/></outline></body></opml>'
    )
    assert read_outlines(bare.encode()) == [Outline("https://a.example/", "Zürich", ("Москва",))]
    assert read_outlines(b"\n" + bare.encode()) == read_outlines(bare.encode())


def test_other_files_are_none() -> None:
    assert read_outlines(b"") is None
    assert read_outlines(b"hello") is None
    assert read_outlines(b"<html><body>x</body></html>") is None
    assert read_outlines(bytes(range(256))) is None


def test_entities_do_not_make_it_grow() -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    bomb = (
        f'<!DOCTYPE opml [<!ENTITY e0 "ha">{levels}]><opml version="2.0"><body><outline text="&e9;"/></body></opml>'
    )
    assert not read_outlines(bomb.encode())


def test_a_name_is_no_text() -> None:
    outlines = read_outlines(LIST.replace(b"Loose", b"Loose " * 9_000))
    assert outlines
    assert len(outlines[1].name) <= 100


def test_what_is_written_is_read_back() -> None:
    categories = [Category(slug="tech", name="Tech & more"), Category(slug="world", name="World")]
    feeds = [
        Feed(url="https://a.example/feed?x=1&y=2", category="tech", name="A <& \x01 B"),
        Feed(url="https://b.example/feed", category="world"),
        Feed(url="https://c.example/feed", category="gone", name="C"),
    ]
    read = read_outlines(write_outlines(feeds, categories))
    assert read is not None
    done = sort(read, categories)
    assert {outline.url: slug for outline, slug in done.filed} == {feed.url: feed.category for feed in feeds}
    assert [outline.name for outline, _ in done.filed] == ["C", "A <&  B", "https://b.example/feed"]
