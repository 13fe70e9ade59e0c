"""To what a question is narrowed."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.article import Article


@dataclass(frozen=True, slots=True)
class Scope:
    """`categories`: slugs, `sources`: names in small letters; none of them: all. Published at `since` or later, and
    before `until`."""

    categories: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None

    def __bool__(self) -> bool:
        return self != Scope()

    def holds(self, article: Article) -> bool:
        told_by = {source.name.casefold() for source in (article.told_by, *article.also_at)}
        return (
            (not self.categories or article.category in self.categories)
            and (not self.sources or not self.sources.isdisjoint(told_by))
            and (self.since is None or self.since <= article.published)
            and (self.until is None or article.published < self.until)
        )


EVERYTHING = Scope()
