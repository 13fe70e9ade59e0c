"""Which articles a digest tells of, and in what order."""

from collections.abc import Mapping, Sequence

from bot.domain.article import Article


def compose(by_category: Mapping[str, Sequence[Article]]) -> list[Article]:
    """The categories in the chat's own order, in each the newest first, no article twice."""
    articles = [
        article
        for found in by_category.values()
        for article in sorted(found, key=lambda article: article.published, reverse=True)
    ]
    return list({article.id: article for article in articles}.values())
