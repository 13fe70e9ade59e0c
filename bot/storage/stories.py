"""Articles that tell the same as another, and have joined it: one story, kept under its first article's id.

What has joined another is no longer among the articles; it is kept beside that one, as it was, and can leave again.
Each step is one script over what was read, so that whoever is interrupted has done it or has not.
"""

from bot.domain.article import Added, Article, StoredArticle
from bot.storage import keys
from bot.storage.articles import ADD, adding, load, packed
from bot.storage.connection import Client

# A new one joins. Nothing has changed since the change of which the caller knows.
_JOIN = (
    ADD
    + """
local articles, joined, members, changes = unpack(KEYS)
local id, value, lead, read, after, change = unpack(ARGV)
if redis.call('HEXISTS', articles, id) == 1 or redis.call('HEXISTS', joined, id) == 1 then return {0, ''} end
if last_change(changes) ~= change or redis.call('HGET', articles, lead) ~= read then return {-1, ''} end
redis.call('HSET', articles, lead, after)
redis.call('HSET', members, id, value)
redis.call('HSET', joined, id, lead)
note_change(changes, lead)
return {1, last_change(changes)}
"""
)

# One of the articles joins, and with it what has joined it.
_MERGE = (
    ADD
    + """
local articles, joined, members, changes, own, arrivals, arrived_in, owed_in = unpack(KEYS)
local id, read, value, lead, lead_read, after = unpack(ARGV)
if redis.call('HGET', articles, id) ~= read or redis.call('HGET', articles, lead) ~= lead_read then return 0 end
local moved = redis.call('HGETALL', own)
for place = 1, #moved, 2 do
  redis.call('HSET', members, moved[place], moved[place + 1])
  redis.call('HSET', joined, moved[place], lead)
end
redis.call('DEL', own)
redis.call('HDEL', articles, id)
redis.call('ZREM', arrivals, id)
redis.call('ZREM', arrived_in, id)
redis.call('ZREM', owed_in, id)
redis.call('HSET', members, id, value)
redis.call('HSET', joined, id, lead)
redis.call('HSET', articles, lead, after)
note_change(changes, id)
note_change(changes, lead)
return 1
"""
)

# Out of its story, and among the articles again, unless it is taken back.
_LEAVE = (
    ADD
    + """
local id, json, arrived, owed, read, lead, lead_read, after, removed = unpack(ARGV)
local members = KEYS[9]
if redis.call('HGET', KEYS[1], lead) ~= lead_read or redis.call('HGET', members, id) ~= read then return 0 end
redis.call('HSET', KEYS[1], lead, after)
redis.call('HDEL', members, id)
redis.call('HDEL', KEYS[8], id)
note_change(KEYS[4], lead)
if removed == '1' then
  redis.call('SADD', KEYS[10], id)
  note_change(KEYS[4], id)
else
  add(KEYS, id, json, arrived, owed)
end
return 1
"""
)

# One that had joined elsewhere, unless either is known here as something else.
_RESTORE = """
local articles, joined, members = unpack(KEYS)
local id, value, lead = unpack(ARGV)
if redis.call('HEXISTS', articles, id) == 1 or redis.call('HEXISTS', articles, lead) == 0 then return 0 end
if redis.call('HSETNX', joined, id, lead) == 0 then return 0 end
redis.call('HSET', members, id, value)
return 1
"""


class StoryStore:
    def __init__(self, redis: Client) -> None:
        self._redis = redis
        self._join = redis.register_script(_JOIN)
        self._merge = redis.register_script(_MERGE)
        self._leave = redis.register_script(_LEAVE)
        self._restore = redis.register_script(_RESTORE)

    async def joined(self, article_id: str) -> list[Article]:
        """Those that have joined this one, in the order of their ids."""
        return [stored.article for stored in await self.kept(article_id)]

    async def some_joined(self, article_id: str, most: int) -> list[Article]:
        """So many at most of those that have joined this one, whichever these are."""
        members = await self._redis.hrandfield(keys.joined_with(article_id), most, withvalues=True)
        return [load(value).article for value in members[1::2]]

    async def kept(self, article_id: str) -> list[StoredArticle]:
        """The same as they are kept; those that have never arrived did so at 0."""
        members = await self._redis.hgetall(keys.joined_with(article_id))
        return [load(value) for _, value in sorted(members.items())]

    async def restore(self, lead_id: str, kept: StoredArticle) -> None:
        """One that had joined it where it comes from, unless it is known here."""
        value = packed(kept.article, kept.arrived, owed=kept.owed)
        restored = [keys.ARTICLES, keys.JOINED, keys.joined_with(lead_id)]
        await self._restore(keys=restored, args=[kept.article.id, value, lead_id])

    async def join(self, article: Article, lead_id: str, change: str) -> tuple[Added, str] | None:
        """A new article tells the same as a stored one; with the change that this is, if it has not been told before.
        None if anything has changed since that change."""
        raw = await self._redis.hget(keys.ARTICLES, lead_id)
        if raw is None:
            return None
        lead = load(raw)
        after = packed(lead.article.joined_by(article), lead.arrived, owed=lead.owed)
        done, last = await self._join(
            keys=[keys.ARTICLES, keys.JOINED, keys.joined_with(lead_id), keys.CHANGES],
            args=[article.id, packed(article, 0, owed=True), lead_id, raw, after, change],
        )
        return None if done < 0 else (Added.NEW if done else Added.KNOWN, last.decode())

    async def merge(self, article_id: str, into: str) -> Article | None:
        """Two stored articles of one category tell the same: the first joins the other, which is given. None if
        that cannot be."""
        while True:
            raw, lead_raw = await self._redis.hmget(keys.ARTICLES, [article_id, into])
            if raw is None or lead_raw is None or article_id == into:
                return None
            stored, lead = load(raw), load(lead_raw)
            if stored.article.category != lead.article.category:
                return None
            alone = stored.article.left_by(await self.joined(article_id))
            after = lead.article.joined_by(stored.article)
            if await self._merge(
                keys=[
                    keys.ARTICLES,
                    keys.JOINED,
                    keys.joined_with(into),
                    keys.CHANGES,
                    keys.joined_with(article_id),
                    keys.ARRIVALS,
                    keys.arrivals_in(stored.article.category),
                    keys.owed_in(stored.article.category),
                ],
                args=[
                    article_id,
                    raw,
                    packed(alone, stored.arrived, owed=stored.owed),
                    into,
                    lead_raw,
                    packed(after, lead.arrived, owed=lead.owed),
                ],
            ):
                return after

    async def split(self, article_id: str) -> StoredArticle | None:
        """One that has joined another is an article of its own again; what has never arrived arrives now. Gives it
        as it was kept; None if it has joined none."""
        return await self._take_out(article_id, removed=False)

    async def drop(self, article_id: str) -> bool:
        """It has neither joined another any more, nor is it stored."""
        return await self._take_out(article_id, removed=True) is not None

    async def forget(self, article_id: str) -> None:
        """What has joined an article that was taken back."""
        members = await self._redis.hkeys(keys.joined_with(article_id))
        async with self._redis.pipeline(transaction=True) as pipe:
            for one in members:
                pipe.sadd(keys.REMOVED, one)
                pipe.hdel(keys.JOINED, one)
            pipe.delete(keys.joined_with(article_id))
            await pipe.execute()

    async def _take_out(self, article_id: str, *, removed: bool) -> StoredArticle | None:
        while lead_id := await self._redis.hget(keys.JOINED, article_id):
            members = keys.joined_with(lead_id.decode())
            read, lead_read = await self._both(members, article_id, lead_id)
            if lead_read is None:
                return None  # just being taken back, with all that has joined it
            if read is None:
                continue  # its lead has joined another meanwhile
            stored, lead = load(read), load(lead_read)
            staying = [one for one in await self.joined(lead.article.id) if one.id != article_id]
            after = packed(lead.article.left_by([stored.article], staying), lead.arrived, owed=lead.owed)
            json = stored.article.model_dump_json()
            if await self._leave(
                keys=[*adding(stored.article), members, keys.REMOVED],
                args=[
                    article_id, json, stored.arrived, int(stored.owed), read, lead_id, lead_read, after, int(removed)
                ],
            ):  # fmt: skip
                return stored
        return None

    async def _both(self, members: str, article_id: str, lead_id: bytes) -> tuple[bytes | None, bytes | None]:
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hget(members, article_id)
            pipe.hget(keys.ARTICLES, lead_id)
            read, lead_read = await pipe.execute()
        return read, lead_read
