"""Which of the latest articles tell the same as another: by the words of title and teaser, the rarer the weightier.

Words are compared by their beginnings, so that “closes” is “closing”, as in most languages that have endings; those
of titles count three times. tests/benchmarks/stories.py measures what is found.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from heapq import nlargest
from math import log, sqrt
from sys import intern
from urllib.parse import urlsplit

from bot.domain.article import Article, Source
from bot.domain.muting import words_of

#: An article tells a story if it is as like (cosine, 0 to 1) as the first to one that tells it, and as the second to
#: all of them on average. On 474 articles of three days from 23 sources 96 to 99 of 100 pairs that are joined so are
#: the same story, in whatever order they come, and two thirds of those that are the same are joined.
ALIKE = 0.34
ALIKE_ON_AVERAGE = 0.24
#: As many words of more than three letters must be shared: else two “Morning briefings” would be one.
_SHARED = 3
_LETTERS = 5
_TITLE_COUNTS = 3
#: Characters of the teaser: later ones tell of other things.
_TEASER = 400
_APART = timedelta(hours=48)
#: Of so many that share rare words with an article it is worked out how like they are.
_CANDIDATES = 16
#: A word that stands in more of them than one in so many is none to find others by.
_COMMON = 10
_DOTTED = re.compile(r"\b(\w)\.(?=\w\b)")


def said_in(article: Article) -> Counter[str]:
    """The words that it is compared by, with their weight; “U.S.” is “us”."""
    said = Counter[str]()
    for word in _words(article.title):
        said[word] += _TITLE_COUNTS
    said.update(_words((article.teaser or next(iter(article.body), ""))[:_TEASER]))
    return said


def _words(text: str) -> list[str]:
    """Each kept once in memory, in however many articles it stands: a third less for all of them."""
    words = words_of(_DOTTED.sub(r"\1", text)).split()
    return [intern(word[:_LETTERS]) for word in words if len(word) > 1 or not word.isalpha()]


def same_source(one: Source, other: Source) -> bool:
    """By name, or by the host of the address, with or without what stands before it, such as `www`."""
    if one.name.casefold() == other.name.casefold():
        return True
    hosts = sorted((_host(one), _host(other)), key=len)
    return bool(hosts[0]) and f".{hosts[1]}".endswith(f".{hosts[0]}")


def _host(source: Source) -> str:
    return (urlsplit(source.url or "").hostname or "").removeprefix("www.")


@dataclass(frozen=True, slots=True, eq=False)
class _Text:
    """One telling of a story, which goes by the id of its first article."""

    article: Article
    story: str
    said: Counter[str]


class Recent:
    """The latest stories, each with all that tell it."""

    def __init__(self) -> None:
        self._stories: dict[str, list[_Text]] = {}
        #: For each category and word, the ids of the articles that have it, each with its story.
        self._holding: defaultdict[str, defaultdict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
        #: In how many articles of all categories a word stands.
        self._spread = Counter[str]()
        self._count = 0

    def put(self, article: Article, joined: Iterable[Article] = ()) -> None:
        """An article and what has joined it, or what has become of them."""
        self.remove(article.id)
        texts = [_Text(one, article.id, said_in(one)) for one in (article, *joined)]
        self._stories[article.id] = texts
        self._count += len(texts)
        for text in texts:
            self._spread.update(text.said.keys())
            for word in text.said:
                self._holding[article.category][word][text.article.id] = text.story

    def remove(self, article_id: str) -> None:
        texts = self._stories.pop(article_id, [])
        self._count -= len(texts)
        for text in texts:
            holding = self._holding[texts[0].article.category]
            for word in text.said:
                _take_out(holding, word, text)
                self._spread[word] -= 1
                if not self._spread[word]:
                    del self._spread[word]

    def same_story(self, article: Article) -> str | None:
        """The id of the article that it should join, if there is one: of its category, within two days, and of a
        source that does not tell it yet, since a source's next article is another one."""
        if article.source is None:
            return None
        found = [
            (max(likeness), story)
            for story, likeness in self._alike(article).items()
            if max(likeness) >= ALIKE and sum(likeness) / len(likeness) >= ALIKE_ON_AVERAGE
        ]
        new = [one for one in found if not self._tells(one[1], article.source)]
        return max(new)[1] if new else None

    def nearest(self, article: Article, count: int) -> list[str]:
        """The ids of those that are most like it, whoever tells them."""
        alike = {story: max(likeness) for story, likeness in self._alike(article).items() if story != article.id}
        return nlargest(count, alike, key=alike.__getitem__)

    def _tells(self, story: str, source: Source) -> bool:
        lead = self._stories[story][0].article
        return any(same_source(source, other) for other in (lead.told_by, *lead.also_at))

    def _alike(self, article: Article) -> dict[str, list[float]]:
        """For each story that may be meant, how like its tellings are."""
        said = said_in(article)
        rarity = {word: self._rarity(word) for word in said}
        size = self._length(said)
        return {
            story: [self._likeness(text, said, rarity, size) for text in self._stories[story]]
            for story in self._candidates(article, said, rarity)
        }

    def _candidates(self, article: Article, said: Counter[str], rarity: dict[str, float]) -> list[str]:
        points, most = defaultdict[str, float](float), max(_COMMON, self._count // _COMMON)
        for word, weight in said.items():
            if self._spread[word] <= most:
                worth = rarity[word] ** 2 * weight
                for story in self._holding[article.category].get(word, {}).values():
                    points[story] += worth
        return [story for story in nlargest(_CANDIDATES, points, key=points.__getitem__) if self._may(story, article)]

    def _may(self, story: str, article: Article) -> bool:
        lead = self._stories[story][0].article
        return lead.category == article.category and abs(lead.published - article.published) <= _APART

    def _likeness(self, text: _Text, said: Counter[str], rarity: dict[str, float], size: float) -> float:
        """The cosine of the angle between the two, as vectors of words; 0 if they share too few."""
        shared = said.keys() & text.said.keys()
        if sum(len(word) > 3 and not word.isdigit() for word in shared) < _SHARED:
            return 0.0
        common = sum(said[word] * text.said[word] * rarity[word] ** 2 for word in shared)
        return common / (size * self._length(text.said))

    def _length(self, said: Counter[str]) -> float:
        return sqrt(sum((weight * self._rarity(word)) ** 2 for word, weight in said.items())) or 1.0

    def _rarity(self, word: str) -> float:
        """Inverse document frequency."""
        return log((self._count + 2) / (self._spread.get(word) or 1))


def _take_out(holding: dict[str, dict[str, str]], word: str, text: _Text) -> None:
    """Unless it tells another story by now."""
    having = holding.get(word, {})
    if having.get(text.article.id) == text.story:
        del having[text.article.id]
    if not having:
        holding.pop(word, None)
