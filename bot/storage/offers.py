"""Feeds that an editor has been asked about, for as long as the buttons below the question are of use."""

from datetime import timedelta

from pydantic import BaseModel, ConfigDict

from bot.domain.article import WebUrl
from bot.domain.category import Slug
from bot.domain.feed import Mode
from bot.domain.subscription import Address
from bot.storage import keys
from bot.storage.connection import Client

_KEPT = timedelta(days=7)


class Offer(BaseModel):
    """What is to be added, all in the same way; `name` is that of the only one. `categories`: the slugs of those that
    were made for them."""

    model_config = ConfigDict(frozen=True)

    urls: tuple[WebUrl, ...]
    name: str = ""
    mode: Mode = Mode.AUTO
    desk: Address | None = None
    categories: tuple[Slug, ...] = ()


class OfferStore:
    def __init__(self, redis: Client) -> None:
        self._redis = redis

    async def keep(self, mark: str, offer: Offer) -> None:
        await self._redis.set(keys.offer(mark), offer.model_dump_json(), ex=_KEPT)

    async def get(self, mark: str) -> Offer | None:
        value = await self._redis.get(keys.offer(mark))
        return Offer.model_validate_json(value) if value is not None else None
