"""Updates in: each is handled once, those of one chat in their order, and none is confirmed to Telegram before it
has been handled, so that a crash loses none.

https://core.telegram.org/bots/api#getting-updates
"""

import asyncio
import hmac
import logging
import random
from datetime import timedelta

from aiohttp import web
from telegram import Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.delivery.messenger import TokenRefused
from bot.storage.connection import StoreError
from bot.storage.updates import UpdateLog
from bot.telegram.context import NewsApplication

_LOG = logging.getLogger(__name__)
ALLOWED_UPDATES = ["message", "channel_post", "callback_query", "inline_query", "my_chat_member"]
_LONG_POLL = 25
#: A handler that is slower than this no longer keeps the next updates waiting.
_PATIENCE = 1.0
_PAUSE = 1.0
#: Another process with our token: of the two the newcomer is to stop, and it has seen only a few; chance decides
#: between two that started together. A poll that a killed process of ours left behind ends by itself before that.
_NEWCOMER = 60.0
_CONFLICTS_OF_NEWCOMERS = (3, 4, 5, 6)
_CONFLICTS_TOLERATED = 30


#: A chat, or a person where there is none: `_turn`.
_Turn = tuple[str, int]


class TokenInUse(Exception):
    """Another process polls with the same token."""


class Intake:
    def __init__(self, application: NewsApplication, log: UpdateLog, stopping: asyncio.Event) -> None:
        self._application = application
        self._log = log
        self._stopping = stopping
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self._last_of: dict[_Turn, asyncio.Task[None]] = {}

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    def accept(self, update: Update) -> asyncio.Task[None]:
        if known := self._under_way.get(update.update_id):
            return known
        turn = _turn(update)
        task = asyncio.create_task(self._handle(update, self._last_of.get(turn)))
        self._under_way[update.update_id] = task
        self._last_of[turn] = task
        task.add_done_callback(lambda done: self._forget(update.update_id, turn, done))
        return task

    def first_under_way(self) -> int | None:
        return min(self._under_way, default=None)

    async def drain(self) -> None:
        """Waits for what has been accepted."""
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    async def _handle(self, update: Update, before: asyncio.Task[None] | None) -> None:
        if before and not before.done():
            await asyncio.wait([before])
        done = update.effective_chat is None and update.effective_user is None
        while True:
            try:
                if not done and not await self._log.handled(update.update_id):
                    await self._application.process_update(update)
                    self._application.bot_data.raise_store_error(update.update_id)
                done = True  # what failed from here on is tried again without answering again
                await self._log.mark_handled(update.update_id)
            except StoreError as error:
                _LOG.warning("update %s waits for the store: %s", update.update_id, error)
                if self._stopping.is_set():
                    return  # it has not been confirmed, so it comes again
                await asyncio.sleep(_PAUSE)
            else:
                return

    def _forget(self, update_id: int, turn: "_Turn", task: asyncio.Task[None]) -> None:
        self._under_way.pop(update_id, None)
        if self._last_of.get(turn) is task:
            del self._last_of[turn]
        if not task.cancelled() and (error := task.exception()):
            _LOG.error("update %s could not be handled", update_id, exc_info=error)


def _turn(update: Update) -> _Turn:
    """Whose updates are handled one after the other: a chat's, and where no chat is told, as in inline mode, a
    person's; these do not wait for what goes on in their private chat."""
    if update.effective_chat:
        return "chat", update.effective_chat.id
    return "person", update.effective_user.id if update.effective_user else 0


async def poll(application: NewsApplication, intake: Intake, stopping: asyncio.Event) -> None:
    """Until told to stop; what has been accepted by then is finished. Raises TokenInUse and TokenRefused."""
    polling = asyncio.create_task(_poll(application, intake))
    ending = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait([polling, ending], return_when=asyncio.FIRST_COMPLETED)
        if polling.done():
            await polling
    finally:
        polling.cancel()
        ending.cancel()
        await asyncio.gather(polling, ending, return_exceptions=True)
        await intake.drain()


async def _poll(application: NewsApplication, intake: Intake) -> None:
    following, webhook, conflicts = 0, True, _Conflicts()
    while True:
        try:
            if webhook:
                webhook = not await application.bot.delete_webhook()
            updates = await application.bot.get_updates(
                offset=intake.first_under_way() or following,
                timeout=_LONG_POLL,
                read_timeout=_LONG_POLL + 10,
                allowed_updates=ALLOWED_UPDATES,
            )
        except Conflict as error:
            await conflicts.bear(error)
        except InvalidToken as error:
            raise TokenRefused(error.message) from error
        except TelegramError as error:
            _LOG.warning("no updates: %s", error.message)
            wait = error.retry_after if isinstance(error, RetryAfter) else _PAUSE
            await asyncio.sleep(wait.total_seconds() if isinstance(wait, timedelta) else wait)
        else:
            conflicts.end()
            if updates:
                following = updates[-1].update_id + 1
                await asyncio.wait([intake.accept(update) for update in updates], timeout=_PATIENCE)


class _Conflicts:
    """Polls of ours that were ended because someone else polls with the same token."""

    def __init__(self) -> None:
        self._began = asyncio.get_running_loop().time()
        self._as_newcomer = random.choice(_CONFLICTS_OF_NEWCOMERS)  # noqa: S311
        self._in_all = self._in_a_row = 0

    async def bear(self, error: Conflict) -> None:
        """Waits before the next try, or raises TokenInUse."""
        self._in_all += 1
        self._in_a_row += 1
        new = asyncio.get_running_loop().time() - self._began < _NEWCOMER
        if (new and self._in_all >= self._as_newcomer) or self._in_a_row > _CONFLICTS_TOLERATED:
            raise TokenInUse(error.message) from error
        _LOG.warning("someone else polls with this token: %s", error.message)
        await asyncio.sleep(_PAUSE)

    def end(self) -> None:
        self._in_a_row = 0


def webhook_route(application: NewsApplication, intake: Intake, path: str, secret: str) -> web.RouteDef:
    """Telegram's posts; whoever does not know the secret gets nothing.

    https://core.telegram.org/bots/api#setwebhook
    """

    async def receive(request: web.Request) -> web.Response:
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), secret.encode()):
            return web.Response(status=404)
        if intake.stopping:
            return web.Response(status=503)
        try:
            update = Update.de_json(await request.json(), application.bot)
        except (ValueError, KeyError, TypeError, AttributeError):
            return web.Response(status=400)
        await asyncio.shield(intake.accept(update))
        return web.Response(status=503 if intake.stopping else 200)

    return web.post(path, receive)
