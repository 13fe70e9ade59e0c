"""What nobody could answer, until an editor does.

    question → with those that ask the same → an editor's reply → a pair of an article → all who asked are owed it

Where somebody is interrupted, the same reply again goes on with it: the pair is one by its question, and who is owed
the answer waits for it no more.
"""

import secrets
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from rapidfuzz import fuzz, process

from bot.articles import Articles
from bot.domain.article import Article, FaqPair
from bot.domain.draft import join
from bot.domain.edition import Edition
from bot.domain.inquiry import Inquiry, alike, general_slug, id_of, in_short, read_reply
from bot.domain.subscription import Address, ChatKind
from bot.questions.answer import Questions
from bot.questions.follow_ups import Reference, reference
from bot.rendering import inbox as words
from bot.rendering.links import Links
from bot.rendering.wording import in_languages
from bot.storage.categories import CategoryStore
from bot.storage.clock import StoreClock
from bot.storage.inquiries import Asked, Given, InquiryStore, Waiting
from bot.storage.outbox import Outbox
from bot.storage.records import Record
from bot.subscriptions import Reader, Subscriptions

#: Articles among which an editor chooses.
_NEAREST = 3
#: With so many of those that wait a question is compared: the ones with the most words in common.
_COMPARED = 20
#: So many are told in their own words what they have asked, each of the others in those that were the first.
_MOST_WORDINGS = 20


@dataclass(frozen=True, slots=True)
class Question:
    """As it waits: `asked` is empty for one that is answered. `near`: articles to which the answer may belong."""

    id: str
    question: str
    asked: tuple[Asked, ...]
    given: Given | None
    near: tuple[Article, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """`article`: that in which it stands now, None if it belongs to none yet; `told`: how many chats are, by this
    reply. `before`: another editor has answered it meanwhile, so that it is `given`, and nothing of this reply is."""

    given: Given
    article: Article | None = None
    told: int = 0
    before: bool = False


class Inbox:
    def __init__(
        self,
        store: InquiryStore,
        articles: Articles,
        categories: CategoryStore,
        subscriptions: Subscriptions,
        questions: Questions,
        outbox: Outbox,
        links: Links,
        clock: StoreClock,
    ) -> None:
        self._store = store
        self._articles = articles
        self._categories = categories
        self._subscriptions = subscriptions
        self._questions = questions
        self._outbox = outbox
        self._links = links
        self._clock = clock

    # -- in -----------------------------------------------------------------------------------------------------

    async def file(self, inquiry: Inquiry) -> bool:
        """Keeps it for the editors; whoever asked is told once they have answered it. False if there is no room for
        it now; what has no words is no question."""
        if not alike(inquiry.question):
            return False
        kept = Inquiry(
            in_short(inquiry.question),
            inquiry.address,
            inquiry.language,
            inquiry.nearest[:_NEAREST],
            inquiry.why,
            in_short(inquiry.shown),
        )
        inquiry_id = await self._same(kept.question, inquiry.about)
        return await self._store.file(inquiry_id, kept, await self._clock.now())

    async def _same(self, question: str, about: str) -> str:
        """The id of the one that asks the same, or its own. What only was said before explains, such as “why?”, asks
        something else of each article."""
        if reference(question) is not Reference.NONE:
            return id_of(question, about)
        own, known = id_of(question), await self._store.questions()
        if own in known:
            return own
        like = process.extract(question, known, scorer=fuzz.token_set_ratio, limit=_COMPARED)
        found = await self._questions.same(question, [text for text, _, _ in like])
        return own if found is None else str(like[found][2])

    # -- at the editors' ----------------------------------------------------------------------------------------

    async def waiting(self, *, skip: int = 0, count: int) -> tuple[list[Waiting], int]:
        """What most have asked first, and how many there are."""
        await self._store.expire(await self._clock.now())
        return await self._store.waiting(skip=skip, count=count), await self._store.count()

    async def count(self) -> int:
        return await self._store.count()

    async def open(self, inquiry_id: str) -> Question | None:
        """None if it is not known any more."""
        asked, given = await self._store.asked(inquiry_id), await self._store.given(inquiry_id)
        question = await self._store.question(inquiry_id) or (given.question if given else None)
        if question is None:
            return None
        return Question(inquiry_id, question, tuple(asked), given, await self._near(question, asked))

    async def _near(self, question: str, asked: Sequence[Asked]) -> tuple[Article, ...]:
        """What was near when it was asked, most often first; then what is now."""
        named = Counter(one for each in asked for one in each.nearest)
        near = await self._articles.get_many([one for one, _ in named.most_common(2 * _NEAREST)])
        near += await self._questions.search(question, limit=_NEAREST)
        return tuple({article.id: article for article in near}.values())[:_NEAREST]

    async def drop(self, inquiry_id: str) -> bool:
        """It is no question: nobody is told. False if it waits no more."""
        return await self._store.drop(inquiry_id)

    # -- out ----------------------------------------------------------------------------------------------------

    async def answer(self, inquiry_id: str, target: str, reply: str, *, unanswered: bool = False) -> Answered | None:
        """Makes it a pair of the article of the id `target`, or of the one for a category's general questions, and
        owes it to all who wait. Again, it takes the place of what was said before, and only who has not been told
        is; but not where the editor has seen it `unanswered`. None if it is not known any more; raises
        ValidationError for an empty reply."""
        before = await self._store.given(inquiry_id)
        question = before.question if before else await self._store.question(inquiry_id)
        if not question:
            return None
        pair = read_reply(question, reply)
        other = before and before.article and before.answer != pair.answer
        if unanswered and before and other and not await self._store.asked(inquiry_id):
            return Answered(before, before=True)
        return await self._put(inquiry_id, target, pair, before)

    async def expect_more(self, editor: int, inquiry_id: str | None) -> None:
        """The editor's next message may be the rest of the answer that they have just given; None: of none."""
        await self._store.expect_more(editor, inquiry_id)

    async def unfinished(self, editor: int) -> str | None:
        return await self._store.unfinished(editor)

    async def go_on(self, inquiry_id: str, rest: str) -> Answered | None:
        """With the rest of an answer that was too much for one message; None if there is none any more. The same
        rest once more changes nothing."""
        kept = await self._store.given(inquiry_id)
        if kept is None:
            return None
        whole = kept.answer if kept.answer.endswith(rest) else join(kept.answer, rest)
        return await self._put(inquiry_id, kept.article, FaqPair(question=kept.question, answer=whole), kept)

    async def attach(self, inquiry_id: str, target: str) -> Answered | None:
        """The same with the reply that belongs to no article yet; None if there is none."""
        kept = await self._store.given(inquiry_id)
        if kept is None or kept.article:
            return None
        return await self._put(inquiry_id, target, FaqPair(question=kept.question, answer=kept.answer), kept)

    async def _put(self, inquiry_id: str, target: str, pair: FaqPair, before: Given | None) -> Answered:
        told = before.told if before else 0
        article = await self._attach(target, pair, before.question if before else "")
        if article is None:
            return await self._keep(inquiry_id, pair, told)
        if before and before.article not in ("", article.id):
            await self._articles.remove_pair(before.article, before.question)
        if before and before.article:
            await self._reword(inquiry_id, before.article, article, pair)
        return await self._tell(inquiry_id, article, pair, before)

    async def _attach(self, target: str, pair: FaqPair, before: str) -> Article | None:
        """None if no such article is stored."""
        slug = general_slug(target)
        category = await self._categories.get(slug) if slug else None
        if category is None:
            return await self._articles.add_pair(target, pair, instead_of=before)
        blank = Article(
            id=target,
            category=category.slug,
            title=words.general_title(category),
            published=await self._clock.now(),
            listed=False,
        )
        return await self._articles.add_general(blank, pair, instead_of=before)

    async def _keep(self, inquiry_id: str, pair: FaqPair, told: int) -> Answered:
        given = Given(question=pair.question, answer=pair.answer, told=told)
        await self._store.keep_answer(inquiry_id, given)
        return Answered(given)

    async def _reword(self, inquiry_id: str, before: str, article: Article, pair: FaqPair) -> None:
        """Who is still to be told what was said in that article before, as when the night is over, is told this."""
        told = [one for one in await self._outbox.editions_of(before) if one.startswith(_prefix(inquiry_id))]
        for edition_id in told:
            raw = (await self._outbox.raw_editions([edition_id])).get(edition_id)
            if raw is None:
                continue
            edition = Edition.model_validate_json(raw)
            word = partial(words.told, edition.question or pair.question, pair, article, self._links)
            again = edition.reworded(in_languages(word, edition.languages))
            await self._outbox.replace(again.model_copy(update={"articles": (article.id,)}), raw)
            await self._outbox.move(edition_id, before, article.id)

    async def _tell(self, inquiry_id: str, article: Article, pair: FaqPair, before: Given | None) -> Answered:
        """Whoever asks while others are being told is told next. Of two editors who answer at once the first to tell
        has answered."""
        told = told_before = before.told if before else 0
        asked = await self._store.asked(inquiry_id)
        while True:
            reached = await self._reached(asked)
            now_told = told + len(reached)
            given = Given(question=pair.question, answer=pair.answer, article=article.id, told=now_told)
            editions = self._editions(inquiry_id, article, pair, reached)
            done = await self._store.settle(inquiry_id, given, [one.address for one in asked], editions)
            if done is None:
                return await self._keep(inquiry_id, pair, told)
            if not done and (first := await self._other(inquiry_id, article, pair, before)):
                return Answered(first, before=True)
            told = now_told if done else told
            asked = await self._store.asked(inquiry_id)
            if done and not asked:
                return Answered(given, article, told - told_before)

    async def _other(self, inquiry_id: str, article: Article, pair: FaqPair, before: Given | None) -> Given | None:
        """The answer of an editor who came first, which stands in its article again; None if there is none."""
        first = await self._store.given(inquiry_id)
        if first is None or first == before or not first.article:
            return None
        if (first.answer, first.article) == (pair.answer, article.id):
            return None
        if first.article != article.id:
            await self._articles.remove_pair(article.id, pair.question)
        told = FaqPair(question=first.question, answer=first.answer)
        await self._attach(first.article, told, pair.question)
        return first

    async def _reached(self, asked: Sequence[Asked]) -> list[tuple[Asked, Record]]:
        """Those who can be told."""
        found = [(one, await self._subscriptions.known(_reader(one))) for one in asked]
        return [(one, record) for one, record in found if record and not record.subscription.parked]

    def _editions(
        self, inquiry_id: str, article: Article, pair: FaqPair, reached: Sequence[tuple[Asked, Record]]
    ) -> list[tuple[Edition, list[int]]]:
        """One for each wording of the question, in the languages of those who have asked it so."""
        common = dict(Counter(one.question for one, _ in reached).most_common(_MOST_WORDINGS))
        by_words = defaultdict[str, list[Record]](list)
        for one, record in reached:
            by_words[one.question if one.question in common else pair.question].append(record)
        found = list[tuple[Edition, list[int]]]()
        for said, records in by_words.items():
            languages = sorted({record.subscription.language for record in records})
            word = partial(words.told, said, pair, article, self._links)
            edition = Edition(
                id=f"{_prefix(inquiry_id)}{secrets.token_hex(6)}",
                language=languages[0],
                articles=(article.id,),
                answer=True,
                question=said,
            ).reworded(in_languages(word, languages))
            found.append((edition, [record.number for record in records]))
        return found


def _prefix(inquiry_id: str) -> str:
    """With this begin the ids of the editions that tell its answer."""
    return f"q-{inquiry_id}-"


def _reader(asked: Asked) -> Reader:
    return Reader(asked.address, _kind(asked.address), asked.language)


def _kind(address: Address) -> ChatKind:
    """As far as an id tells of it, see https://core.telegram.org/api/bots/ids; that of a channel is like a
    supergroup's."""
    if address.chat_id > 0:
        return ChatKind.PRIVATE
    return ChatKind.SUPERGROUP if address.chat_id < -(10**12) else ChatKind.GROUP
