"""A message as the bot means it, before any messenger's own form."""

from pydantic import BaseModel, ConfigDict


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Button(_Value):
    """Either `data`, which comes back when it is pressed, or a `url` that it opens."""

    label: str
    data: str | None = None
    url: str | None = None


class Attachment(_Value):
    name: str
    content: bytes


class Message(_Value):
    """`text` is HTML as Telegram takes it; `rich` is the same as a rich message, where the server knows them;
    `more` follows as further messages where `text` had to be split, before the one that bears the buttons."""

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    rich: str | None = None
    more: tuple[str, ...] = ()
    attachment: Attachment | None = None
    link_preview: bool = False
