"""Feeds in words: within Telegram's limits whatever they are called, and saying how they do."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.category import Category
from bot.domain.feed import Failure, Fault, Feed, Health, Mode
from bot.domain.message import Message
from bot.domain.outline import Omission, Outline, Sorted
from bot.rendering import adding, feeds
from bot.rendering.actions import decode
from bot.rendering.faults import fault
from bot.rendering.feed_actions import FeedTask, ManageFeed, RemoveFailing
from bot.rendering.wording import LANGUAGES, speaking
from tests.unit.rendering.limits import check, text_of
from tests.unit.samples import CATEGORIES, NOW, SLUG, TEXT, URL

FEED = Feed(url="https://a.example/feed", category="tech", name="A & B", added=NOW)
GOOD = Health(
    checked=NOW - timedelta(minutes=5),
    succeeded=NOW - timedelta(minutes=5),
    due=NOW + timedelta(minutes=10),
    arrivals={(NOW - timedelta(days=back)).date().isoformat(): back % 4 for back in range(28)},
)
BAD = GOOD.model_copy(update={"failures": 3, "failure": Failure(fault=Fault.STATUS, detail="500")})
FEEDS = st.builds(
    Feed, url=URL, category=SLUG, mode=st.sampled_from(Mode), name=TEXT, desk=st.none(), added=st.just(NOW)
)
FAILURES = st.builds(Failure, fault=st.sampled_from(Fault), detail=TEXT, retry_after=st.none() | st.floats(0, 10**7))
MOMENTS = st.none() | st.datetimes().map(lambda moment: moment.replace(tzinfo=NOW.tzinfo))
HEALTHS = st.builds(
    Health,
    checked=MOMENTS,
    succeeded=MOMENTS,
    due=MOMENTS,
    failures=st.integers(0, 10**6),
    failure=st.none() | FAILURES,
    gone=st.booleans(),
    arrivals=st.dictionaries(st.dates().map(lambda day: day.isoformat()), st.integers(0, 10**6), max_size=28),
)


def test_feeds_of_one_name_are_told_apart_by_their_addresses() -> None:
    long = "https://www.a.example/" + "section/" * 20
    named = [Feed(url=long + end, category="tech", name="The Quay", added=NOW) for end in ("world", "sport")]
    shown = feeds.feed_list([(feed, GOOD) for feed in (*named, FEED)], CATEGORIES, NOW)
    labels = [row[0].label for row in shown.buttons[:-1]]
    assert [label[-5:] for label in labels] == ["A & B", "world", "sport"]
    assert all(len(label) <= 42 for label in labels)
    assert f"{'section/' * 3}sport" in text_of(shown.text).replace("\u2060", "")
    check(
        feeds.feed_list(
            [(named[0].model_copy(update={"url": f"{long}?{end}"}), GOOD) for end in "<&"], CATEGORIES, NOW
        )
    )
    asked = feeds.no_such_feed("The Quay", named)
    assert [row[0].label[-5:] for row in asked.buttons[:-1]] == ["world", "sport"]


def test_what_lets_a_reader_in_is_shown_to_nobody() -> None:
    """Editors may read this in a group."""
    url = "https://me:s3cret@a.example/feed?format=rss&api_key=s3cret"
    feed = Feed(url=url, category="tech", added=NOW)
    failing = adding.Import(
        "feeds.opml", {url: url}, known=0, sorted=Sorted(), failed={url: Failure(fault=Fault.TIMEOUT)}
    )
    shown = [
        feeds.feed_page(feed, GOOD, NOW, "Tech", news=adding.added(feed, 3, (url,))),
        feeds.feed_list([(feed, GOOD)], CATEGORIES, NOW),
        feeds.removed(feed, adding.again(feed.mark, feed.category)),
        adding.looking(url),
        adding.not_found(url, Failure(fault=Fault.TIMEOUT)),
        adding.summary(failing, feed.mark),
    ]
    for message in shown:
        assert "s3cret" not in message.text
    assert "https://a.example/feed?format=rss&amp;api_key=…" in shown[0].text


@given(st.lists(st.tuples(FEEDS, HEALTHS), max_size=20), st.integers(0, 30), st.sampled_from(sorted(LANGUAGES)))
def test_any_list_is_taken_by_telegram(listed: list[tuple[Feed, Health]], skip: int, code: str) -> None:
    with speaking(code):
        check(feeds.feed_list(listed, CATEGORIES, NOW, skip=skip))


@given(FEEDS, HEALTHS, st.sampled_from(sorted(LANGUAGES)))
def test_any_feed_is_taken_by_telegram(feed: Feed, health: Health, code: str) -> None:
    with speaking(code):
        for message in (
            feeds.feed_page(feed, health, NOW, "Tech <&>", news=adding.added(feed, 3, (feed.url,) * 4)),
            feeds.choose_category(feed, CATEGORIES),
            feeds.ask_to_remove(feed),
            feeds.removed(feed, adding.again(feed.mark, feed.category)),
            feeds.trouble(feed, health),
            feeds.recovered(feed),
            feeds.gone(feed),
            adding.reading(feed, "Tech"),
            adding.choose_category(feed.mark, feed.name, 3, CATEGORIES, feed.name, ["tech"]),
            adding.not_found(feed.url, Failure(fault=Fault.STATUS, detail=feed.name)),
        ):
            check(message)


@given(st.lists(st.tuples(URL, TEXT, FAILURES), max_size=40), st.sampled_from(sorted(LANGUAGES)))
def test_any_import_is_taken_by_telegram(rows: list[tuple[str, str, Failure]], code: str) -> None:
    left_out = [(Outline(url, name, (name,)), why) for url, name, _ in rows for why in Omission]
    done = adding.Import(
        name="".join(name for _, name, _ in rows),
        added={f"{url}{n}": name for n, (url, name, _) in enumerate(rows)},
        known=3,
        sorted=Sorted(left_out=left_out, new=CATEGORIES),
        read=2,
        failed={f"{url}{n}": failure for n, (url, _, failure) in enumerate(rows)},
    )
    with speaking(code):
        check(adding.progress(done))
        check(adding.summary(done, FEED.mark))


@pytest.mark.parametrize("code", sorted(LANGUAGES))
@pytest.mark.parametrize("fault", Fault)
def test_a_file_of_thousands_of_feeds_in_hundreds_of_folders_is_summed_up(code: str, fault: Fault) -> None:
    names = [f"{n} {'Long name ' * 9}" for n in range(300)]
    failing = Failure(fault=fault, detail="x" * 100)
    outlines = [Outline(f"https://a.example/{n}/", name, (name,)) for n, name in enumerate(names)]
    made = Sorted(
        new=[Category(slug=f"category-of-{n:020}", name=name[:64]) for n, name in enumerate(names)],
        left_out=[(one, Omission.NO_SLUG) for one in outlines],
    )
    done = adding.Import(
        name="Feeds " * 20,
        added={one.url: one.name for one in outlines},
        known=300,
        sorted=made,
        failed={one.url: failing for one in outlines[1:]},
    )
    with speaking(code):
        check(adding.summary(done, FEED.mark))


def test_a_feed_at_a_glance() -> None:
    text = text_of(feeds.feed_list([(FEED, GOOD)], CATEGORIES, NOW).text)
    assert "1 feed\n" in text and "🟢 A & B" in text
    assert "Technology · 10 articles a week" in text and "▁" in text and "█" in text
    assert "Last read 5 minutes ago. Next check in 10 minutes." in text


def test_what_is_in_trouble_stands_first_and_says_why() -> None:
    other = Feed(url="https://b.example/feed", category="policy", name="B", mode=Mode.REVIEW, added=NOW)
    shown = feeds.feed_list([(other, GOOD), (FEED, BAD)], CATEGORIES, NOW)
    text = text_of(shown.text)
    assert "2 feeds · 1 in trouble" in text
    assert text.index("🔴 A & B") < text.index("🟢 B")
    assert "Failed 3 times in a row: Its server answers with error 500." in text
    assert "Policy · reviewed" in text


def test_the_chart_fits_into_a_line_on_a_phone() -> None:
    shown = text_of(feeds.feed_page(FEED, GOOD, NOW, "Technology").text)
    assert 14 <= len(shown.split("\n")[-1]) <= 24


def test_a_first_failure_is_no_row_of_them() -> None:
    once = BAD.model_copy(update={"failures": 1})
    assert "Failed once: Its server answers" in text_of(feeds.feed_list([(FEED, once)], CATEGORIES, NOW).text)


def test_pages_of_eight() -> None:
    many = [
        (Feed(url=f"https://a.example/{n}", category="tech", name=f"Feed {n:02}", added=NOW), GOOD) for n in range(17)
    ]
    first, last = feeds.feed_list(many, [], NOW), feeds.feed_list(many, [], NOW, skip=99)
    assert [_label(first, row) for row in (0, 7)] == ["🟢 Feed 00", "🟢 Feed 07"]
    assert [button.label for button in first.buttons[-1]] == ["›", "📤 As OPML"]
    assert _label(last, 0) == "🟢 Feed 16" and [button.label for button in last.buttons[-1]] == ["‹", "📤 As OPML"]


@pytest.mark.parametrize(
    ("health", "said"),
    [
        (Health(), "⚪️ A & B\n"),
        (Health(checked=NOW, failures=1, failure=Failure(fault=Fault.TIMEOUT)), "🟡 A & B\n"),
        (Health(checked=NOW, failure=Failure(fault=Fault.TIMEOUT)), "🟡 A & B\n"),
        (
            Health(checked=NOW, failure=Failure(fault=Fault.NO_CONNECTION)),
            "Its server cannot be reached. It has never",
        ),
        (Health(gone=True), "gone for good"),
        (Health(), "Not read yet."),
        (Health(checked=NOW, failures=1, failure=Failure(fault=Fault.TIMEOUT)), "It has never been read."),
        (GOOD.model_copy(update={"due": NOW}), "Its turn is now."),
    ],
)
def test_its_page_says_how_it_is(health: Health, said: str) -> None:
    assert said in text_of(feeds.feed_page(FEED, health, NOW, "Technology").text)


def test_its_page_offers_the_other_way() -> None:
    tasks = [
        (action.task, action.arg)
        for row in feeds.feed_page(FEED, GOOD, NOW, "Technology").buttons
        for button in row
        if isinstance(action := decode(button.data or ""), ManageFeed)
    ]
    assert tasks == [(FeedTask.CHECK, ""), (FeedTask.MODE, "review"), (FeedTask.CATEGORY, ""), (FeedTask.REMOVE, "")]


@pytest.mark.parametrize("which", Fault)
def test_every_fault_is_a_sentence_of_its_own(which: Fault) -> None:
    words = fault(Failure(fault=which, detail="<503>"))
    assert words[0].isupper() and words.endswith(".") and "<503>" not in words
    assert words not in {fault(Failure(fault=other, detail="<503>")) for other in Fault if other is not which}


def test_a_server_that_asks_to_wait_says_how_long() -> None:
    assert "2 hours" in fault(Failure(fault=Fault.BUSY, retry_after=7200))
    assert "404" in fault(Failure(fault=Fault.STATUS, detail="404"))


def test_the_summary_names_what_failed_and_what_was_left_out() -> None:
    done = adding.Import(
        name="feeds.opml",
        added={"https://a.example/1": "One", "https://a.example/2": "Two", "https://a.example/3": "Three"},
        known=1,
        sorted=Sorted(
            new=[CATEGORIES[0]], left_out=[(Outline("https://a.example/4", "Four", ()), Omission.NO_FOLDER)]
        ),
        read=1,
        failed={"https://a.example/2": Failure(fault=Fault.NOT_A_FEED)},
    )
    shown = adding.summary(done, FEED.mark)
    text = text_of(shown.text)
    assert "feeds.opml: 3 feeds added, 1 of them cannot be read, 1 was here already" in text
    assert "New categories: Policy (policy)." in text
    assert "• Two: There is no feed there." in text
    assert "• Four: it lies in no folder" in text
    assert "1 feed has not been read yet" in text
    assert isinstance(decode(shown.buttons[0][0].data or ""), RemoveFailing)
    assert "░" in adding.progress(done).text and "2 of 3" in adding.progress(done).text


def _label(message: Message, row: int) -> str:
    return message.buttons[row][0].label
