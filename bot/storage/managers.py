"""Who changes what comes to a chat: which one they set up from their private one, what they have been asked for, and
who has been told that they may not."""

from datetime import timedelta

from pydantic import BaseModel, ConfigDict

from bot.domain.subscription import Address, ChatKind
from bot.storage import keys
from bot.storage.connection import Client

#: So that nobody who comes back the next day changes a channel and means their own chat.
_MANAGED_FOR = timedelta(hours=1)
_REFUSED_FOR = timedelta(minutes=3)
_ASKED_FOR = timedelta(minutes=5)


class Managed(BaseModel):
    """A channel or group; `title` as it was when this began."""

    model_config = ConfigDict(frozen=True)

    chat_id: int
    kind: ChatKind
    title: str


class ManagerStore:
    """People are known by their Telegram user id. That a person may manage a chat is not kept: it is asked anew."""

    def __init__(self, redis: Client) -> None:
        self._redis = redis

    async def begin(self, person: int, managed: Managed) -> None:
        await self._redis.set(keys.managed_by(person), managed.model_dump_json(), ex=_MANAGED_FOR)

    async def managed_by(self, person: int) -> Managed | None:
        value = await self._redis.get(keys.managed_by(person))
        return Managed.model_validate_json(value) if value is not None else None

    async def end(self, person: int) -> bool:
        """False if there was nothing to end."""
        return bool(await self._redis.delete(keys.managed_by(person)))

    async def refuse(self, chat_id: int, person: int) -> bool:
        """Whether to tell this person that others change what comes to the chat: not with every command, so that
        nobody fills a group with it."""
        return bool(await self._redis.set(keys.refused(chat_id, person), 1, ex=_REFUSED_FOR, nx=True))

    async def ask(self, address: Address, person: int, *, asks: bool) -> None:
        """The next words of this person there are the answer to what they were asked; or no longer."""
        if asks:
            await self._redis.set(keys.asked(address, person), 1, ex=_ASKED_FOR)
        else:
            await self._redis.delete(keys.asked(address, person))

    async def answers(self, address: Address, person: int) -> bool:
        """Whether what they write now is the answer; what they write next is none."""
        return await self._redis.getdel(keys.asked(address, person)) is not None
