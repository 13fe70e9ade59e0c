"""An article as it stands elsewhere, not yet in a category."""

from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict

from bot.domain.article import Article, ArticleId, FaqPair, Line, RelatedArticle, Source, WebUrl, article_id


class Page(BaseModel):
    """`id` is missing where it is made of what the article says; `published` where the page gives no time, or an
    impossible one. `partial`: the page says itself that it does not show all of its text. `section`: the word for
    where it stands among its own."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: ArticleId | None = None
    title: Line
    teaser: str = ""
    body: tuple[Line, ...] = ()
    source: Source | None = None
    related: tuple[RelatedArticle, ...] = ()
    faq: tuple[FaqPair, ...] = ()
    published: AwareDatetime | None = None
    image: WebUrl | None = None
    partial: bool = False
    section: str = ""

    @classmethod
    def of(cls, article: Article) -> "Page":
        return cls.model_validate(article.model_dump())

    def filed(self, slug: str, now: datetime) -> Article:
        return Article(
            id=self.id or article_id(slug, self.title, self.teaser, *self.body),
            category=slug,
            title=self.title,
            teaser=self.teaser,
            body=self.body,
            source=self.source,
            related=self.related,
            faq=self.faq,
            published=self.published or now,
            image=self.image,
        )

    def behind(self, article: Article) -> Article:
        """What an editor made of the page's text, with what the text form cannot tell."""
        addresses = {related.title: related.url for related in self.related}
        related = tuple(
            one if one.url else one.model_copy(update={"url": addresses.get(one.title)}) for one in article.related
        )
        kept = {
            "id": self.id or article.id,
            "published": self.published or article.published,
            "related": related,
        }
        return article.model_copy(update=kept)
