"""Questions that nothing stored answers, by what they ask, without a name of anyone who has asked.

Those that ask the same are one inquiry; a chat, or a topic of one, stands in it once, with its own words. What is
answered leaves in the step in which those chats are owed the answer, so that nobody is told twice and nobody is left
out, wherever somebody is interrupted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
from pydantic import BaseModel, ConfigDict

from bot.domain.edition import Edition
from bot.domain.inquiry import Inquiry, Why
from bot.domain.moment import to_ms
from bot.domain.subscription import Address
from bot.storage import keys
from bot.storage.connection import Client
from bot.storage.drafts import REST_COMES_WITHIN
from bot.storage.inquiry_scripts import DROP, EXPIRE, FILE, FIXED, FORGET, MOVE, SETTLE
from bot.storage.orders import order

KEPT = timedelta(days=90)
#: So that nobody can fill the store: when there are more, the one that the fewest have asked makes room.
MOST_INQUIRIES = 2000
MOST_ASKERS = 1000
MOST_A_DAY = 50
_KEPT_SECONDS = int(KEPT.total_seconds())
_DAY_SECONDS = 86_400

_EXPIRED_AT_ONCE = 1000


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Entry(_Value):
    question: str
    language: str
    at: int
    why: Why
    shown: str = ""
    nearest: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked at an address, in its own words, and when (ms); the rest as in an Inquiry."""

    address: Address
    question: str
    language: str
    at: int
    why: Why
    shown: str
    nearest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question as it was asked first, and how many have."""

    id: str
    question: str
    count: int


class Given(_Value):
    """An editor's answer. `question`: that of the pair in which it stands in the article of that id; without an
    article it belongs to none yet. `told`: how many chats have been told."""

    question: str
    answer: str
    article: str = ""
    told: int = 0


class InquiryStore:
    def __init__(self, redis: Client) -> None:
        self._redis = redis
        self._file = redis.register_script(FILE)
        self._expire = redis.register_script(EXPIRE)
        self._forget = redis.register_script(FORGET)
        self._move = redis.register_script(MOVE)
        self._drop = redis.register_script(DROP)
        self._settle = redis.register_script(SETTLE)

    async def file(self, inquiry_id: str, inquiry: Inquiry, now: datetime) -> bool:
        """False if there is no room for it, or this chat has filed enough today."""
        entry = _Entry(
            question=inquiry.question,
            language=inquiry.language,
            at=to_ms(now),
            why=inquiry.why,
            shown=inquiry.shown,
            nearest=" ".join(inquiry.nearest),
        )
        limits = [MOST_INQUIRIES, MOST_ASKERS, MOST_A_DAY, _DAY_SECONDS]
        address = inquiry.address
        args = [inquiry_id, inquiry.question, keys.address(address), entry.model_dump_json(), entry.at, *limits]
        return bool(await self._file(keys=[*FIXED, keys.inquiries_today(address.chat_id)], args=args))

    async def questions(self) -> dict[str, str]:
        """As they were asked first, by their inquiries' ids."""
        stored = await self._redis.hgetall(keys.INQUIRY_QUESTIONS)
        return {inquiry_id.decode(): question.decode() for inquiry_id, question in stored.items()}

    async def question(self, inquiry_id: str) -> str | None:
        found = await self._redis.hget(keys.INQUIRY_QUESTIONS, inquiry_id)
        return found.decode() if found is not None else None

    async def waiting(self, *, skip: int = 0, count: int) -> list[Waiting]:
        """What most have asked first."""
        rows = await self._redis.zrange(keys.INQUIRIES, skip, skip + count - 1, desc=True, withscores=True)
        texts = await self._redis.hmget(keys.INQUIRY_QUESTIONS, [row[0] for row in rows]) if rows else []
        found = zip(rows, texts, strict=True)
        return [Waiting(name.decode(), text.decode(), int(n)) for (name, n), text in found if text is not None]

    async def count(self) -> int:
        return int(await self._redis.zcard(keys.INQUIRIES))

    async def asked(self, inquiry_id: str) -> list[Asked]:
        """The first who asked first; none if it is not waiting."""
        stored = await self._redis.hgetall(keys.inquiry(inquiry_id))
        found = [_asked(address.decode(), raw) for address, raw in stored.items()]
        return sorted(found, key=lambda one: one.at)

    async def given(self, inquiry_id: str) -> Given | None:
        raw = await self._redis.get(keys.inquiry_answer(inquiry_id))
        return Given.model_validate_json(raw) if raw is not None else None

    async def keep_answer(self, inquiry_id: str, given: Given) -> None:
        """Until it is settled, or for 90 days."""
        await self._redis.set(keys.inquiry_answer(inquiry_id), given.model_dump_json(), ex=KEPT)

    async def expect_more(self, editor: int, inquiry_id: str | None) -> None:
        """The editor's next message, if it comes soon, is the rest of this one's answer; None: of none."""
        if inquiry_id is None:
            await self._redis.delete(keys.unfinished_answer(editor))
        else:
            await self._redis.set(keys.unfinished_answer(editor), inquiry_id, ex=REST_COMES_WITHIN)

    async def unfinished(self, editor: int) -> str | None:
        """The one whose answer this editor's message goes on with."""
        found = await self._redis.get(keys.unfinished_answer(editor))
        return found.decode() if found is not None else None

    async def settle(
        self,
        inquiry_id: str,
        given: Given,
        told: Sequence[Address],
        editions: Iterable[tuple[Edition, Sequence[int]]],
    ) -> bool | None:
        """Those wait no more, and are owed what is told to their subscriptions. False, with nothing done, if one of
        them does not wait any more; None, likewise, if the article is no longer stored."""
        commands = [command for edition, numbers in editions for command in order(edition, numbers)]
        addresses = [keys.address(address) for address in told]
        done = await self._settle(
            keys=[*FIXED, keys.ARTICLES],
            args=[
                inquiry_id,
                given.article,
                given.model_dump_json(),
                _KEPT_SECONDS,
                orjson.dumps(addresses),
                orjson.dumps(commands),
            ],
        )
        return None if done < 0 else bool(done)

    async def drop(self, inquiry_id: str) -> bool:
        """Nobody is told. False if it was not waiting."""
        return bool(await self._drop(keys=FIXED, args=[inquiry_id]))

    async def expire(self, now: datetime) -> None:
        """What was asked longer ago than it may be kept."""
        before = to_ms(now - KEPT)
        while await self._expire(keys=FIXED, args=[before, _EXPIRED_AT_ONCE]) == _EXPIRED_AT_ONCE:
            pass

    async def of_chat(self, chat_id: int) -> list[Asked]:
        """What was asked in a chat and its topics, the oldest first."""
        members = [raw.decode().split(" ", 1) for raw in await self._redis.smembers(keys.inquiries_of(chat_id))]
        async with self._redis.pipeline(transaction=False) as pipe:
            for inquiry_id, address in members:
                pipe.hget(keys.inquiry(inquiry_id), address)
            stored = await pipe.execute()
        found = [_asked(address, raw) for (_, address), raw in zip(members, stored, strict=True) if raw is not None]
        return sorted(found, key=lambda one: one.at)

    async def forget(self, chat_id: int) -> bool:
        """What was asked in a chat and its topics; False if there was nothing."""
        await self._redis.delete(keys.inquiries_today(chat_id))
        return bool(await self._forget(keys=FIXED, args=[chat_id]))

    async def move(self, old_chat_id: int, new_chat_id: int) -> None:
        """A group has become a supergroup."""
        await self._move(keys=FIXED, args=[old_chat_id, new_chat_id])


def _asked(address: str, raw: bytes) -> Asked:
    chat_id, _, thread_id = address.partition(":")
    entry = _Entry.model_validate_json(raw)
    return Asked(
        address=Address(int(chat_id), int(thread_id) if thread_id else None),
        question=entry.question,
        language=entry.language,
        at=entry.at,
        why=entry.why,
        shown=entry.shown,
        nearest=tuple(entry.nearest.split()),
    )
