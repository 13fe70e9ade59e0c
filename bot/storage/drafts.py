"""What editors have written and not yet published: nothing that they typed is lost for a week."""

from datetime import timedelta

from pydantic import BaseModel, ConfigDict

from bot.domain.article import Article, TextLink
from bot.storage import keys
from bot.storage.connection import Client

KEPT = timedelta(days=7)
#: Telegram's apps send the parts of a split text at once, but a slow line may take its time.
_REST_COMES_WITHIN = timedelta(seconds=20)


class Draft(BaseModel):
    """`article` is missing while `text` cannot be read as one."""

    model_config = ConfigDict(frozen=True)

    id: str
    text: str
    links: tuple[TextLink, ...] = ()
    article: Article | None = None


class DraftStore:
    def __init__(self, redis: Client) -> None:
        self._redis = redis

    async def save(self, draft: Draft) -> None:
        await self._redis.set(keys.draft(draft.id), draft.model_dump_json(), ex=KEPT)

    async def get(self, draft_id: str) -> Draft | None:
        value = await self._redis.get(keys.draft(draft_id))
        return Draft.model_validate_json(value) if value is not None else None

    async def expect_more(self, editor: int, draft_id: str | None) -> None:
        """The editor's next message, if it comes soon, is the rest of this draft; None: of none."""
        if draft_id is None:
            await self._redis.delete(keys.unfinished_draft(editor))
        else:
            await self._redis.set(keys.unfinished_draft(editor), draft_id, ex=_REST_COMES_WITHIN)

    async def unfinished(self, editor: int) -> Draft | None:
        """The draft that this editor's message goes on with."""
        draft_id = await self._redis.get(keys.unfinished_draft(editor))
        return await self.get(draft_id.decode()) if draft_id else None

    async def discard(self, draft_id: str) -> bool:
        return bool(await self._redis.delete(keys.draft(draft_id)))
