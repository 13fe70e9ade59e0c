"""What an operator may set: environment variables, or lines in `.env`, all beginning with NEWSBOT_."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, HttpUrl, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class Updates(StrEnum):
    POLLING = "polling"
    WEBHOOK = "webhook"


class LogFormat(StrEnum):
    CONSOLE = "console"
    JSON = "json"


def _owners(value: object) -> object:
    if not isinstance(value, str):
        return value
    parts = [part.strip() for part in value.split(",") if part.strip()]
    if not all(part.isdecimal() for part in parts):
        raise ValueError("must be the numbers of Telegram users, such as 11111111,22222222, not their names")
    return tuple(parts)


def _url(value: str) -> str:
    HttpUrl(value)
    return value.rstrip("/")


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, OSError, ValueError) as error:
        raise ValueError("no such time zone; write it as continent and city, such as Europe/Berlin") from error
    return value


def _redis_url(value: str) -> str:
    if not value.startswith(("redis://", "rediss://", "unix://", "redis+cluster://")):
        raise ValueError("must begin with redis://, rediss://, unix:// or redis+cluster://")
    if not value.startswith("unix://"):
        try:
            urlsplit(value).port  # noqa: B018
        except ValueError:  # its words may hold a part of the password
            raise ValueError("its port must be a number; encode / : @ in a password (RFC 3986, 2.1)") from None
    return value


Url = Annotated[str, AfterValidator(_url)]


class Settings(BaseSettings):
    """Frozen; an empty variable counts as one that is not set."""

    model_config = SettingsConfigDict(
        env_prefix="NEWSBOT_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    token: SecretStr | None = Field(None, description="the bot's token, from @BotFather")
    api_url: Url = Field("https://api.telegram.org", description="root of the Bot API server")
    owners: Annotated[tuple[int, ...], NoDecode, BeforeValidator(_owners)] = Field(
        (), description="Telegram user ids of the owners, comma-separated"
    )
    redis_url: Annotated[str, AfterValidator(_redis_url)] | None = Field(
        None,
        description="redis://, rediss://, unix:// or redis+cluster://; unset: an embedded server in the data folder",
    )
    data_dir: Path = Field(Path("data"), description="the data folder")
    public_url: Url | None = Field(None, description="the https root under which the web part is reachable")
    updates: Updates = Field(Updates.POLLING, description="polling or webhook")
    web_host: str = Field("127.0.0.1", description="address that the web part listens on")
    web_port: int = Field(8080, ge=0, le=65535, description="its port; 0: any free one, logged at start")
    timezone: Annotated[str, AfterValidator(_zone)] = Field("UTC", description="for chats that have not chosen")
    language: str = Field("en", pattern=r"^[a-z]{2,3}$", description="for chats that have not chosen")
    send_rate: float = Field(30, gt=0, le=1000, description="messages a second over all chats and processes")
    paid_broadcast: bool = Field(False, description="use Telegram's paid broadcasts: with a send rate of up to 1000")
    most_an_hour: int = Field(
        20,
        ge=1,
        description="articles of a category within an hour that come at once; from more on it is made hourly",
    )
    answers_by_meaning: bool = Field(
        True,
        description="find answers by what is meant, in English, beside the words: 150 MB, and the extra `answers`",
    )
    answer_days: int | None = Field(
        None, ge=1, description="for so many days after its publication an article answers questions; unset: for ever"
    )
    allow_private_addresses: bool = Field(
        False, description="fetch feeds and pages from addresses that are not public too, as in an intranet"
    )
    log_format: LogFormat = Field(LogFormat.CONSOLE, description="console, or json: one object a line")

    @model_validator(mode="after")
    def _webhook_needs_an_address(self) -> Self:
        if self.updates is Updates.WEBHOOK and not self.public_url:
            raise ValueError("NEWSBOT_UPDATES=webhook needs NEWSBOT_PUBLIC_URL, the address that Telegram calls")
        return self

    @property
    def redis_password(self) -> str:
        return urlsplit(self.redis_url or "").password or ""

    @property
    def data_folder(self) -> Path:
        return Path.cwd() / self.data_dir


def describe() -> list[tuple[str, str, str]]:
    """Name, default and meaning of every setting."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = "none" if field.default in (None, ()) else str(field.default)
        rows.append(
            (
                f"NEWSBOT_{name.upper()}",
                default.lower() if field.annotation is bool else default,
                field.description or "",
            )
        )
    return rows
