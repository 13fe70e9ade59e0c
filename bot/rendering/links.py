"""The link that every teaser carries."""

from dataclasses import dataclass

from bot.domain.article import Article
from bot.rendering.markup import fits, shorten
from bot.rendering.wording import _

_NAME_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Links:
    """`public_url`: the https root of the web part, if it is reachable from outside."""

    bot_username: str
    public_url: str | None = None

    def to_article(self, article: Article) -> str:
        """The source's page, unless its address is too long for a message, else the article's own, else the article
        in the chat with the bot."""
        return self._to_source(article) or self.to_own_page(article) or self.to_chat(f"a_{article.id}")

    def to_own_page(self, article: Article) -> str | None:
        return f"{self.public_url.rstrip('/')}/a/{article.id}" if self.public_url else None

    def to_chat(self, payload: str) -> str:
        """https://core.telegram.org/bots/features#deep-linking"""
        return f"https://t.me/{self.bot_username}?start={payload}"

    def label(self, article: Article) -> str:
        if article.source and self._to_source(article):
            return _("Continue reading at {source} →").format(source=shorten(article.source.name, _NAME_LIMIT))
        return _("Continue reading →")

    @staticmethod
    def _to_source(article: Article) -> str | None:
        url = article.source.url if article.source else None
        return url if url and fits(url) else None
