"""In from files, and out again."""

from pathlib import Path

import orjson
import pytest

from bot.bootstrap import Stores
from bot.domain.article import Correction, Source
from bot.domain.delivery import Cause
from bot.domain.feed import Failure, Fault, Feed, Health, Mode
from bot.domain.schedule import Schedule
from bot.domain.subscription import Address
from bot.services import Services
from bot.storage.entries import Known, words_of
from bot.subscriptions import Reader
from bot.transfer import Report, Transfer
from tests.storage.chunks import take as take_chunks
from tests.storage.moments import a_moment_later
from tests.unit.samples import FULL, article

TAKEN_BACK = "list of articles taken back"
#: An entry that became no article.
NEVER = Known("never", words_of(""))
DATA = Path(__file__).parents[1] / "data"


def transfer_of(stores: Stores) -> Transfer:
    return Transfer(
        stores.articles,
        stores.stories,
        stores.categories,
        stores.feeds,
        stores.subscriptions,
        stores.saved,
        stores.clock,
    )


async def take(stores: Stores, path: Path) -> Report:
    report = Report()
    await transfer_of(stores).take(path, report, lambda done: None)
    return report


async def lines(stores: Stores, folder: Path, *rows: object) -> Report:
    path = folder / "rows.jsonl"
    path.write_bytes(b"\n".join(row if isinstance(row, bytes) else orjson.dumps(row) for row in rows))
    return await take(stores, path)


ARTICLE = {"type": "article", "id": "a1", "category": "policy", "title": "T"}


async def test_all_goes_out_and_comes_back_with_nothing_lost(
    services: Services, stores: Stores, tmp_path: Path
) -> None:
    others = (Source(name="BBC", url="https://bbc.example/toll"), Source(name="The Quay"))
    await services.articles.publish(FULL.model_copy(update={"image": "https://a.example/i.png", "also_at": others}))
    await services.articles.keep(article("a2", "tech", title="“Ü” <b> 😀"))
    await services.articles.publish(article("a3"))
    await services.articles.keep(article("faq-policy", listed=False))
    assert await services.articles.merge("a3", "full")
    await stores.stories.join(article("a4"), "full", await stores.articles.last_change())
    for article_id in ("full", "gone"):
        await stores.saved.save(9, article_id)
    for text in ("From “June”.", "From July."):
        await services.articles.correct("full", Correction(text=text, at=await services.clock.now()))
    await stores.feeds.add(Feed(url="https://a.example/feed", category="tech", mode=Mode.REVIEW, desk=Address(-5, 7)))
    health = Health(etag='"1"', succeeded=FULL.published, failures=4, failure=Failure(fault=Fault.TIMEOUT))
    await stores.feeds.restore_health("https://a.example/feed", health)
    await stores.feeds.entries.note("https://a.example/feed", {"id": Known("full", words_of("T")), "link": NEVER})
    await services.articles.keep(article("withdrawn"))
    await services.articles.retract("withdrawn")
    await stores.categories.rename("tech", "Technik", "de")
    await services.subscriptions.subscribe(Reader(Address(-5, 7)), ["policy", "tech"])
    await services.changes.reschedule(Reader(Address(-5, 7)), Schedule.parse("daily 08:00"))
    await services.subscriptions.subscribe(Reader(Address(9)), ["world"])
    await services.subscriptions.park(Address(9), Cause.BLOCKED)
    exported = sorted([line async for line in transfer_of(stores).export()])
    path = tmp_path / "all.jsonl"
    path.write_bytes(b"".join([line async for line in transfer_of(stores).export()]))
    await stores.redis.flushdb()
    report = await take(stores, path)
    assert report.problems == []
    assert report.taken == {
        "category": 3,
        "feed": 1,
        "article": 3,
        "subscription": 2,
        "list of saved articles": 1,
        TAKEN_BACK: 1,
    }
    assert sorted([line async for line in transfer_of(stores).export()]) == exported
    assert await services.articles.count() == 2, "what is not listed stays so"
    assert await stores.articles.leads_of(["a3", "a4"]) == {"a3": "full", "a4": "full"}
    again = await take(stores, path)
    assert again.problems == []
    same = {
        "known category": 3,
        "known feed": 1,
        "known article": 3,
        "subscription": 2,
        "list of saved articles": 1,
        TAKEN_BACK: 1,
    }
    assert again.taken == same
    assert sorted([line async for line in transfer_of(stores).export()]) == exported
    assert await services.subscriptions.count("world") == 0


async def test_the_lines_of_the_description(services: Services, stores: Stores, tmp_path: Path) -> None:
    report = await lines(
        stores,
        tmp_path,
        {"type": "category", "slug": "climate", "name": "Climate"},
        {
            "type": "article",
            "id": "x1",
            "category": "climate",
            "title": "T",
            "teaser": "Te",
            "body": ["B"],
            "source": {"name": "Reuters", "url": "https://r.example"},
            "related": [{"title": "R"}],
            "faq": [{"question": "Q?", "answer": "A"}],
            "published": "2026-11-22T10:00:00Z",
        },
        {
            "type": "subscription",
            "chat_id": 42,
            "thread_id": None,
            "kind": "private",
            "categories": {"policy": "instant", "climate": "daily 08:00"},
            "timezone": "Europe/Berlin",
            "language": "en",
        },
        {"type": "feed", "url": "https://f.example/rss", "category": "policy"},
    )
    assert report.problems == []
    stored = await services.articles.get("x1")
    assert stored
    assert stored.faq[0].answer == "A"
    subscription = await services.subscriptions.get(Reader(Address(42)))
    assert {slug: str(when) for slug, when in subscription.categories.items()} == {
        "policy": "instant",
        "climate": "daily 08:00",
    }
    assert "policy" in subscription.since


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"{", "not JSON"),
        (b"[]", "“type” must be one of"),
        (b"1", "“type” must be one of"),
        ({"type": "planet"}, "“type” must be one of"),
        ({"type": ["article"]}, "“type” must be one of"),
        ({"type": {}}, "“type” must be one of"),
        ({}, "“type” must be one of"),
        ({"type": "article"}, "id: Field required"),
        ({**ARTICLE, "category": "gone"}, "there is no category “gone”"),
        ({**ARTICLE, "faq": [{"question": "Q?", "answer": ""}]}, "faq.0.answer"),
        ({**ARTICLE, "body": [" "]}, "body.0"),
        ({**ARTICLE, "published": "yesterday"}, "published"),
        ({**ARTICLE, "corrections": [{"text": " ", "at": "2026-11-22T10:00:00Z"}]}, "corrections.0.text"),
        ({**ARTICLE, "corrections": [{"text": "x" * 501, "at": "2026-11-22T10:00:00Z"}]}, "corrections.0.text"),
        ({**ARTICLE, "published": "2026-11-22T10:00:00"}, "published"),
        ({**ARTICLE, "arrived": "x"}, "arrived"),
        (b'{"type":"article","id":"a1","category":"policy","title":"\\ud800"}', "not JSON"),
        (b'{"type":"article","id":"a1","category":"policy","title":"\xff"}', "not JSON"),
        ({"type": "subscription", "chat_id": 1, "categories": {"gone": "instant"}}, "there is no category “gone”"),
        ({"type": "subscription", "chat_id": 1, "categories": {"policy": "often"}}, "categories.policy"),
        ({"type": "subscription", "chat_id": 1, "timezone": "Mars"}, "timezone"),
        (
            {
                "type": "subscription",
                "chat_id": 1,
                "categories": {"policy": "daily 08:00"},
                "since": {"policy": "9999-12-31T23:59:59Z"},
                "timezone": "Asia/Tokyo",
            },
            "beyond the calendar",
        ),
        ({**ARTICLE, "arrived": "0001-01-01T00:00:00+14:00"}, "beyond the calendar"),
        ({"type": "saved", "chat_id": 1, "articles": {"a": "9999-12-31T23:59:59-12:00"}}, "beyond the calendar"),
        ({"type": "category", "slug": "Bad Slug", "name": "x"}, "slug"),
        ({"type": "feed", "url": "nowhere", "category": "policy"}, "url"),
        ({"type": "feed", "url": "https://f.example", "category": "gone"}, "there is no category “gone”"),
    ],
)
async def test_a_line_that_cannot_be_taken_is_told_and_the_others_are_taken(
    services: Services, stores: Stores, tmp_path: Path, row: object, reason: str
) -> None:
    report = await lines(stores, tmp_path, {**ARTICLE, "id": "before"}, b"  ", row, {**ARTICLE, "id": "after"})
    (problem,) = report.problems
    assert problem.startswith(f"{tmp_path}/rows.jsonl:3: ")
    assert reason in problem
    assert report.taken == {"article": 2}
    assert await services.articles.get("after") is not None


async def test_the_bytes_that_are_done_are_told(services: Services, stores: Stores, tmp_path: Path) -> None:
    done: list[int] = []
    for name, content in (("a.jsonl", b"{}\n\n{}"), ("a.txt", b"policy\n\nT"), ("a.png", b"123")):
        (tmp_path / name).write_bytes(content)
        await transfer_of(stores).take(tmp_path / name, Report(), done.append)
        assert sum(done) in (len(content), len(content) + 1)
        done.clear()


async def test_windows_lines_and_a_byte_order_mark(services: Services, stores: Stores, tmp_path: Path) -> None:
    report = await lines(stores, tmp_path, b"\xef\xbb\xbf" + orjson.dumps(ARTICLE) + b"\r", b"\r", b"")
    assert (report.problems, report.taken) == ([], {"article": 1})
    assert await services.articles.get("a1") is not None


async def test_texts(services: Services, stores: Stores, tmp_path: Path) -> None:
    path = tmp_path / "one.TXT"
    path.write_bytes("policy\r\n\r\nTitre\r\n\r\nÇa va".encode("cp1252"))
    assert (await take(stores, path)).taken == {"article": 1}
    (only,) = await services.articles.latest(count=5)
    assert (only.title, only.teaser) == ("Titre", "Ça va")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", b"", "there is no text in it"),
        ("a.txt", b"polcy\n\nT", "“polcy” is none; did you mean policy"),
        ("a.md", b"policy", "it has no title"),
        ("a.md", b"policy\n\n" + b"x" * 301, "longer than 300"),
        ("a.txt", b"x" * 500_001, "longer than 500,000"),
        ("a.txt", b"\0\1", "no text file"),
        ("a.png", b"x", "unknown kind of file"),
        ("a.opml", b"x", "no OPML"),
    ],
)
async def test_a_file_that_cannot_be_taken_is_told(
    services: Services, stores: Stores, tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(content)
    report = await take(stores, tmp_path / name)
    (problem,) = report.problems
    assert problem.startswith(f"{tmp_path}/{name}: ")
    assert reason in problem
    assert report.taken == {}


async def test_a_file_that_is_not_there_is_told(stores: Stores, tmp_path: Path) -> None:
    assert "No such file" in (await take(stores, tmp_path / "gone.txt")).problems[0]
    (tmp_path / "folder.txt").mkdir()
    assert "directory" in (await take(stores, tmp_path / "folder.txt")).problems[0]


async def test_opml(services: Services, stores: Stores, tmp_path: Path) -> None:
    path = tmp_path / "feeds.opml"
    path.write_text(
        """<?xml version="1.0"?><opml version="2.0"><body>
        <outline text="Technology"><outline type="rss" text="T" xmlUrl="https://t.example/rss"/></outline>
        <outline text="policy"><outline type="rss" text="P" xmlUrl="https://p.example/rss"/>
          <outline type="rss" text="J" xmlUrl="javascript:alert(1)"/></outline>
        <outline text="Else"><outline type="rss" text="E" xmlUrl="https://e.example/rss"/></outline>
        </body></opml>""",
        "utf-8",
    )
    report = await take(stores, path)
    found = {(feed.url, feed.category, feed.name) for feed in await stores.feeds.all()}
    assert found == {("https://t.example/rss", "tech", "T"), ("https://p.example/rss", "policy", "P")}
    assert report.taken == {"feed": 2}
    assert len(report.problems) == 2


async def test_what_is_taken_is_owed_to_nobody_at_once(services: Services, stores: Stores, tmp_path: Path) -> None:
    await services.subscriptions.subscribe(Reader(Address(1)), ["policy"])
    await lines(stores, tmp_path, ARTICLE)
    await services.planner.run_until_idle()
    assert await take_chunks(stores.outbox) == []


async def test_an_import_owes_nobody_anything_in_a_digest_either(
    services: Services, stores: Stores, tmp_path: Path
) -> None:
    """Even if its articles are newer than what the chat has settled."""
    reader = Reader(Address(1))
    await services.subscriptions.subscribe(reader, ["policy"])
    await services.changes.reschedule(reader, Schedule.parse("daily 08:00"))
    await a_moment_later(stores)
    now = await stores.clock.now()
    (tmp_path / "one.txt").write_text("policy\n\nThe title", "utf-8")
    report = await lines(stores, tmp_path, {**ARTICLE, "published": now.isoformat()})
    assert report.taken == {"article": 1}
    assert (await take(stores, tmp_path / "one.txt")).taken == {"article": 1}
    await a_moment_later(stores)
    assert await services.changes.send_now(reader) == 0
    assert await services.articles.count("policy") == 2


async def test_what_is_owed_is_owed_still_after_a_move_to_another_store(
    services: Services, stores: Stores, tmp_path: Path
) -> None:
    reader = Reader(Address(1))
    await services.subscriptions.subscribe(reader, ["policy"])
    await services.changes.reschedule(reader, Schedule.parse("daily 08:00"))
    await services.articles.keep(article("kept", published=await stores.clock.now()))
    await a_moment_later(stores)
    await services.articles.publish(FULL)
    await a_moment_later(stores)
    path = tmp_path / "all.jsonl"
    path.write_bytes(b"".join([line async for line in transfer_of(stores).export()]))
    rows = {row["id"]: row for row in map(orjson.loads, path.read_bytes().splitlines()) if row["type"] == "article"}
    assert {name: "arrived" in row for name, row in rows.items()} == {"full": True, "kept": False}
    await stores.redis.flushdb()
    await stores.outbox.prepare()
    await stores.plans.prepare()
    assert (await take(stores, path)).problems == []
    assert await services.changes.send_now(reader) == 1
    (chunk,) = await take_chunks(stores.outbox)
    assert await stores.outbox.editions_of("full") == [chunk.edition_id]


async def test_an_empty_store_is_an_empty_file(stores: Stores) -> None:
    assert [line async for line in transfer_of(stores).export()] == []
