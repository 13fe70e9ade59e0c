"""An action as the text that Telegram carries back when its button is pressed.

Callback data is 1 to 64 bytes (https://core.telegram.org/bots/api#inlinekeyboardbutton), and a client may send any:
what does not decode is no action, and whoever acts on one checks that this person may.
"""

from collections.abc import Iterable
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.domain.message import Button
from bot.rendering.markup import label as shown

_VERSION = "1"
MAX_BYTES = 64
#: In a list; no more than the store can count to.
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


def read(data: str, kinds: Iterable[type[Action]]) -> Action | None:
    """None for what is an action of none of these kinds."""
    head, *values = data.split("|")
    kind = next((kind for kind in kinds if head == _VERSION + kind.code), None)
    if kind is None or len(values) > len(kind.model_fields):
        return None
    try:
        return kind.model_validate(dict(zip(kind.model_fields, values, strict=False)))
    except ValidationError:
        return None
