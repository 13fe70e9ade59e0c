"""From what an editor writes to what is published, over a real store."""

from datetime import UTC, datetime

import pytest

from bot.bootstrap import Stores
from bot.domain.article import Added, Article, RelatedArticle, Source, TextLink
from bot.domain.draft import Draft, Preview, Problem, Unreadable, join
from bot.domain.page import Page
from bot.domain.subscription import Address
from bot.ingest.drafts import Discarded
from bot.services import Services
from bot.storage import keys
from bot.subscriptions import Reader
from tests.storage.killing import killed_everywhere
from tests.unit.ingest.told import FERRY, TOLL, TOLL_AGAIN, TOLL_THIRD
from tests.unit.samples import NOW

TEXT = "policy\n\nThe title\n\nThe teaser.\n\nContinue reading at Reuters →\n\nFAQ\n\nQ.Who?\n\nShe."
EDITOR = 7


def readable(preview: Preview | None) -> Article:
    assert preview
    assert isinstance(preview.article, Article), preview.article
    return preview.article


async def test_a_preview_tells_how_many_it_reaches(services: Services) -> None:
    await services.subscriptions.subscribe(Reader(Address(1)), ["policy"])
    preview = await services.drafts.write(TEXT)
    assert readable(preview).title == "The title"
    assert (preview.readers, preview.published, preview.changed) == (1, False, False)


async def test_what_is_previewed_is_what_is_published(services: Services, stores: Stores) -> None:
    preview = await services.drafts.write(TEXT)
    published = await services.drafts.publish(preview.draft_id)
    assert published
    article, added = published
    assert added is Added.NEW
    assert article == readable(preview).model_copy(update={"published": article.published})
    assert await services.articles.get(article.id) == article
    assert await stores.plans.unplanned() == {article.id}
    assert await services.drafts.publish(preview.draft_id) == (article, Added.KNOWN)
    assert await services.drafts.publish("gone") is None


async def test_a_draft_that_cannot_be_read_is_not_published(services: Services) -> None:
    preview = await services.drafts.write("polcy\n\nThe title")
    assert isinstance(preview.article, Unreadable)
    assert preview.article.problem is Problem.NO_CATEGORY
    assert await services.drafts.publish(preview.draft_id) is None


async def test_filing_makes_a_draft_of_its_own(services: Services) -> None:
    """A button below an older preview publishes what that one shows."""
    first = await services.drafts.write(TEXT)
    second = await services.drafts.file(first.draft_id, "tech")
    assert second
    assert second.draft_id != first.draft_id
    assert (readable(first).category, readable(second).category) == ("policy", "tech")
    published = await services.drafts.publish(first.draft_id)
    assert published
    assert published[0].category == "policy"
    assert await services.drafts.file("gone", "tech") is None
    assert await services.drafts.file(first.draft_id, "gone") is None


async def test_a_text_in_several_messages_is_one_draft_under_a_new_name(services: Services) -> None:
    first = await services.drafts.write("policy\n\nThe title\n\nThe teaser.", may_go_on=EDITOR)
    rest = "More here."
    second = await services.drafts.go_on(
        EDITOR, rest, (TextLink(start=5, end=9, url="https://a.example"),), may_go_on=True
    )
    third = await services.drafts.go_on(
        EDITOR, "Continue reading at Reuters →\nLink: https://r.example", (), may_go_on=False
    )
    article = readable(third)
    assert (article.teaser, article.body) == ("The teaser.", ("More here.",))
    assert article.source
    assert len({preview.draft_id for preview in (first, second, third) if preview}) == 3
    assert await services.drafts.go_on(EDITOR, "x", (), may_go_on=True) is None
    assert third
    assert await services.drafts.publish(third.draft_id)


async def test_only_the_editors_own_text_goes_on_and_only_if_it_may(services: Services) -> None:
    await services.drafts.write(TEXT, may_go_on=EDITOR)
    assert await services.drafts.go_on(EDITOR + 1, "x", (), may_go_on=True) is None
    assert await services.drafts.go_on(EDITOR, "x", (), may_go_on=False)
    assert await services.drafts.go_on(EDITOR, "x", (), may_go_on=True) is None


async def test_links_stay_behind_their_words_in_the_joined_text(services: Services) -> None:
    await services.drafts.write("policy\n\nThe title\n\nThe teaser.  ", may_go_on=EDITOR)
    rest = "  Continue reading at Reuters →"
    start = rest.index("Reuters")
    link = TextLink(start=start, end=start + len("Reuters"), url="https://r.example/1")
    article = readable(await services.drafts.go_on(EDITOR, rest, (link,), may_go_on=False))
    assert article.source
    assert (article.source.name, article.source.url) == ("Reuters", "https://r.example/1")


async def test_the_same_text_with_other_questions_takes_its_place_and_is_sent_to_nobody_again(
    services: Services, stores: Stores
) -> None:
    first = await services.drafts.publish((await services.drafts.write(TEXT)).draft_id)
    assert first
    await services.planner.run_until_idle()
    same = await services.drafts.write(TEXT)
    assert (same.published, same.changed) == (True, False)
    other = await services.drafts.write(TEXT.replace("She.", "He."))
    assert (other.published, other.changed) == (True, True)
    changed = await services.drafts.publish(other.draft_id)
    assert changed
    article, added = changed
    assert added is Added.CHANGED
    assert article.published == first[0].published
    assert article.faq[0].answer == "He."
    assert await services.articles.get(first[0].id) == article
    assert await stores.plans.unplanned() == set()
    assert await services.articles.count() == 1


async def test_a_draft_is_discarded_once_and_never_when_it_is_published(services: Services) -> None:
    draft = await services.drafts.write(TEXT)
    assert await services.drafts.discard(draft.draft_id) is Discarded.DONE
    assert await services.drafts.discard(draft.draft_id) is Discarded.GONE
    assert await services.drafts.publish(draft.draft_id) is None
    again = await services.drafts.write(TEXT)
    published = await services.drafts.publish(again.draft_id)
    assert published
    assert await services.drafts.discard(again.draft_id) is Discarded.PUBLISHED
    assert await services.articles.get(published[0].id) is not None
    await services.articles.retract(published[0].id)
    assert await services.drafts.discard(again.draft_id) is Discarded.DONE


@pytest.mark.parametrize(
    ("text", "rest", "joined"),
    [
        ("The council has", "decided.", "The council has decided."),
        ("The council has ", " decided.", "The council has decided."),
        ("The end.", "Another one.", "The end.\n\nAnother one."),
        ("“Why?”\n", "\nNobody knows.", "“Why?”\n\nNobody knows."),
        ("Link:", "https://a.example", "Link:\n\nhttps://a.example"),
    ],
)
def test_joined_at_a_sentences_end_it_is_a_new_paragraph(text: str, rest: str, joined: str) -> None:
    assert join(text, rest) == joined


# -- pages, feeds, edits --------------------------------------------------------------------------------------------

PAGE = Page(
    id="page1",
    title="A page",
    teaser="Its teaser.",
    body=("Its text.",),
    source=Source(name="Reuters", url="https://reuters.example/page"),
    related=(RelatedArticle(title="Another", url="https://reuters.example/another"),),
    published=datetime(2026, 11, 20, tzinfo=UTC),
    image="https://reuters.example/picture.jpg",
)
HERE = Address(EDITOR)


async def test_a_page_waits_for_its_category(services: Services) -> None:
    asked = await services.drafts.from_page(PAGE, "polcy")
    assert asked.article == Unreadable(Problem.NO_CATEGORY, "polcy", ("policy",))
    assert asked.page == PAGE
    filed = await services.drafts.file(asked.draft_id, "tech")
    article = readable(filed)
    assert article == PAGE.filed("tech", article.published)
    assert article.published == PAGE.published
    listed, total = await services.drafts.waiting(count=10)
    assert filed
    assert ([draft.id for draft in listed], total) == ([filed.draft_id], 1)


async def test_a_page_keeps_its_own_time_and_is_one_article(services: Services) -> None:
    for added in (Added.NEW, Added.KNOWN):
        draft = await services.drafts.from_page(PAGE, "Policy")
        assert draft.published is (added is Added.KNOWN)
        published = await services.drafts.publish(draft.draft_id)
        assert published
        assert (published[0].id, published[0].published, published[1]) == ("page1", PAGE.published, added)
    changed = await services.drafts.from_page(PAGE.model_copy(update={"title": "A better title"}), "policy")
    assert (changed.published, changed.changed) == (True, True)
    assert await services.drafts.waiting(count=10) == ([await _kept(services, changed)], 1)


async def _kept(services: Services, preview: Preview) -> Draft:
    (newest, *_), _ = await services.drafts.waiting(count=1)
    assert newest.id == preview.draft_id
    return newest


async def test_what_a_feed_brings_for_review_joins_the_story_that_it_tells(
    services: Services, stores: Stores
) -> None:
    for one in (FERRY, TOLL):
        await services.stories.publish(one)
    again = await services.drafts.offer(TOLL_AGAIN, "https://gazette.example/feed")
    published = await services.drafts.publish(again.draft_id)
    assert published
    story, added = published
    assert (story.id, [one.name for one in story.also_at], added) == ("toll1", ["Gazette"], Added.KNOWN)
    assert await services.drafts.publish(again.draft_id) == published
    assert await stores.plans.unplanned() == {"ferry", "toll1"}
    third = await services.drafts.offer(TOLL_THIRD, "https://mirror.example/feed")
    published = await services.drafts.publish(third.draft_id, breaking=True)
    assert published
    assert (published[0].id, published[1]) == ("toll3", Added.NEW), "which an editor wants to be sent now"


async def test_what_a_feed_brings_twice_is_one_draft(services: Services) -> None:
    article = PAGE.filed("policy", NOW)
    first = await services.drafts.offer(article, "https://reuters.example/feed")
    assert first == await services.drafts.offer(article, "https://reuters.example/feed")
    assert readable(first) == article
    listed, total = await services.drafts.waiting(count=10)
    assert ([draft.feed for draft in listed], total) == (["https://reuters.example/feed"], 1)


async def test_what_is_kept_no_longer_is_not_counted(services: Services, stores: Stores) -> None:
    draft = await services.drafts.from_page(PAGE, "policy")
    await stores.redis.zadd(keys.DRAFTS, {draft.draft_id: 1})
    await stores.redis.delete(keys.draft(draft.draft_id))
    assert await services.drafts.waiting(count=10) == ([], 0)


async def test_an_edit_keeps_what_no_text_tells(services: Services) -> None:
    draft = await services.drafts.from_page(PAGE, "policy")
    text = await services.drafts.begin_edit(draft.draft_id, HERE, EDITOR)
    assert text
    edited = await services.drafts.edited(HERE, EDITOR, 1)
    assert edited
    assert await services.drafts.edited(HERE, EDITOR, 2) is None
    changed = await services.drafts.write(text.replace("Its text.", "Its own text."), instead_of=edited)
    assert readable(changed) == readable(draft).model_copy(update={"body": ("Its own text.",)})
    assert await services.drafts.publish(draft.draft_id) is None
    again = await services.drafts.begin_edit(changed.draft_id, HERE, EDITOR)
    twice = await services.drafts.edited(HERE, EDITOR, 2)
    assert again and twice
    assert readable(await services.drafts.write(again, instead_of=twice)) == readable(changed)


async def test_a_typed_draft_that_is_edited_is_another_article(services: Services) -> None:
    draft = await services.drafts.write(TEXT)
    text = await services.drafts.begin_edit(draft.draft_id, HERE, EDITOR)
    assert text
    edited = await services.drafts.edited(HERE, EDITOR, 1)
    changed = await services.drafts.write(text.replace("The title", "A title"), instead_of=edited)
    assert readable(changed) == readable(
        await services.drafts.write(TEXT.replace("The title", "A title"))
    ).model_copy(update={"published": readable(changed).published})


async def test_an_edit_that_cannot_be_read_replaces_nothing_yet(services: Services) -> None:
    draft = await services.drafts.from_page(PAGE, "policy")
    await services.drafts.begin_edit(draft.draft_id, HERE, EDITOR)
    edited = await services.drafts.edited(HERE, EDITOR, 1)
    broken = await services.drafts.write("polcy\n\nA page", instead_of=edited)
    assert isinstance(broken.article, Unreadable)
    assert await services.drafts.open(draft.draft_id)
    filed = await services.drafts.file(broken.draft_id, "policy")
    assert readable(filed).id == "page1"
    assert await services.drafts.open(draft.draft_id) is None


async def test_an_edit_in_two_messages_is_of_the_same_draft(services: Services) -> None:
    draft = await services.drafts.from_page(PAGE, "policy")
    await services.drafts.begin_edit(draft.draft_id, HERE, EDITOR)
    edited = await services.drafts.edited(HERE, EDITOR, 1)
    await services.drafts.write("policy\n\nA page\n\nNew teaser.", instead_of=edited, may_go_on=EDITOR)
    whole = await services.drafts.go_on(EDITOR, "More of it.", (), may_go_on=False)
    assert (readable(whole).id, readable(whole).body) == ("page1", ("More of it.",))


async def test_whoever_is_killed_while_an_editor_edits_loses_nothing(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same message comes again then."""
    draft = await services.drafts.from_page(PAGE, "policy")
    text = await services.drafts.begin_edit(draft.draft_id, HERE, EDITOR)
    assert text

    async def take() -> Preview | None:
        edited = await services.drafts.edited(HERE, EDITOR, 1)
        return await services.drafts.write(text.replace("Its text.", "Mine."), instead_of=edited) if edited else None

    shown, killed = await killed_everywhere(monkeypatch, take)
    assert killed >= 5
    assert readable(shown).body == ("Mine.",)
    assert await take() == shown
    waiting, _ = await services.drafts.waiting(count=9)
    assert [one.article for one in waiting] == [readable(shown)]
    assert await services.drafts.edited(HERE, EDITOR, 2) is None


async def test_what_was_discarded_is_not_edited(services: Services) -> None:
    draft = await services.drafts.write(TEXT)
    await services.drafts.begin_edit(draft.draft_id, HERE, EDITOR)
    await services.drafts.discard(draft.draft_id)
    assert await services.drafts.edited(HERE, EDITOR, 1) is None


async def test_edits_are_the_editors_own_there_and_can_be_left(services: Services) -> None:
    draft = await services.drafts.write(TEXT)
    await services.drafts.begin_edit(draft.draft_id, HERE, EDITOR)
    assert await services.drafts.edited(HERE, EDITOR + 1, 1) is None
    assert await services.drafts.edited(Address(EDITOR, 3), EDITOR, 1) is None
    await services.drafts.end_edit(HERE, EDITOR)
    assert await services.drafts.edited(HERE, EDITOR, 1) is None
    assert await services.drafts.begin_edit("gone", HERE, EDITOR) is None


async def test_a_discarded_draft_is_edited_no_more(services: Services) -> None:
    draft = await services.drafts.from_page(PAGE, "policy")
    await services.drafts.begin_edit(draft.draft_id, HERE, EDITOR)
    await services.drafts.discard(draft.draft_id)
    assert await services.drafts.edited(HERE, EDITOR, 1) is None
