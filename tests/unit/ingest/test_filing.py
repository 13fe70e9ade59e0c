"""What becomes of a feed's entries, each once, whatever they are known by."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.bootstrap import Stores, build_services
from bot.domain.article import Correction
from bot.domain.feed import Document, Entry, Feed, Mode
from bot.ingest.filing import Filing, Haul
from bot.services import Services
from config.settings import Settings
from tests.unit.ingest.conftest import Told

NOW = datetime(2026, 1, 23, 10, 0, tzinfo=UTC)
FEED = Feed(url="https://quay.example/feed", category="tech", name="The Quay", added=NOW)


def entry(number: int, **fields: object) -> Entry:
    values = {"id": f"id-{number}", "link": f"https://quay.example/{number}", "title": f"Story {number}", **fields}
    return Entry.model_validate(values)


@pytest.fixture
def filing(feeding: Services) -> Filing:
    return feeding.feeds._filing


async def file(filing: Filing, *entries: Entry, feed: Feed = FEED, last: datetime | None = NOW) -> Haul:
    return await filing.file(feed, Document(entries=entries), last, datetime.now(UTC))


async def titles(feeding: Services) -> list[str]:
    return [article.title for article in await feeding.articles.latest(count=100)]


async def test_the_newest_come_last_so_that_they_stand_first(feeding: Services, filing: Filing) -> None:
    assert (await file(filing, entry(3), entry(2), entry(1))).taken == 3
    assert await titles(feeding) == ["Story 3", "Story 2", "Story 1"]


@pytest.mark.parametrize(
    "other",
    [
        {"link": "http://www.quay.example/1/?utm_source=rss#top"},
        {"link": "https://quay.example/elsewhere"},
        {"id": "another"},
        {"id": ""},
        {"link": None},
        {"id": "", "link": "http://quay.example/1?utm_medium=feed"},
    ],
)
async def test_known_by_its_id_or_its_link(feeding: Services, filing: Filing, other: dict[str, object]) -> None:
    await file(filing, entry(1), entry(2))
    haul = await file(filing, entry(1, **other), entry(2))
    assert (haul.new, haul.taken) == ((), 0)
    assert await titles(feeding) == ["Story 1", "Story 2"]


async def test_known_by_what_it_came_to_be_known_by_later(feeding: Services, filing: Filing) -> None:
    await file(filing, entry(1))
    await file(filing, entry(1, id="new-id"))
    await file(filing, entry(1, id="new-id", link="https://quay.example/new"))
    assert (await file(filing, entry(1, id="", link="https://quay.example/1"))).taken == 0
    assert await titles(feeding) == ["Story 1"]


async def test_a_feed_that_changes_all_ids_and_links_at_once_brings_nothing_twice(
    feeding: Services, filing: Filing
) -> None:
    await file(filing, *(entry(number) for number in range(8)))
    moved = [
        entry(number, id=f"new-{number}", link=f"https://new.example/{number}", published=NOW) for number in range(9)
    ]
    assert (await file(filing, *moved)).taken == 1
    assert (await file(filing, *moved, entry(9))).taken == 1
    assert len(await titles(feeding)) == 5


async def test_a_few_with_the_same_words_are_new_ones(feeding: Services, filing: Filing) -> None:
    """A briefing whose feed has been replaced as a whole since yesterday."""

    def briefings(day: int) -> list[Entry]:
        return [entry(10 * day + turn, title=f"{turn} o’clock briefing") for turn in (6, 9)]

    assert [(await file(filing, *briefings(day))).taken for day in (1, 2)] == [2, 2]


async def test_the_first_entries_of_a_feed_that_was_empty_are_no_backlog(feeding: Services, filing: Filing) -> None:
    await file(filing, last=None)
    assert (await file(filing, *(entry(number) for number in range(8)))).taken == 3
    assert (await file(filing, *(entry(number) for number in range(12)))).taken == 4


async def test_without_id_and_link_what_it_says_counts(feeding: Services, filing: Filing) -> None:
    bare = [entry(number, id="", link=None) for number in (1, 2)]
    assert (await file(filing, *bare)).taken == 2
    assert (await file(filing, *reversed(bare))).taken == 0


async def test_entries_that_all_link_to_one_page_are_several(feeding: Services, filing: Filing) -> None:
    live = [entry(number, link="https://quay.example/live") for number in (1, 2)]
    assert (await file(filing, *live)).taken == 2
    assert (await file(filing, *live)).taken == 0
    home = [entry(number, link="https://quay.example/") for number in (5, 6)]
    assert [(await file(filing, one)).taken for one in home] == [1, 1]


async def test_entries_that_share_an_id_but_no_link_are_several(feeding: Services, filing: Filing) -> None:
    shared = [entry(number, id="post") for number in (1, 2, 3)]
    assert (await file(filing, *shared)).taken == 3
    assert (await file(filing, *shared)).taken == 0


async def test_the_same_entry_twice_in_a_feed_is_one(feeding: Services, filing: Filing) -> None:
    assert (await file(filing, entry(1), entry(1, title="Again"), entry(1))).taken == 1
    await file(filing, entry(2, id=""), entry(2, id="", link="http://www.quay.example/2"))
    assert await titles(feeding) == ["Story 2", "Story 1"]


async def test_two_feeds_that_bring_the_same_link_bring_one_article(feeding: Services, filing: Filing) -> None:
    other = FEED.model_copy(update={"url": "https://quay.example/all", "category": "world"})
    await file(filing, entry(1))
    await file(filing, entry(1, id="in-all", link="http://quay.example/1?utm_source=all"), feed=other)
    assert await titles(feeding) == ["Story 1"]


async def test_a_first_fetch_of_one_feed_takes_nothing_from_another(feeding: Services, filing: Filing) -> None:
    other = FEED.model_copy(update={"url": "https://quay.example/all"})
    await file(filing, *map(entry, range(9, 0, -1)), feed=other, last=None)
    await file(filing, entry(4))
    assert await titles(feeding) == ["Story 4", "Story 9", "Story 8", "Story 7"]


async def test_the_same_title_on_two_days_is_two(feeding: Services, filing: Filing) -> None:
    await file(filing, entry(1, title="Morning briefing"))
    await file(filing, entry(2, title="Morning briefing"), entry(1, title="Morning briefing"))
    assert await titles(feeding) == ["Morning briefing"] * 2


async def test_what_changes_is_revised_in_silence(feeding: Services, filing: Filing, stores: Stores) -> None:
    await file(filing, entry(1, teaser="Old."))
    published = (await feeding.articles.latest(count=1))[0]
    plans = await stores.plans.unplanned()
    haul = await file(filing, entry(1, title="Story one", teaser="New."))
    assert (haul.taken, haul.revised) == (0, 1)
    revised = (await feeding.articles.latest(count=9))[0]
    assert revised == published.model_copy(update={"title": "Story one", "teaser": "New."})
    assert await stores.plans.unplanned() == plans
    assert (await file(filing, entry(1, title="Story one", teaser="New."))).revised == 0


async def test_what_editors_have_changed_is_theirs(feeding: Services, filing: Filing, stores: Stores) -> None:
    await file(filing, entry(1), entry(2))
    for article in await feeding.articles.latest(count=2):
        await stores.articles.change(article.id, lambda one: one.model_copy(update={"teaser": "An editor's."}))
    assert (await file(filing, entry(1, title="Changed"), entry(2))).revised == 0
    assert await titles(feeding) == ["Story 1", "Story 2"]


async def test_a_correction_outlives_a_revision(feeding: Services, filing: Filing) -> None:
    await file(filing, entry(1))
    article = (await feeding.articles.latest(count=1))[0]
    await feeding.articles.correct(article.id, Correction(text="It was pier 2.", at=NOW))
    await file(filing, entry(1, title="Changed"))
    assert [one.text for one in (await feeding.articles.latest(count=1))[0].corrections] == ["It was pier 2."]


async def test_what_was_taken_back_never_comes_again(feeding: Services, filing: Filing, stores: Stores) -> None:
    """Not with the next poll, a change, another feed, or a feed that was removed and added again."""
    await file(filing, entry(1))
    assert await feeding.articles.retract((await feeding.articles.latest(count=1))[0].id) is not None
    other = FEED.model_copy(update={"url": "https://other.example/feed"})
    await file(filing, entry(1))
    await file(filing, entry(1, title="Changed"))
    await file(filing, entry(1), feed=other)
    await stores.feeds.remove(FEED.url)
    await stores.redis.delete(*[key async for key in stores.redis.scan_iter("*entries*")])
    assert (await file(filing, entry(1), last=None)).taken == 0  # nor are editors told that it did
    assert await titles(feeding) == []


async def test_old_entries_that_turn_up_late_are_no_news(feeding: Services, filing: Filing) -> None:
    back = [entry(1, published=NOW - timedelta(days=8)), entry(2, published=NOW - timedelta(days=6))]
    haul = await file(filing, *back, last=NOW)
    assert (len(haul.new), haul.taken) == (2, 1)
    assert await titles(feeding) == ["Story 2"]
    after_a_rest = [entry(3, published=NOW - timedelta(days=20))]
    assert (await file(filing, *after_a_rest, last=NOW - timedelta(days=21))).taken == 1


async def test_times_to_come_are_now_and_missing_ones_are_when_it_was_seen(
    feeding: Services, filing: Filing, stores: Stores
) -> None:
    before = await stores.clock.now()
    await file(filing, entry(1, published=before + timedelta(hours=20)), entry(2), entry(3, published=NOW))
    now = await stores.clock.now()
    dates = {article.title: article.published for article in await feeding.articles.latest(count=3)}
    assert before <= dates["Story 1"] <= now
    assert before <= dates["Story 2"] <= now
    assert dates["Story 3"] == NOW


async def test_what_has_no_title_is_called_by_its_words(feeding: Services, filing: Filing) -> None:
    await file(filing, entry(1, title=" ", teaser="Ships pay by length. " * 20), entry(2, title="", teaser=""))
    assert await titles(feeding) == [("Ships pay by length. " * 20)[:100].strip()]


async def test_a_draft_is_told_of_once(feeding: Services, filing: Filing, desk: Told) -> None:
    review = FEED.model_copy(update={"mode": Mode.REVIEW})
    for _ in range(2):
        await file(filing, entry(1), feed=review)
    assert len(desk.drafts) == 1
    assert await feeding.drafts.publish(desk.drafts[0].draft_id)
    assert (await feeding.articles.latest(count=1))[0].title == "Story 1"


async def test_what_changes_while_its_draft_waits_is_changed_once_it_is_published(
    feeding: Services, filing: Filing, desk: Told
) -> None:
    review = FEED.model_copy(update={"mode": Mode.REVIEW})
    corrected = entry(1, title="Nobody was hurt")
    await file(filing, entry(1), feed=review)
    assert (await file(filing, corrected, feed=review)).revised == 0
    await feeding.drafts.publish(desk.drafts[0].draft_id)
    assert await titles(feeding) == ["Story 1"]
    assert (await file(filing, corrected, entry(2), feed=review)).revised == 1
    assert await titles(feeding) == ["Nobody was hurt"]
    assert (await file(filing, corrected, entry(2), feed=review)).revised == 0


async def test_what_another_feed_has_published_is_no_draft(feeding: Services, filing: Filing, desk: Told) -> None:
    await file(filing, entry(1))
    other = Feed(url="https://other.example/feed", category="tech", name="Other", mode=Mode.REVIEW, added=NOW)
    await file(filing, entry(1), entry(2), feed=other)
    assert await feeding.drafts.waiting(count=9) == ([await feeding.drafts._store.get(desk.drafts[0].draft_id)], 1)
    assert len(desk.drafts) == 1


async def test_what_is_published_is_no_draft_again(feeding: Services, filing: Filing, desk: Told) -> None:
    """As where a feed is removed, and added again for review."""
    await file(filing, entry(1))
    again = FEED.model_copy(update={"url": "https://quay.example/again", "mode": Mode.REVIEW, "category": "world"})
    assert (await file(filing, entry(2), entry(1), feed=again, last=None)).taken == 1
    assert [preview.page and preview.page.title for preview in desk.drafts] == ["Story 2"]


NUMBERS = st.lists(st.integers(0, 12), max_size=12)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(polls=st.lists(NUMBERS, max_size=6), killed=st.lists(st.integers(0, 40), max_size=3))
async def test_each_entry_becomes_one_article_however_often_and_whenever_it_breaks_off(
    stores: Stores, polls: list[list[int]], killed: list[int]
) -> None:
    """Rounds that break off at any of their steps are made again, as by the next process."""
    await stores.redis.flushdb()
    services = build_services(stores, Settings.model_validate({}), "newsbot")
    filing = services.feeds._filing
    await file(filing, entry(99))  # so that what follows is no backlog
    breaking = _Breaking(stores.redis, killed)
    for numbers in polls:
        done = False
        while not done:
            try:
                with breaking:
                    await file(filing, *map(entry, numbers))
                done = True
            except _Broken:
                pass
    expected = {f"Story {number}" for numbers in [[99], *polls] for number in numbers}
    assert sorted(await titles(services)) == sorted(expected)
    assert len(await stores.plans.unplanned()) == len(expected)


class _Broken(Exception):
    """As if the process had been killed."""


class _Breaking:
    """Lets so many commands to the store pass, then breaks off; each of these numbers once."""

    def __init__(self, redis: object, after: list[int]) -> None:
        self._redis, self._after = redis, list(after)

    def __enter__(self) -> None:
        if not self._after:
            return
        left = self._after.pop()
        connections = self._redis.connection_pool  # type: ignore[attr-defined]
        get = type(connections).get_connection

        async def get_connection(*arguments: object, **named: object) -> object:
            nonlocal left
            left -= 1
            if left < 0:
                raise _Broken
            return await get(connections, *arguments, **named)

        connections.get_connection = get_connection

    def __exit__(self, *_: object) -> None:
        self._redis.connection_pool.__dict__.pop("get_connection", None)  # type: ignore[attr-defined]


async def test_what_was_read_while_the_clock_was_wrong_makes_no_news_old(stores: Stores, filing: Filing) -> None:
    now = await stores.clock.now()
    entry = Entry(title="Ferry runs again", link="https://quay.example/ferry", published=now)
    assert (await file(filing, entry, last=now + timedelta(days=365))).taken == 1
