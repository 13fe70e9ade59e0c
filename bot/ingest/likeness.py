"""Which of the latest articles tell the same as another: by the words of title and teaser, the rarer the weightier.

Words are compared by their beginnings, so that “closes” is “closing”, as in most languages that have endings; those
of titles count three times. tests/benchmarks/stories.py measures what is found.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
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
#: Of one story so many tellings are compared, however many sources have it.
TELLINGS = 8
#: Of so many that share rare words with an article it is worked out how like they are.
_CANDIDATES = 16
#: A word that stands in more of them than one in so many is none to find others by.
_COMMON = 10
#: Of a host: whoever names one of a thousand parts must not fill the memory with all that it belongs to.
_MOST_LABELS = 8
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


class Tellers:
    """Sources, each known by its name, or by the host of its address, with or without what stands before it, such as
    `www`. Whether another is among them takes as long for a thousand as for one."""

    def __init__(self, sources: Iterable[Source] = ()) -> None:
        self._names, self._hosts, self._domains = set[str](), set[str](), set[str]()
        for source in sources:
            self.add(source)

    def add(self, source: Source) -> None:
        domains = _domains(source.url)
        self._names.add(source.name.casefold())
        self._hosts.update(domains[:1])
        self._domains.update(domains)

    def __contains__(self, source: Source) -> bool:
        domains = _domains(source.url)
        by_host = not self._hosts.isdisjoint(domains) or not self._domains.isdisjoint(domains[:1])
        return by_host or source.name.casefold() in self._names


@lru_cache(1024)  # a new article's source is looked for in each of the stories that it is like
def _domains(url: str | None) -> tuple[str, ...]:
    """The host, but for `www.`, and what it belongs to."""
    labels = (urlsplit(url or "").hostname or "").removeprefix("www.").split(".")[-_MOST_LABELS:]
    return tuple(".".join(labels[start:]) for start in range(len(labels))) if any(labels) else ()


class _Rarity(dict[str, float]):
    """Of words: their inverse document frequency, worked out when it is first asked for after a change. `spread`: in
    how many articles of all categories a word stands; `count`: how many there are."""

    def __init__(self) -> None:
        super().__init__()
        self.spread = Counter[str]()
        self.count = 0

    def __missing__(self, word: str) -> float:
        self[word] = found = log((self.count + 2) / (self.spread.get(word) or 1))
        return found

    def add(self, words: Iterable[str]) -> None:
        self.clear()
        self.count += 1
        self.spread.update(iter(words))  # each once, whatever its weight

    def take_out(self, words: Iterable[str]) -> None:
        self.clear()
        self.count -= 1
        for word in words:
            self.spread[word] -= 1
            if not self.spread[word]:
                del self.spread[word]

    def length(self, said: Mapping[str, int]) -> float:
        """As a vector of words."""
        return sqrt(sum([(weight * self[word]) ** 2 for word, weight in said.items()])) or 1.0


@dataclass(slots=True, eq=False)
class _Story:
    """`id`, `category`, `published`: of its first article; `tellers`: all that tell it; `texts`: the words of some of
    their tellings."""

    id: str
    category: str
    published: datetime
    tellers: Tellers
    texts: list[Mapping[str, int]] = field(default_factory=list)

    def may_be(self, article: Article) -> bool:
        return abs(self.published - article.published) <= _APART


class Recent:
    """The latest stories, each with what tells it. Of an article only its words are kept."""

    def __init__(self) -> None:
        self._stories: dict[str, _Story] = {}
        #: For each category and word, the stories that have it, as often as they have it.
        self._holding: defaultdict[str, defaultdict[str, list[_Story]]] = defaultdict(lambda: defaultdict(list))
        self._rarity = _Rarity()

    def put(self, article: Article, joined: Iterable[Article] = ()) -> None:
        """An article and what has joined it, or what has become of them."""
        self.remove(article.id)
        story = _Story(article.id, article.category, article.published, Tellers((article.told_by, *article.also_at)))
        self._stories[article.id] = story
        for one in (article, *joined):
            self._tell(story, one)

    def join(self, story_id: str, article: Article) -> None:
        """A new article has joined a story."""
        if story := self._stories.get(story_id):
            story.tellers.add(article.told_by)
            self._tell(story, article)

    def _tell(self, story: _Story, article: Article) -> None:
        if len(story.texts) == TELLINGS:
            return
        said = said_in(article)
        story.texts.append(said)
        self._rarity.add(said)
        holding = self._holding[story.category]
        for word in said:
            holding[word].append(story)

    def remove(self, article_id: str) -> None:
        if (story := self._stories.pop(article_id, None)) is None:
            return
        holding = self._holding[story.category]
        for said in story.texts:
            self._rarity.take_out(said)
            for word in said:
                holding[word].remove(story)
                if not holding[word]:
                    del holding[word]

    def same_story(self, article: Article) -> str | None:
        """The id of the article that it should join, if there is one: of its category, within two days, and of a
        source that does not tell it yet, since a source's next article is another one."""
        if article.source is None:
            return None
        found = [
            (max(likeness), story.id)
            for story, likeness in self._alike(article).items()
            if max(likeness) >= ALIKE and sum(likeness) / len(likeness) >= ALIKE_ON_AVERAGE
        ]
        likest = (story for _, story in sorted(found, reverse=True))
        return next((one for one in likest if article.source not in self._stories[one].tellers), None)

    def nearest(self, article: Article, count: int) -> list[str]:
        """The ids of those that are most like it, whoever tells them."""
        alike = {
            story.id: max(likeness) for story, likeness in self._alike(article).items() if story.id != article.id
        }
        return nlargest(count, alike, key=alike.__getitem__)

    def _alike(self, article: Article) -> dict[_Story, list[float]]:
        """For each story that may be meant, how like its tellings are: the cosines of the angles between them, as
        vectors of words; 0 if they share too few."""
        said = said_in(article)
        telling = {word for word in said if len(word) > 3 and not word.isdigit()}
        worth = {word: weight * self._rarity[word] ** 2 for word, weight in said.items()}
        length = self._rarity.length(said)

        def likeness(other: Mapping[str, int]) -> float:
            if len(telling & other.keys()) < _SHARED:
                return 0.0
            common = sum([worth[word] * other[word] for word in worth.keys() & other.keys()])
            return common / (length * self._rarity.length(other))

        return {story: [likeness(text) for text in story.texts] for story in self._candidates(article, worth)}

    def _candidates(self, article: Article, worth: Mapping[str, float]) -> list[_Story]:
        points, most = defaultdict[_Story, float](float), max(_COMMON, self._rarity.count // _COMMON)
        holding = self._holding[article.category]
        for word, value in worth.items():
            if self._rarity.spread[word] <= most:
                for story in holding.get(word, ()):
                    points[story] += value
        likely = nlargest(_CANDIDATES, points, key=points.__getitem__)
        return [story for story in likely if story.may_be(article)]
