"""Which stories a digest tells, and in what order."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import lru_cache

from rapidfuzz import fuzz

from bot.domain.article import Article, Source
from bot.domain.digest import Story
from bot.domain.muting import words_of

#: Titles tell the same if their words are so much alike (of 100) and they share so many of more than three letters.
#: Of the titles of three days' news from 23 sources, labelled by hand, this joined none that were of different
#: events, one in eight that were of the same event and told its next turn, and found four of ten that tell the same:
#: rather twice than mixed up.
_ALIKE = 70
_SHARED = 4
_APART = timedelta(hours=48)
_TITLES_KEPT = 4096


def compose(by_category: Mapping[str, Sequence[Article]]) -> list[Story]:
    """The categories in their order, in each the most important story first, no article twice.

    A story is told by its most important article, in that one's category."""
    found = {
        article.id: _Told(article, place)
        for place, articles in reversed(list(enumerate(by_category.values())))
        for article in articles
    }
    stories: list[list[_Told]] = []
    for told in sorted(found.values(), key=_Told.order):
        same = next((story for story in stories if told.joins(story)), None)
        if same:
            same.append(told)
        else:
            stories.append([told])
    stories.sort(key=_order)
    return [
        Story(number, lead.article, tuple(other.article for other in others))
        for number, (lead, *others) in enumerate(stories, 1)
    ]


class _Told:
    """An article with what its title is compared by; `place`: its category's in the chat's order."""

    def __init__(self, article: Article, place: int) -> None:
        self.article = article
        self.place = place
        self._words, self._long = _words(article.title)
        self._sources = {_name(source) for source in (article.source, *article.also_at) if source}

    def order(self) -> tuple[bool, int, float, int, str]:
        """The most important first."""
        article = self.article
        return (
            not article.breaking, -len(article.also_at), -article.published.timestamp(), self.place, article.id
        )  # fmt: skip

    def joins(self, story: Sequence["_Told"]) -> bool:
        """Told by a source that is not yet in it, since it is named by that; within two days; in like words."""
        lead = story[0]
        return (
            len(self._long & lead._long) >= _SHARED  # first, since few get past it
            and self.article.source is not None
            and not any(self._sources & other._sources for other in story)
            and abs(self.article.published - lead.article.published) <= _APART
            and fuzz.token_set_ratio(self._words, lead._words) >= _ALIKE
        )


def _order(story: Sequence[_Told]) -> tuple[int, bool, int, float]:
    """By category, in it breaking news first, then what more sources tell, then what is newer."""
    lead = story[0].article
    sources = sum(1 + len(told.article.also_at) for told in story)
    return story[0].place, not lead.breaking, -sources, -lead.published.timestamp()


@lru_cache(_TITLES_KEPT)
def _words(title: str) -> tuple[str, frozenset[str]]:
    """In one case, without accents and marks; and those of more than three letters. The same articles are in the
    digests of many."""
    words = words_of(title).split()
    return " ".join(words), frozenset(word for word in words if len(word) > 3)


def _name(source: Source) -> str:
    return source.name.casefold()
