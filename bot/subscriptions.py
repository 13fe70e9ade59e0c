"""What chats subscribe to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain

import orjson

from bot.domain.category import Category, find_category, nearest_slugs
from bot.domain.delivery import Cause
from bot.domain.digest import Form
from bot.domain.moment import from_ms
from bot.domain.muting import MOST_MUTED, phrase, words_of
from bot.domain.subscription import Address, Change, ChatKind, Parked, Subscription, Unknown
from bot.rendering.wording import spoken
from bot.storage.categories import CategoryStore
from bot.storage.clock import StoreClock
from bot.storage.exchanges import ExchangeStore
from bot.storage.inquiries import InquiryStore
from bot.storage.records import Record, Unreadable
from bot.storage.saved import SavedStore
from bot.storage.subscriptions import SubscriptionStore

#: How long the subscription of a chat that cannot be written to is kept.
_KEPT = timedelta(days=180)
_KEPT_WHEN_DEACTIVATED = timedelta(days=30)
_FORGOTTEN_AT_ONCE = 100
#: Also those of Arabic.
_COMMAS = re.compile("[,;،؛]")


class TooManyMuted(Exception):
    """A chat mutes as many words as it may."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A chat, or a topic of one, that speaks to the bot; `language`: of the person's app, as Telegram tells it."""

    address: Address
    kind: ChatKind = ChatKind.PRIVATE
    language: str | None = None


class Subscriptions:
    def __init__(
        self,
        store: SubscriptionStore,
        categories: CategoryStore,
        saved: SavedStore,
        exchanges: ExchangeStore,
        inquiries: InquiryStore,
        clock: StoreClock,
        *,
        timezone: str,
        language: str,
    ) -> None:
        """`timezone`, `language`: for chats that have not chosen."""
        self._store = store
        self._categories = categories
        self._saved = saved
        self._exchanges = exchanges
        self._inquiries = inquiries
        self._clock = clock
        self._timezone = timezone
        self._language = language

    def blank(self, reader: Reader) -> Subscription:
        return Subscription(
            chat_id=reader.address.chat_id,
            thread_id=reader.address.thread_id,
            kind=reader.kind,
            timezone=self._timezone,
            language=spoken(reader.language) or self._language,
        )

    async def get(self, reader: Reader) -> Subscription:
        record = await self._store.read(reader.address)
        return record.subscription if record else self.blank(reader)

    async def known(self, reader: Reader) -> Record | None:
        """Stored from now on, since what is owed is owed to its number; None if it cannot be read."""
        try:
            while (record := await self._store.read(reader.address)) is None:
                await self._store.change(self.blank(reader), lambda old: old)
        except Unreadable:
            return None
        return record

    async def language_of(self, chat_id: int) -> str:
        """What is spoken with a chat."""
        return (await self.get(Reader(Address(chat_id)))).language

    async def subscribe(self, reader: Reader, words: Sequence[str]) -> Change:
        known, unknown = await self._find(words)
        if not known:
            return Change((), (), unknown, await self.get(reader))
        now = await self._clock.now()
        before, after = await self._store.change(
            self.blank(reader), lambda old: old.park(None).subscribe([c.slug for c in known], now)
        )
        return _change(known, unknown, after, [c.slug in before.categories for c in known])

    async def unsubscribe(self, reader: Reader, words: Sequence[str]) -> Change:
        known, unknown = await self._find(words)
        if not known:
            return Change((), (), unknown, await self.get(reader))
        before, after = await self._store.change(
            self.blank(reader), lambda old: old.unsubscribe([c.slug for c in known])
        )
        change = _change(known, unknown, after, [c.slug not in before.categories for c in known])
        return replace(change, same=()) if change.changed and _means_all(words) else change

    async def toggle(self, reader: Reader, slug: str, *, wanted: bool | None = None) -> Change:
        """The other way; or as it is `wanted`, which may be so already."""
        if wanted is None:
            wanted = slug not in (await self.get(reader)).categories
        return await (self.subscribe if wanted else self.unsubscribe)(reader, [slug])

    async def set_timezone(self, reader: Reader, name: str) -> Subscription:
        now = await self._clock.now()
        _, after = await self._store.change(self.blank(reader), lambda old: old.with_timezone(name).hold_moved(now))
        return after

    async def set_language(self, reader: Reader, code: str) -> Subscription:
        _, after = await self._store.change(self.blank(reader), lambda old: old.with_language(code))
        return after

    async def set_form(self, reader: Reader, form: Form) -> Subscription:
        _, after = await self._store.change(self.blank(reader), lambda old: old.with_form(form))
        return after

    async def mute(self, reader: Reader, words: str) -> Subscription:
        """Raises TooManyMuted."""
        word = phrase(words)

        def change(old: Subscription) -> Subscription:
            others = [one for one in old.muted if words_of(one) != words_of(word)]
            if len(others) >= MOST_MUTED:
                raise TooManyMuted
            return old.with_muted((*others, word))

        _, after = await self._store.change(self.blank(reader), change)
        return after

    async def unmute(self, reader: Reader, words: str) -> tuple[Subscription, bool]:
        """False if it was not muted."""
        word = words_of(phrase(words))
        before, after = await self._store.change(
            self.blank(reader),
            lambda old: old.with_muted(tuple(one for one in old.muted if words_of(one) != word)),
        )
        return after, before.muted != after.muted

    async def forget(self, chat_id: int) -> bool:
        """Everything about a chat and its topics; False if there was nothing."""
        records = await self._store.of_chat(chat_id)
        removed = [await self._store.remove(record.subscription.address) for record in records]
        removed.append(await self._saved.forget(chat_id))
        removed.append(await self._exchanges.forget(chat_id))
        removed.append(await self._inquiries.forget(chat_id))
        return any(removed)

    async def park(self, address: Address, cause: Cause) -> None:
        """Nothing is sent to the chat, or to this topic of it where the cause is the topic's, until it comes back."""
        parked = Parked(cause=cause, since=await self._clock.now())

        def park(old: Subscription) -> Subscription:
            return old if old.parked and old.parked.cause is cause else old.park(parked)

        if cause.topic_only:
            await self._store.change_stored(address, park)
            return
        for record in await self._store.of_chat(address.chat_id):
            await self._store.change_stored(record.subscription.address, park)

    async def come_back(self, chat_id: int) -> None:
        """The bot is there as a member again; what was scheduled and missed comes as one digest."""
        for record in await self._store.hear(chat_id):
            await self._store.change_stored(record.subscription.address, lambda old: old.park(None))

    async def heard_from(self, address: Address) -> None:
        """Whoever speaks can be written to, unless the bot lacks the right to, or another topic is closed."""

        def unpark(old: Subscription) -> Subscription:
            return old.park(None) if _is_refuted(old, address) else old

        for record in await self._store.hear(address.chat_id):
            if record.subscription.parked:
                await self._store.change_stored(record.subscription.address, unpark)

    async def heard_at(self, chat_id: int) -> int:
        """When the chat last showed that it can be written to, in the store's ms; 0 if that is long ago."""
        return await self._store.heard_at(chat_id)

    async def note_talk(self, address: Address) -> None:
        """People write in this group or topic, so that what can wait does not come between."""
        await self._store.note_talk(address)

    async def forget_unreachable(self) -> None:
        """Those that have been parked too long, or some of them if there are many."""
        now = await self._clock.now()
        moments = dict.fromkeys(Cause, now - _KEPT) | {Cause.DEACTIVATED: now - _KEPT_WHEN_DEACTIVATED}
        for record in await self._store.parked_until(moments, count=_FORGOTTEN_AT_ONCE):
            if await self._store.save(record, None):  # not if it has changed just now
                await self._saved.forget(record.subscription.chat_id)
                await self._inquiries.forget(record.subscription.chat_id)

    async def forget_old_questions(self) -> None:
        """Those that no editor has answered in time."""
        await self._inquiries.expire(await self._clock.now())

    async def move(self, old_chat_id: int, new_chat_id: int) -> None:
        """A group has become a supergroup."""
        for record in await self._store.of_chat(old_chat_id):
            await self._store.move(record.subscription.address, new_chat_id)
        await self._exchanges.forget(old_chat_id)  # nobody presses or replies there any more
        await self._inquiries.move(old_chat_id, new_chat_id)

    async def count(self, slug: str) -> int:
        return await self._store.count(slug)

    async def export(self, chat_id: int) -> bytes | None:
        """All that is stored about a chat, as JSON; None if nothing is."""
        records, saved = await self._store.of_chat(chat_id), await self._saved.all(chat_id)
        asked = await self._inquiries.of_chat(chat_id)
        exchanges = [one.model_dump(mode="json") for one in await self._exchanges.all(chat_id)]
        if not (records or saved or asked or exchanges):
            return None
        stored = [{"number": r.number, **r.subscription.model_dump(mode="json")} for r in records]
        questions = [
            {
                "question": a.question,
                "asked": from_ms(a.at),
                "why": a.why,
                "shown": a.shown,
                "thread_id": a.address.thread_id,
            }
            for a in asked
        ]
        data = {"chat_id": chat_id, "subscriptions": stored, "saved": saved}
        data |= {"asked": exchanges, "unanswered": questions}
        return orjson.dumps(data, option=orjson.OPT_INDENT_2)

    async def _find(self, words: Sequence[str]) -> tuple[list[Category], tuple[Unknown, ...]]:
        categories = await self._categories.all()
        if _means_all(words):
            return categories, ()
        if whole := find_category(" ".join(words), categories):
            return [whole], ()
        parts = [part for part in _COMMAS.split(" ".join(words)) if part.strip("# ")]
        whole_or_words = ([part] if find_category(part, categories) else part.split() for part in parts)
        found = {word: find_category(word, categories) for word in chain.from_iterable(whole_or_words)}
        known = list(dict.fromkeys(category for category in found.values() if category))
        unknown = [Unknown(w, tuple(nearest_slugs(w, categories))) for w, category in found.items() if not category]
        return known, tuple(unknown)


def _means_all(words: Sequence[str]) -> bool:
    return [word.casefold() for word in words] == ["all"]


def _is_refuted(subscription: Subscription, address: Address) -> bool:
    """Whether a word from this address shows that why it is parked no longer holds."""
    cause = subscription.parked.cause if subscription.parked else Cause.NO_RIGHTS
    return cause is not Cause.NO_RIGHTS and (not cause.topic_only or subscription.address == address)


def _change(
    known: Sequence[Category], unknown: tuple[Unknown, ...], after: Subscription, same: Sequence[bool]
) -> Change:
    return Change(
        tuple(category for category, was in zip(known, same, strict=True) if not was),
        tuple(category for category, was in zip(known, same, strict=True) if was),
        unknown,
        after,
    )
