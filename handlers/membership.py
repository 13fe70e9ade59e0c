"""The bot is blocked, let back in, a topic is reopened, or a group becomes a supergroup."""

from collections.abc import Callable

from telegram import ChatMember, Update
from telegram.constants import ChatType

from bot.domain.delivery import Cause
from bot.domain.feed import Feed
from bot.domain.subscription import Address
from bot.telegram.context import Context, chat_of, message_of

_AWAY = (ChatMember.BANNED, ChatMember.LEFT)
_THERE = (ChatMember.MEMBER, ChatMember.ADMINISTRATOR)


async def changed(update: Update, context: Context) -> None:
    """https://core.telegram.org/bots/api#chatmemberupdated"""
    if update.my_chat_member is None:
        return
    chat, status = chat_of(update), update.my_chat_member.new_chat_member.status
    if status in _AWAY:
        cause = Cause.BLOCKED if chat.type == ChatType.PRIVATE else Cause.REMOVED
        await context.services.subscriptions.park(Address(chat.id), cause)
    elif status in _THERE:
        await context.services.subscriptions.come_back(chat.id)


async def reopened(update: Update, context: Context) -> None:
    """A topic: https://core.telegram.org/bots/api#forumtopicreopened"""
    await context.services.subscriptions.heard_from(context.here(update))


async def migrated(update: Update, context: Context) -> None:
    """Told in the old group with the new id, and in the new one with the old: either is enough."""
    message = message_of(update)
    if message and message.migrate_to_chat_id:
        await _move(context, message.chat_id, message.migrate_to_chat_id)
    elif message and message.migrate_from_chat_id:
        await _move(context, message.migrate_from_chat_id, message.chat_id)


async def _move(context: Context, old: int, new: int) -> None:
    """What the group gets, and the feeds whose desk it is."""
    await context.services.subscriptions.move(old, new)
    for feed in await context.services.feeds.all():
        if feed.desk and feed.desk.chat_id == old:
            await context.services.feeds.change(feed.url, _at(Address(new, feed.desk.thread_id)))


def _at(desk: Address) -> Callable[[Feed], Feed]:
    return lambda feed: feed.model_copy(update={"desk": desk})
