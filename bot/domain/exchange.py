"""What was asked and what it was answered with, for as long as somebody may come back to it."""

from pydantic import AwareDatetime, BaseModel, ConfigDict

from bot.domain.answer import Place, Quote
from bot.domain.article import ArticleId
from bot.domain.subscription import Address

#: Of the answers from one article: nobody asks on for longer.
_MOST_SHOWN = 20
#: Characters of an answer that are kept.
_MOST_TOLD = 500


class Exchange(BaseModel):
    """`question` as it was asked, in `language`; `searched`: without what narrowed it. `article`: from which it was
    answered, or which was asked about; `told`: the words of the answer. `shown`: the places in this article that the
    chat has been told of in a row, as text. `nearest`: ids of articles close to the question. `news`: the newest were
    asked for."""

    model_config = ConfigDict(frozen=True)

    id: str
    address: Address
    at: AwareDatetime
    question: str
    searched: str
    language: str
    news: bool = False
    article: ArticleId | None = None
    told: str = ""
    shown: tuple[str, ...] = ()
    nearest: tuple[ArticleId, ...] = ()

    def places(self) -> list[tuple[str, Place]]:
        """What has been shown of the article, as Questions.ask takes it."""
        places = (Place.read(text) for text in self.shown)
        return [(self.article, place) for place in places if self.article and place]

    def with_quote(self, quote: Quote, before: "Exchange | None") -> "Exchange":
        """Answered with it; what was shown before of the same article counts on."""
        article = quote.article.id
        seen = before.shown if before and before.article == article else ()
        shown = tuple(dict.fromkeys((*seen, str(quote.place))))[-_MOST_SHOWN:]
        return self.model_copy(update={"article": article, "told": quote.text[:_MOST_TOLD], "shown": shown})
