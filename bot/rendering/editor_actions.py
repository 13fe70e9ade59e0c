"""What the buttons of editors do, but for those about feeds."""

from typing import Annotated

from pydantic import StringConstraints

from bot.domain.article import ArticleId
from bot.domain.category import Slug
from bot.rendering.callback import Action, Position

ArticleMark = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12}$")]


class PublishDraft(Action):
    code = "p"
    id: ArticleId


class PublishBreaking(Action):
    code = "b"
    id: ArticleId


class DiscardDraft(Action):
    code = "d"
    id: ArticleId


class FileDraft(Action):
    """Puts a draft into a category."""

    code = "c"
    id: ArticleId
    slug: Slug


class EditDraft(Action):
    """Shows its text; the editor's next message takes its place."""

    code = "ed"
    id: ArticleId


class KeepDraft(Action):
    """The editor's next message is not to take its place."""

    code = "ek"
    id: ArticleId


class OpenDraft(Action):
    """Shows its preview again."""

    code = "od"
    id: ArticleId


class ListDrafts(Action):
    code = "ld"
    skip: Position


class ListArticles(Action):
    code = "e"
    skip: Position


class ManageArticle(Action):
    code = "g"
    id: ArticleId


class Retract(Action):
    code = "x"
    id: ArticleId


class ShowStory(Action):
    """The page of an article again, in place."""

    code = "js"
    id: ArticleId


class ChooseStory(Action):
    """Offers those that it may be joined with."""

    code = "jc"
    id: ArticleId


class JoinStory(Action):
    """`into`: the mark of the article that it joins, see bot.rendering.joining; asks unless `sure`."""

    code = "jo"
    id: ArticleId
    into: ArticleMark
    sure: bool


class SplitStory(Action):
    """Takes it out of the story that it has joined; asks unless `sure`."""

    code = "jx"
    id: ArticleId
    sure: bool


class ShowStatus(Action):
    code = "o"


EditorAction = (
    PublishDraft
    | PublishBreaking
    | DiscardDraft
    | FileDraft
    | EditDraft
    | KeepDraft
    | OpenDraft
    | ListDrafts
    | ListArticles
    | ManageArticle
    | Retract
    | ShowStory
    | ChooseStory
    | JoinStory
    | SplitStory
    | ShowStatus
)
