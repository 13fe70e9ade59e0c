"""From what an editor writes to what is published, over a real store."""

import pytest

from bot.bootstrap import Stores
from bot.domain.article import Added, Article, TextLink
from bot.domain.draft import Preview, Problem, Unreadable
from bot.domain.subscription import Address
from bot.ingest.drafts import Discarded, join
from bot.services import Services
from bot.subscriptions import Reader

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
