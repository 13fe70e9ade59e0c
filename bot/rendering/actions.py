"""What buttons do: those for everyone, and how all are read."""

from enum import StrEnum
from typing import Annotated, Literal, get_args

from pydantic import StringConstraints

from bot.domain.article import ArticleId
from bot.domain.category import LanguageCode, Slug
from bot.domain.subscription import ZoneName
from bot.rendering.answer_actions import AnswerAction
from bot.rendering.callback import Action, Position, read
from bot.rendering.editor_actions import EditorAction
from bot.rendering.feed_actions import FeedAction
from bot.rendering.inbox_actions import InboxAction

#: See bot.domain.answer.mark_of.
Mark = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{4})?$")]
EditionId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9:_-]{1,48}$")]


class OpenMenu(Action):
    """`name`: a menu without arguments, see handlers.helping."""

    code = "m"
    name: str


class ToggleCategory(Action):
    """Of buttons in chats that are older than SetCategory."""

    code = "t"
    slug: Slug


class SetCategory(Action):
    """Subscribed or not, as the label says: pressed by two at once, or late, it does no more than that."""

    code = "tc"
    slug: Slug
    wanted: bool


class ShowLatest(Action):
    """`slug` is empty for all categories."""

    code = "l"
    slug: Slug | Literal[""]
    skip: Position


class ReadArticle(Action):
    code = "r"
    id: ArticleId


class ShowMore(Action):
    """What an edition of a digest tells after its story of that number."""

    code = "n"
    edition: EditionId
    skip: Position


class SaveArticle(Action):
    code = "k"
    id: ArticleId


class UnsaveArticle(Action):
    """From its own button."""

    code = "u"
    id: ArticleId


class ListSaved(Action):
    code = "v"
    skip: Position


class RemoveSaved(Action):
    """From the list, of which the page after `skip` is shown then."""

    code = "y"
    id: ArticleId
    skip: Position


class ListQuestions(Action):
    code = "q"
    id: ArticleId


class AskStored(Action):
    """The article's own question of that position; `asked` is the mark of its words, which buttons in older chats do
    not bear."""

    code = "a"
    id: ArticleId
    position: Position
    asked: Mark = ""


class SetSchedule(Action):
    code = "s"
    words: str


class SetCategorySchedule(Action):
    code = "sc"
    slug: Slug
    words: str


class ChooseSchedule(Action):
    """Shows the schedules for a category; `slug` is empty for all."""

    code = "so"
    slug: Slug | Literal[""]


class SetTimezone(Action):
    code = "z"
    name: ZoneName


class SetLanguage(Action):
    code = "la"
    language: LanguageCode


class SetQuiet(Action):
    """`words`: the hours, or `off`; `breaking` news comes all the same."""

    code = "qh"
    words: str
    breaking: bool


class Pause(Action):
    code = "pa"
    words: str


class Resume(Action):
    code = "re"


class Unmute(Action):
    """`mark`: the word's, see bot.domain.muting."""

    code = "um"
    mark: str


class Forget(Action):
    code = "f"


class ExplainArticle(Action):
    """Why it did, or did not, come to this chat."""

    code = "w"
    id: ArticleId


class Page(StrEnum):
    """The pages of /settings; short, for they stand in callback data."""

    TOP = "top"
    CATEGORIES = "cat"
    SCHEDULE = "when"
    TIMEZONE = "zone"
    QUIET = "quiet"
    PAUSE = "pause"
    MUTED = "mute"
    FORM = "form"
    LANGUAGE = "lang"
    SAVED = "saved"
    DATA = "data"
    FORGET = "forget"
    CHAT = "chat"
    CLOSED = "closed"


class OpenPage(Action):
    """`arg`: which of several, such as a category's slug; mostly empty."""

    code = "pg"
    page: Page
    arg: str = ""


class Choose(Action):
    """What this page sets becomes `value`, in its own words; for `arg`, where the page tells of several."""

    code = "pc"
    page: Page
    arg: str
    value: str


class StopManaging(Action):
    """What is set in this private chat is its own again. It stands under every message about another chat, so that
    what is pressed there is known to be about that one."""

    code = "mo"
    chat_id: int


ReaderAction = (
    OpenMenu
    | ToggleCategory
    | SetCategory
    | ShowLatest
    | ReadArticle
    | ShowMore
    | SaveArticle
    | UnsaveArticle
    | ListSaved
    | RemoveSaved
    | ListQuestions
    | AskStored
    | SetSchedule
    | SetCategorySchedule
    | ChooseSchedule
    | SetTimezone
    | SetLanguage
    | SetQuiet
    | Pause
    | Resume
    | Unmute
    | Forget
    | ExplainArticle
    | OpenPage
    | Choose
    | StopManaging
)

AnyAction = ReaderAction | AnswerAction | EditorAction | FeedAction | InboxAction


def decode(data: str) -> Action | None:
    """None for what is no action of ours."""
    return read(data, get_args(AnyAction))
