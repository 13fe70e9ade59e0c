"""What waits to be published: nothing that an editor typed, and nothing that came for review, is lost for a week."""

from datetime import timedelta

from bot.domain.draft import Draft
from bot.domain.moment import to_ms
from bot.domain.subscription import Address
from bot.storage import keys
from bot.storage.clock import StoreClock
from bot.storage.connection import Client

KEPT = timedelta(days=7)
_KEPT_MS = KEPT // timedelta(milliseconds=1)
#: Telegram's apps send the parts of a split text at once, but a slow line may take its time.
REST_COMES_WITHIN = timedelta(seconds=20)
_EDITED_WITHIN = timedelta(hours=1)

# Whose message takes the draft's place stays known, for who is killed then is given the same message again.
_TAKE = """
local by, draft = string.match(redis.call('GET', KEYS[1]) or '', '^(%d*)|(.*)$')
if not by or (by ~= '' and by ~= ARGV[1]) then return false end
redis.call('SET', KEYS[1], ARGV[1] .. '|' .. draft, 'KEEPTTL')
return {draft, by}
"""


class DraftStore:
    def __init__(self, redis: Client) -> None:
        self._redis = redis
        self._take = redis.register_script(_TAKE)
        self._clock = StoreClock(redis)

    async def save(self, draft: Draft, *, instead_of: str = "") -> None:
        """`instead_of`: one that need not be listed any more, though its buttons work on."""
        arrived = to_ms(await self._clock.now())
        async with self._redis.pipeline(transaction=True) as together:
            together.set(keys.draft(draft.id), draft.model_dump_json(), ex=KEPT)
            together.zadd(keys.DRAFTS, {draft.id: arrived}, nx=True)
            if instead_of:
                together.zrem(keys.DRAFTS, instead_of)
            together.zremrangebyscore(keys.DRAFTS, 0, arrived - _KEPT_MS)
            await together.execute()

    async def get(self, draft_id: str) -> Draft | None:
        value = await self._redis.get(keys.draft(draft_id))
        return Draft.model_validate_json(value) if value is not None else None

    async def waiting(self, *, skip: int = 0, count: int) -> tuple[list[Draft], int]:
        """The newest first, and how many there are in all."""
        now = to_ms(await self._clock.now())
        await self._redis.zremrangebyscore(keys.DRAFTS, 0, now - _KEPT_MS)
        ids = await self._redis.zrange(keys.DRAFTS, skip, skip + count - 1, desc=True)
        found = [await self.get(draft_id.decode()) for draft_id in ids]
        return [draft for draft in found if draft], await self._redis.zcard(keys.DRAFTS)

    async def published(self, draft_id: str) -> None:
        """It waits no longer, but is still kept."""
        await self._redis.zrem(keys.DRAFTS, draft_id)

    async def expect_more(self, editor: int, draft_id: str | None) -> None:
        """The editor's next message, if it comes soon, is the rest of this draft; None: of none."""
        if draft_id is None:
            await self._redis.delete(keys.unfinished_draft(editor))
        else:
            await self._redis.set(keys.unfinished_draft(editor), draft_id, ex=REST_COMES_WITHIN)

    async def unfinished(self, editor: int) -> Draft | None:
        """The draft that this editor's message goes on with."""
        draft_id = await self._redis.get(keys.unfinished_draft(editor))
        return await self.get(draft_id.decode()) if draft_id else None

    async def expect_edit(self, address: Address, editor: int, draft: Draft | None) -> None:
        """The editor's next text there, within the hour, takes this draft's place; None: that of none."""
        key = keys.edited_draft(address, editor)
        if draft is None:
            await self._redis.delete(key)
        else:
            await self._redis.set(key, f"|{draft.model_dump_json()}", ex=_EDITED_WITHIN)

    async def edited(self, address: Address, editor: int, message: int) -> Draft | None:
        """The draft whose place this message of the editor's takes, however often that is asked; no other message
        does."""
        taken = await self._take(keys=[keys.edited_draft(address, editor)], args=[message])
        if taken is None:
            return None
        value, before = taken
        draft = Draft.model_validate_json(value)
        return draft if before or await self.get(draft.id) else None

    async def discard(self, draft_id: str) -> bool:
        async with self._redis.pipeline(transaction=True) as together:
            together.delete(keys.draft(draft_id)).zrem(keys.DRAFTS, draft_id)
            return bool((await together.execute())[0])
