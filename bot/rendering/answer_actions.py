"""What the buttons below answers do."""

from typing import Annotated

from pydantic import StringConstraints

from bot.domain.article import ArticleId
from bot.rendering.callback import Action

#: See bot.domain.answer.Place.
PlaceText = Annotated[str, StringConstraints(pattern=r"^[fp]\d{1,4}\.\d{1,4}\.\d{1,2}\.[0-9a-f]{4}$")]
#: See bot.domain.exchange.
ExchangeId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}$")]


class ShowPassage(Action):
    """The whole passage, in place of what was quoted of it."""

    code = "ap"
    id: ArticleId
    place: PlaceText


class ShowQuote(Action):
    """Another answer to the same question."""

    code = "aq"
    id: ArticleId
    place: PlaceText


class RateAnswer(Action):
    """Whether it was right."""

    code = "ar"
    exchange: ExchangeId
    right: bool


class AskEditors(Action):
    code = "ae"
    exchange: ExchangeId


class AskEverywhere(Action):
    """The same question, not narrowed any more."""

    code = "aw"
    exchange: ExchangeId


AnswerAction = ShowPassage | ShowQuote | RateAnswer | AskEditors | AskEverywhere
