"""What the bot says, in each of its languages: Telegram takes it, and nothing of it is left in English."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.digests.compose import compose
from bot.domain.answer import Answer
from bot.domain.article import Added, Article, Correction, FaqPair
from bot.domain.category import Category
from bot.domain.delivery import Cause
from bot.domain.digest import Form
from bot.domain.draft import Draft, Preview, Problem, Unreadable
from bot.domain.edition import Edition
from bot.domain.feed import Failure, Fault
from bot.domain.inquiry import Why
from bot.domain.message import Message
from bot.domain.muting import Unmutable
from bot.domain.page import Page
from bot.domain.pause import NoPause
from bot.domain.quiet import Quiet
from bot.domain.schedule import Schedule
from bot.domain.subscription import Address, Change, ChatKind, Subscription, Unknown
from bot.rendering import (
    answers,
    articles,
    curating,
    drafts,
    hushing,
    inbox,
    joining,
    languages,
    menus,
    posting,
    reasons,
    saved,
    schedules,
    status,
    subscribing,
    timezones,
)
from bot.rendering.digests import digest
from bot.rendering.links import Links
from bot.rendering.wording import LANGUAGES, RIGHT_TO_LEFT, speaking
from bot.storage.inquiries import Asked, Given, Waiting
from tests.unit.rendering.limits import check, text_of
from tests.unit.rendering.test_reasons import TOLD
from tests.unit.rendering.test_status import REFUSED, WELL
from tests.unit.samples import CATEGORIES, FULL, NAMES, NOW, quoted

LINKS = Links("newsbot")
NAMED = [c.model_copy(update={"names": dict.fromkeys(LANGUAGES, "٧")}) for c in CATEGORIES]
NOBODY = Subscription(chat_id=1)
READER = NOBODY.subscribe(["policy", "tech"], NOW).with_timezone("Europe/Berlin")
CORRECTED = FULL.model_copy(update={"corrections": (Correction(text="٧", at=NOW),)})
#: What is the same in any language: names of things, formats and the examples to type.
_SAME = "|".join(
    [
        *LANGUAGES.values(),
        r"Telegram|UTF-8|UTC|GMT|\.(?:txt|md|html|json)|ID|OPML|auto|review|MB|token|delivery|Europe/\w+|America/\w+|/\w+|SLUG|NAME|CODE|TEXT|a-z|0-9",
        r"https?://\S*|policy|tech|world|climate",
        r"Continue reading at Reuters →|Link:|Frequently Asked Questions|Q\.",
    ]
)


def messages() -> Iterator[Message]:
    """Everything that the bot can say, once."""
    yield from _to_readers()
    yield from _of_articles()
    yield from _to_editors()


def _to_readers() -> Iterator[Message]:
    change = Change((NAMED[0],), (NAMED[1],), (Unknown("٧", ("policy", "tech")), Unknown("٧", ())), READER)
    for subscription in (NOBODY, READER):
        yield menus.greeting(NAMED, subscription)
        yield subscribing.category_list(NAMED, subscription, {"tech": 12})
        yield subscribing.choose_categories(NAMED, subscription)
        yield menus.digest_empty(subscription)
        yield hushing.choose_pause(subscription)
        yield schedules.choose_schedule(subscription, NAMED)
        yield schedules.scheduled(NOBODY, subscription, NAMED, for_all=False)
    for when in ("hourly", "daily 08:00 18:00", "weekdays 08:00", "weekly mon,thu 08:00"):
        told = READER.with_schedule(Schedule.parse(when))
        yield schedules.scheduled(READER.with_schedule(Schedule(hourly=True), "tech"), told, NAMED, for_all=True)
        yield menus.digest_empty(told)
    yield menus.greeting(NAMED, READER.model_copy(update={"kind": ChatKind.GROUP}))
    for subscribed in (True, False):
        yield subscribing.changed(change, NAMED, subscribed=subscribed)
    yield subscribing.changed(Change((), (NAMED[0],), (), NOBODY), NAMED, subscribed=False)
    yield subscribing.changed(Change((), (), (), NOBODY), NAMED, subscribed=False)
    for note in (subscribing.toggled(change), subscribing.toggled(Change((), (), (), READER)), menus.stale_button()):
        yield Message(text=note)
    yield from (menus.choose_latest(NAMED), menus.nothing_yet(None), menus.nothing_yet(NAMED[0]))
    yield from (subscribing.no_such_category("٧", []), menus.digest_coming(3), menus.found_nothing("٧"))
    yield from (menus.search_what(), menus.privacy(), menus.my_data(b"{}"), menus.my_data(None), menus.forget_sure())
    yield from (menus.forgotten(True), menus.forgotten(False), menus.kept(), menus.help_text(editor=True))
    yield from (menus.only_text(), menus.unknown_command(), menus.admins_only(), menus.trouble())
    yield from (languages.choose(), languages.no_such_language("٧"), languages.chosen())
    yield from (timezones.choose_timezone(READER, NOW), timezones.timezone_set(READER, NOW), timezones.ask_location())
    quiet = READER.model_copy(update={"quiet": Quiet.parse("22:00-07:00"), "muted": ("٧",)})
    yield from (hushing.choose_quiet(READER), hushing.quiet_set(quiet), hushing.no_quiet_hours("٧", READER))
    paused = READER.model_copy(update={"paused_until": NOW + timedelta(days=1)})
    yield from (hushing.paused(paused), hushing.resumed(0), hushing.resumed(2))
    yield from (hushing.no_pause("٧", why) for why in NoPause)
    yield from (hushing.cannot_mute(why) for why in Unmutable)
    yield from (hushing.not_paused(), hushing.muted_words(READER), hushing.muted("٧", quiet))
    yield from (hushing.unmuted("٧", quiet, was_muted=True), hushing.calmed("٧", "policy", 10))
    yield from (schedules.no_schedule("٧"), schedules.choose_category_schedule(READER, NAMED[0]))


def _of_articles() -> Iterator[Message]:
    bare = _foreign(CORRECTED)
    yield from (
        articles.teaser(bare, NAMES, LINKS),
        articles.whole(bare, NAMES, LINKS),
        articles.correction_notice(bare),
    )
    yield from (articles.question_list(bare), articles.question_list(bare.model_copy(update={"faq": ()})))
    for heading in (articles.found_heading(), articles.newest_heading(None), articles.newest_heading(NAMED[0])):
        yield articles.article_list(heading, [bare] * 2, LINKS, skip=5, total=20)
    yield from (articles.which([bare]), articles.which([]), articles.not_stored())
    yield answers.answer(Answer(quoted(bare, "٧", "٧")), LINKS)
    yield from (answers.answer(Answer(None, (bare,), about=about), LINKS) for about in (True, False))
    yield from (answers.answer(Answer(None), LINKS), answers.ask_what([bare]), answers.about_what())
    yield from _of_answers(bare)
    yield from (
        saved.saved_list([bare], NAMES, LINKS),
        saved.saved_list([], NAMES, LINKS),
        saved.saved_in_private(LINKS),
    )
    names = {c.slug: c.name for c in NAMED}
    for fate, _words in TOLD:
        yield reasons.explain(bare, fate, READER, dict.fromkeys(names, "٧"))
    for several in (True, False):
        yield reasons.explain_several([bare], READER, CATEGORIES, is_digest=several)
    yield from (reasons.why_what([bare]), reasons.why_what([]))


def _of_answers(bare: Article) -> Iterator[Message]:
    told, asked = quoted(bare, "٧"), "0123abcd"
    others = (quoted(bare, "٧", "٧"), told)
    yield answers.answer(Answer(replace(told, passage="٧ ٧"), others=others), LINKS, exchange=asked, narrowed="٧")
    yield from (answers.passage(told, LINKS, rated=rated) for rated in (True, False))
    yield from (answers.was_wrong("٧", (), nearest, asked) for nearest in ([], [bare]))
    yield answers.nothing_more(Answer(None, (bare,)), asked)
    yield from (Message(text=answers.editors_have_it(first=first)) for first in (True, False))
    yield from (Message(text=text) for text in (answers.thanks(), answers.rated_already(), answers.has_changed()))
    yield Message(text=answers.too_long_ago(), buttons=((answers.asked_editors(asked),),))
    for found in (Answer(None, news=(bare,)), Answer(None)):
        yield answers.news(found, "٧", LINKS, exchange=asked, narrowed=True)


def _of_drafts(page: Page) -> Iterator[Message]:
    yield from (drafts.reading("٧"), drafts.kept_as_it_is(), Message(text=drafts.edit_in_group()))
    for detail in ("feed", "٧"):
        yield drafts.no_article("٧", Failure(fault=Fault.NOT_AN_ARTICLE, detail=detail))
    for lacking in (page.model_copy(update={"partial": True}), page.model_copy(update={"body": ()})):
        yield from (Message(text=note) for note in drafts.lacking(lacking))
    yield from (message for text in ("٧", "٧ " * 4000) for message in drafts.edit("d", text))
    waiting = [Draft(id="d", page=page), Draft(id="e", text="٧")]
    yield from (drafts.draft_list(waiting, {}, skip=8, total=20), drafts.draft_list([], {}, skip=0, total=0))


def _to_editors() -> Iterator[Message]:
    bare = _foreign(FULL)
    yield posting.how_to_post()
    for shown in (
        Preview("d", bare, readers=3),
        Preview("d", bare, published=True),
        Preview("d", bare, changed=True),
        Preview("d", bare, page=Page.of(bare)),
    ):
        yield from posting.preview(shown, NAMES, LINKS)
    for problem in Problem:
        yield posting.refusal(Preview("d", Unreadable(problem, "٧", ())), NAMED)
    page = Page.of(bare)
    for word in ("", "٧"):
        yield posting.refusal(Preview("d", Unreadable(Problem.NO_CATEGORY, word), page=page), NAMED)
    yield from (posting.published(bare, 3, added) for added in Added)
    yield from _of_drafts(page)
    notes = (
        posting.published_already(),
        posting.draft_gone(),
        posting.not_published_yet(),
        posting.accents_guessed(),
    )
    more_notes = (posting.text_may_go_on(), posting.text_joined(), curating.taken_back_already())
    yield from (Message(text=note) for note in (*notes, *more_notes))
    yield from (posting.discarded(), posting.file_too_large(5_000_000, 1_000_000), posting.file_unreadable("٧"))
    yield from (
        posting.forward_hint(),
        curating.article_list([], NAMES, skip=0, total=0),
        curating.manage(bare, NAMES),
    )
    yield curating.article_list([bare], NAMES, skip=8, total=20)
    yield from (curating.manage(bare, NAMES, [bare]), joining.choose(bare, [bare]), joining.choose(bare, []))
    yield from (joining.join_sure(bare, bare), joining.split_sure(bare, bare, 2), Message(text=joining.joined()))
    yield from (Message(text=joining.split(sent=sent)) for sent in (True, False))
    yield from (curating.retracted(2), curating.corrected(2), curating.corrected(None), curating.no_such_article("٧"))
    yield from (curating.how_to_correct([bare]), curating.no_correction(bare, 0), curating.no_correction(bare, 900))
    yield from (curating.category_added(_nameless(), new=new) for new in (True, False))
    yield from (curating.category_renamed(_nameless(), None), curating.how_to_add_category())
    yield from (curating.how_to_rename_category(), curating.no_such_language("xx"))
    yield from _of_inbox()
    yield from (status.failing_alike(cause, timedelta(minutes=5)) for cause in Cause)
    yield status.edition_refused(Edition(id="e"), "٧")
    refused = replace(REFUSED, edition_id="٧", article="٧", title="٧", reason="٧")
    yield status.report(WELL, ZoneInfo("Europe/Berlin"))
    yield status.report(replace(WELL, refused=(refused,) * 9), ZoneInfo("UTC"))


def _of_inbox() -> Iterator[Message]:
    bare, wrong = _foreign(FULL), inquired("٧", why=Why.WRONG, shown="٧")
    kept, told = Given(question="٧", answer="٧"), Given(question="٧", answer="٧", article="7", told=2)
    yield from (inbox.inbox([], total=0), inbox.inbox([Waiting("a" * 12, "٧", 2)], skip=8, total=20))
    for target in (None, bare, NAMED[0]):
        yield inbox.inquiry("a" * 12, "٧", [inquired("٧ ٧"), wrong], None, [bare], target)
        yield inbox.inquiry("a" * 12, "٧", [], told, [], target)
    yield inbox.inquiry("a" * 12, "٧", [wrong], kept, [bare], None)
    yield from (inbox.answered("a" * 12, told, bare, reached) for reached in (2, 0))
    yield from (inbox.answered("a" * 12, kept, bare, 0), inbox.choose_category("a" * 12, "٧", NAMED))
    yield from (inbox.drop_sure("a" * 12, "٧", 2), inbox.dropped("٧"), inbox.gone_with_reply(), inbox.empty_reply())
    yield from (Message(text=line) for line in (inbox.gone(), inbox.waiting_line(2), inbox.general_title(NAMED[0])))
    yield inbox.told("٧", FaqPair(question="٧", answer="٧"), bare, LINKS)


def inquired(question: str, *, why: Why = Why.UNANSWERED, shown: str = "") -> Asked:
    return Asked(Address(1), question, "en", 0, why, shown, ())


def _nameless() -> Category:
    return NAMED[0].model_copy(update={"name": "٧"})


def _foreign(article: Article) -> Article:
    """With no word of English in it."""
    told = {"title": "٧", "teaser": "٧", "body": ("٧",), "id": "7", "category": "policy"}
    faq = tuple(pair.model_copy(update={"question": "٧", "answer": "٧"}) for pair in article.faq)
    related = tuple(one.model_copy(update={"title": "٧"}) for one in article.related)
    source = article.source.model_copy(update={"name": "٧"}) if article.source else None
    return article.model_copy(update={**told, "faq": faq, "related": related, "source": source})


@pytest.mark.parametrize("code", LANGUAGES)
def test_telegram_takes_all_that_is_said(code: str) -> None:
    with speaking(code):
        for message in messages():
            check(message)


@pytest.mark.parametrize("code", sorted(RIGHT_TO_LEFT))
def test_nothing_is_left_in_english(code: str) -> None:
    """Where letters are others, whatever was not translated shows."""
    with speaking(code):
        for message in messages():
            labels = [button.label for row in message.buttons for button in row]
            for text in (text_of(message.text), *labels):
                rest = re.sub(r"\u2068[^\u2068\u2069]*\u2069", "", re.sub(_SAME, "", text))
                assert not re.search("[A-Za-z]{2,}", re.sub(_SAME, "", rest)), text


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_digest_is_in_its_reader_s_language(code: str) -> None:
    found = [_foreign(FULL).model_copy(update={"id": str(n), "title": f"{n} {n}"}) for n in range(12)]
    with speaking(code):
        for form in Form:
            check(digest(compose({"policy": found}), {}, LINKS, day=NOW.date(), edition_id="d1", form=form))
