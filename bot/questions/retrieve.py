"""A question in, stored words out that may answer it, the likeliest first.

question → its words, by their rarity → passages that hold any of them, and FAQ pairs that ask much the same
(`pairs`) → how much each means what is asked (`meaning`) → the order in which they answer it (`rank`)
"""

import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.domain.answer import Place
from bot.domain.scope import EVERYTHING, Scope
from bot.questions.asks import asks_else, asks_for
from bot.questions.encoder import Encoder
from bot.questions.features import Term, Terms, hold, rarity
from bot.questions.index import CANDIDATES, Index, Passage
from bot.questions.meaning import AskedMeaning, Stored, asked_meaning, compare, stored
from bot.questions.nearest import Nearest
from bot.questions.rank import READ, Candidate, Read, candidates, rank_pairs, rank_passages
from bot.questions.words import Word, bare, language_of, stem, words_of

if TYPE_CHECKING:
    from bot.questions.encoder import Floats

#: Characters and words of a question that are read.
_LONGEST = 1000
_MOST_TERMS = 24
#: Passages that mean most the same, and of how many those within a scope are chosen.
_NEAREST, _NEAREST_ANYWHERE = 10, 200
_SEARCHED = 200
#: Letters of a word that is looked for by its beginning, words that it may become, letters of an ending only begun.
_LEAST_BEGUN, _MOST_BEGUN, _MOST_ENDING = 3, 30, 4
#: Questions as much alike as that ask the same.
_SAME = 0.88
_COMPARED = 20
_NUMBER = re.compile(r"\d+")
#: Words are rare that stand in no more passages than that together; more common ones are looked for up to so many.
_ENOUGH, _MOST_READ = 2_000, 20_000


class Retrieval:
    """Of one index, by one thread at a time."""

    def __init__(self, index: Index, encoder: Encoder | None) -> None:
        self._index = index
        self._encoder = encoder
        self._looking = ThreadPoolExecutor(1, "looking")
        self._pairs, self._others = Nearest(index, is_faq=True), Nearest(index, is_faq=False)
        self._version = (-1, -1)
        self._known = (frozenset({"en"}), 0)
        self._sources: tuple[tuple[int, int], list[str]] = ((-1, -1), [])

    def close(self) -> None:
        self._looking.shutdown()

    def find(
        self,
        question: str,
        *,
        article: str = "",
        scope: Scope = EVERYTHING,
        without: Iterable[tuple[str, Place]] = (),
    ) -> list[Candidate]:
        """Of one article only, if it is named; `without`: places that have been told already."""
        read = self.read(question, article=article, scope=scope)
        told = {(one, place.is_faq, place.position) for one, place in without}
        passages = [p for p in read.passages if (p.article, p.is_faq, p.position) not in told]
        return candidates(read, passages)

    def articles(self, words: str, scope: Scope, count: int) -> list[str]:
        """Ids of the articles that hold any of the words, those that hold the most and the rarest first. The last
        word may be only begun; whole words are better."""
        _, whole = self._terms(words[:_LONGEST])
        terms = self._begun(words[:_LONGEST], whole)
        found: dict[str, tuple[float, str]] = {}
        searched = [term.stems for term in terms.telling]
        for passage in self._index.find(searched, scope=scope, count=_SEARCHED):
            rank, held = found.get(passage.article, (passage.rank, ""))
            held = " ".join([held, passage.title_stems, passage.question_stems, *passage.stems])
            found[passage.article] = max(rank, passage.rank), held
        total = sum(term.weight for term in terms.telling) or 1
        scores = {
            one: terms.words.share(held) + whole.words.share(held) + rank / (2.2 * total)
            for one, (rank, held) in found.items()
        }
        return sorted(scores, key=lambda one: -scores[one])[:count]

    def _begun(self, words: str, terms: Terms) -> Terms:
        """With what the last word, if nothing follows it, may become."""
        last = next((word for word in words_of(words, "en") if word.end == len(words)), None)
        letters = bare(last.text) if last else ""
        begun = self._stems_begun(letters) if len(letters) >= _LEAST_BEGUN else frozenset[str]()
        if not begun:
            return terms
        own = [term for term in terms.telling if not any(stem.startswith(letters) for stem in term.stems)]
        passages = sum(self._index.frequencies(begun).values())
        _, size = self._whole()
        term = Term(begun, rarity(size, min(size, passages)), passages)
        return Terms([*own, term], terms.every, terms.unit)

    def _stems_begun(self, letters: str) -> frozenset[str]:
        """Or those that it begins with, where its ending is begun: “inspecti”."""
        if found := self._index.begun_with(letters, _MOST_BEGUN):
            return frozenset(found)
        shorter = [letters[:stop] for stop in range(len(letters) - 1, _LEAST_BEGUN, -1)][:_MOST_ENDING]
        known = self._index.frequencies(shorter)
        return frozenset(one for one in shorter if known[one])

    def sources(self) -> list[str]:
        if self._sources[0] != (version := self._index.version()):
            self._sources = version, self._index.sources()
        return self._sources[1]

    def text_at(self, article_id: str, place: Place) -> str | None:
        """The sentences of that place; None if the passage says something else now."""
        for passage in self._index.passages_of(article_id):
            if (passage.is_faq, passage.position) == (place.is_faq, place.position) and place.count:
                spans = passage.sentences[place.first : place.first + place.count]
                same = spans and passage.mark == place.mark
                return passage.text[spans[0][0] : spans[-1][1]] if same else None
        return None

    def same(self, question: str, others: Sequence[str]) -> int | None:
        """Which of the others asks the same: neither when for where, nor of another year, of whatever both name."""
        languages, _ = self._whole()
        wanted = asks_for(question, language_of(question, languages))
        numbers, own = sorted(_NUMBER.findall(question)), self._stems(question)
        stems = {
            place: self._stems(other)
            for place, other in enumerate(others)
            if sorted(_NUMBER.findall(other)) == numbers
            and not asks_else(wanted, other[:_LONGEST], language_of(other[:_LONGEST], languages))
        }
        near = sorted((place for place in stems if own & stems[place]), key=lambda place: -len(own & stems[place]))
        if (alike := next((place for place in near if own == stems[place]), None)) is not None:
            return alike
        if not near or self._encoder is None:
            return None
        near = near[:_COMPARED]
        asked, *encoded = self._encoder.encode([question[:_LONGEST], *(others[place][:_LONGEST] for place in near)])
        likeness, best = max(
            (float(one.whole @ asked.whole), place) for one, place in zip(encoded, near, strict=True)
        )
        return best if likeness >= _SAME else None

    def _stems(self, question: str) -> frozenset[frozenset[str]]:
        return frozenset(term.stems for term in self._terms(question[:_LONGEST])[1].telling)

    def read(self, question: str, *, article: str = "", scope: Scope = EVERYTHING) -> Read:
        """Everything that the answer is chosen from. Its words are looked up while its meaning is worked out, which
        takes longer where little is stored."""
        question = question[:_LONGEST].encode(errors="replace").decode()
        if self._encoder is None:
            return self._by_words(question, article, scope)[1]
        looking = self._looking.submit(self._looked_up, question, article, scope)
        (encoded,) = self._encoder.encode([question])
        words, by_words, meant = looking.result()
        asked = asked_meaning(encoded, words, [self._weight(word, by_words.terms) for word in words])
        near = [] if article else self._near(asked, by_words.passages, scope)
        return self._compared(asked, by_words, meant, near)

    def _looked_up(self, question: str, article: str, scope: Scope) -> tuple[list[Word], Read, Stored | None]:
        words, by_words = self._by_words(question, article, scope)
        return words, by_words, self._stored(by_words.passages)

    def _by_words(self, question: str, article: str, scope: Scope) -> tuple[list[Word], Read]:
        words, terms = self._terms(question)
        rare, common = self._searched(terms)
        passages = self._index.find(rare, common=common, scope=scope, article=article)
        if article:
            passages = list({p.number: p for p in [*self._index.passages_of(article), *passages]}.values())
        return words, Read(terms, tuple(passages), {p.number: hold(terms, p) for p in passages}, {})

    def _near(self, asked: AskedMeaning, found: Iterable[Passage], scope: Scope) -> list[Passage]:
        """The FAQ pairs that ask much the same; also other passages where the words did not find as many as can be
        read. Without what has been found."""
        known = {passage.number for passage in found}
        near = self._nearest(self._pairs, asked.whole, scope)
        if len(known) < CANDIDATES:
            near += self._nearest(self._others, asked.gist, scope)
        return self._index.passages([number for number in near if number not in known])

    def _nearest(self, kind: Nearest, asked: "Floats", scope: Scope) -> list[int]:
        if scope == EVERYTHING:
            return kind.find(asked, _NEAREST)
        near = kind.find(asked, _NEAREST_ANYWHERE)
        inside = self._index.inside(near, scope)
        return [number for number in near if number in inside][:_NEAREST]

    def _stored(self, passages: Sequence[Passage]) -> Stored | None:
        return stored(passages, self._index.vectors.of([p.number for p in passages]))

    def _compared(self, asked: AskedMeaning, by_words: Read, meant: Stored | None, near: Sequence[Passage]) -> Read:
        """By words alone, if any of those that these put in front has no vectors; else those without are left out."""
        alike = compare(asked, meant) if meant else {}
        if len(alike) < len(by_words.passages) and _in_front(by_words) - alike.keys():
            return by_words
        if near and (meant := self._stored(near)):
            alike |= compare(asked, meant)
        known = tuple(p for p in (*by_words.passages, *near) if p.number in alike)
        held = by_words.held | {p.number: hold(by_words.terms, p) for p in near}
        return replace(by_words, passages=known, held=held, alike=alike) if alike else by_words

    def _terms(self, question: str) -> tuple[list[Word], Terms]:
        languages, size = self._whole()
        language = language_of(question, languages)
        words = words_of(question, language)
        stems = {
            word.text: frozenset({word.stem, *(stem(word.text, other) for other in languages)}) for word in words
        }
        frequencies = self._index.frequencies({one for some in stems.values() for one in some})
        every = dict[str, Term]()
        for text, some in stems.items():
            passages = min(size, sum(frequencies[one] for one in some))
            every[text] = Term(some, rarity(size, passages), passages)
        telling = [every[text] for text in dict.fromkeys(word.text for word in words if not word.small)]
        chosen = telling[:_MOST_TERMS] or list(every.values())[:_MOST_TERMS]
        in_order = tuple(every[word.text] for word in words)[: 2 * _MOST_TERMS]
        unknown = any(_is_name(word, question) and not every[word.text].passages for word in words)
        unknown &= language != "de"
        wanted = asks_for(question, language)
        return words, Terms(chosen, in_order, rarity(size, 0), unknown_name=unknown, wanted=wanted)

    def _whole(self) -> tuple[frozenset[str], int]:
        """The languages of what is stored, and how many passages there are."""
        if self._version != (version := self._index.version()):
            self._version = version
            self._known = frozenset(self._index.languages() or {"en"}), self._index.size()
        return self._known

    def _searched(self, terms: Terms) -> tuple[list[frozenset[str]], list[frozenset[str]]]:
        """The rare words, each of which is enough, and common ones, of which a passage must hold two; the commonest
        find little that these do not, and cost most."""
        rare, common, passages = list[frozenset[str]](), list[frozenset[str]](), 0
        for term in sorted(terms.telling, key=lambda term: term.passages):
            passages += term.passages
            if not rare or passages <= _ENOUGH:
                rare.append(term.stems)
            elif len(common) <= 1 or passages <= _MOST_READ:
                common.append(term.stems)
        return rare, common

    def _weight(self, word: Word, terms: Terms) -> float:
        return next((term.weight for term in terms.every if word.stem in term.stems), 0.0)


def _is_name(word: Word, question: str) -> bool:
    """By its capital, but for the first word's; in German every noun has one."""
    return word.start > 0 and question[word.start].isupper() and not question.isupper()


def _in_front(read: Read) -> set[int]:
    """The numbers of the passages and pairs that are most likely."""
    ranked = (rank_passages(read, read.passages), rank_pairs(read, read.passages))
    return {one.passage.number for some in ranked for one in some[:READ]}
