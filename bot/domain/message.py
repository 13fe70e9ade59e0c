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
    `more` follows as further messages where `text` had to be split, before the one that bears the buttons; `picture`
    is the address of one that is shown above the text.

    In place of buttons, what is below the field that one writes in: `asks_location` labels a button there that shares
    where the person is, `asks_channel` and `asks_group` buttons by which one chooses a chat that one administrates,
    `ends_keyboard` takes such buttons away."""

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    rich: str | None = None
    more: tuple[str, ...] = ()
    attachment: Attachment | None = None
    link_preview: bool = False
    picture: str | None = None
    asks_location: str | None = None
    asks_channel: str | None = None
    asks_group: str | None = None
    ends_keyboard: bool = False
