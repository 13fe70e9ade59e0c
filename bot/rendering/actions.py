"""What a button does, as the text that Telegram carries back when it is pressed.

Callback data is 1 to 64 bytes (https://core.telegram.org/bots/api#inlinekeyboardbutton), and a client may send any:
what does not decode is no action, and whoever acts on one checks that this person may.
"""

from collections.abc import Iterable
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.domain.article import ArticleId
from bot.domain.category import Slug
from bot.domain.message import Button
from bot.rendering.markup import label as shown

_VERSION = "1"
MAX_BYTES = 64
#: Telegram takes 100 buttons in a keyboard (telegram.constants.InlineKeyboardMarkupLimit) and some 10 kB of JSON,
#: else “reply markup is too long”; room is left for what stands below a list.
MOST_BUTTONS = 90
_MOST_BYTES = 9_000

#: No more than the store can count to.
Position = Annotated[int, Field(ge=0, lt=10**9)]


class Action(BaseModel):
    """Fields stand in the data in their order, between bars."""

    model_config = ConfigDict(frozen=True)
    code: ClassVar[str]

    def encode(self) -> str:
        """Raises ValueError if it is longer than Telegram carries."""
        values = [str(value) for value in self.model_dump(mode="json").values()]
        data = "|".join([_VERSION + self.code, *values])
        if len(data.encode()) > MAX_BYTES:
            raise ValueError(f"callback data of {len(data.encode())} bytes: {data}")
        return data

    def button(self, label: str) -> Button:
        return Button(label=shown(label), data=self.encode())


class OpenMenu(Action):
    """`name`: a menu without arguments, see handlers.helping."""

    code = "m"
    name: str


class ToggleCategory(Action):
    code = "t"
    slug: Slug


class ShowLatest(Action):
    """`slug` is empty for all categories."""

    code = "l"
    slug: Slug | Literal[""]
    skip: Position


class ReadArticle(Action):
    code = "r"
    id: ArticleId


class ListQuestions(Action):
    code = "q"
    id: ArticleId


class AskStored(Action):
    """The article's own question of that position."""

    code = "a"
    id: ArticleId
    position: Position


class SetSchedule(Action):
    code = "s"
    words: str


class SetTimezone(Action):
    code = "z"
    name: str


class Forget(Action):
    code = "f"


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


class ListArticles(Action):
    code = "e"
    skip: Position


class ManageArticle(Action):
    code = "g"
    id: ArticleId


class Retract(Action):
    code = "x"
    id: ArticleId


class ExplainArticle(Action):
    """Why it did, or did not, come to this chat."""

    code = "w"
    id: ArticleId


class ShowStatus(Action):
    code = "o"


AnyAction = (
    OpenMenu
    | ToggleCategory
    | ShowLatest
    | ReadArticle
    | ListQuestions
    | AskStored
    | SetSchedule
    | SetTimezone
    | Forget
    | PublishDraft
    | PublishBreaking
    | DiscardDraft
    | FileDraft
    | ListArticles
    | ManageArticle
    | Retract
    | ExplainArticle
    | ShowStatus
)


def choices(buttons: Iterable[Button]) -> list[Button]:
    """As many as a keyboard holds; whatever a list has more can still be typed."""
    held, size = list[Button](), 0
    for button in buttons:
        size += len(button.model_dump_json().encode())
        if size > _MOST_BYTES or len(held) == MOST_BUTTONS:
            break
        held.append(button)
    return held


def decode(data: str) -> Action | None:
    """None for what is no action of ours."""
    head, *values = data.split("|")
    kind = next((kind for kind in get_args(AnyAction) if head == _VERSION + kind.code), None)
    if kind is None or len(values) != len(kind.model_fields):
        return None
    try:
        action: Action = kind.model_validate(dict(zip(kind.model_fields, values, strict=True)))
    except ValidationError:
        return None
    return action
