"""Setting up a channel or a group from one's private chat."""

from functools import wraps

from telegram import Chat, ChatFullInfo, MessageOriginChannel, Update
from telegram.constants import ChatType
from telegram.error import BadRequest, ChatMigrated, Forbidden

from bot.domain.subscription import ChatKind
from bot.rendering import managing
from bot.storage.managers import Managed
from bot.telegram.context import Context, chat_of, message_of
from handlers.permissions import Handler

_OFF = ("off", "end", "stop")


async def manage(update: Update, context: Context) -> None:
    """`/manage @channel`, or with a chat's number; `/manage off`; alone, how it is done."""
    word, person = context.text(update), update.effective_user
    if chat_of(update).type != ChatType.PRIVATE or person is None:
        await context.reply(update, managing.in_private(context.services.links.to_chat(f"m_{chat_of(update).id}")))
    elif word.casefold() in _OFF:
        await context.reply(update, managing.ended(await _end(context, person.id)))
    elif word:
        await _begin(update, context, word)
    else:
        await context.reply(update, managing.how(await context.services.managers.managed_by(person.id)))


async def begin_by_link(update: Update, context: Context) -> None:
    """`/start m_NUMBER`, which the button in a group leads to."""
    if chat_of(update).type == ChatType.PRIVATE:
        await _begin(update, context, context.text(update).removeprefix("m_"))


async def _begin(update: Update, context: Context, name: str) -> None:
    """`name`: @channel, or a chat's number. The right is checked here, and again at each change."""
    found = await _find(context, name)
    if not found or not await _began(update, context, found):
        await context.reply(update, managing.cannot(found.title if found else name))


async def choose_chat(update: Update, context: Context) -> None:
    """Telegram has such buttons in private chats only."""
    if chat_of(update).type == ChatType.PRIVATE:
        await context.reply(update, managing.which())


async def shared(update: Update, context: Context) -> None:
    """https://core.telegram.org/bots/api#chatshared"""
    message = message_of(update)
    if message and message.chat_shared:
        await context.reply(update, managing.chosen())
        await _begin(update, context, str(message.chat_shared.chat_id))


async def stop(update: Update, context: Context) -> None:
    """The button under whatever is about another chat."""
    await context.note(update)
    if update.effective_user:
        await context.replace(update, managing.ended(await _end(context, update.effective_user.id)))


def unless_begun(handler: Handler) -> Handler:
    """For messages: a forwarded post of a channel that the person administrates begins this; all else goes on."""

    @wraps(handler)
    async def asked(update: Update, context: Context) -> None:
        message = message_of(update)
        origin = message.forward_origin if message else None
        if not isinstance(origin, MessageOriginChannel) or not await _began(update, context, _managed(origin.chat)):
            await handler(update, context)

    return asked


async def _began(update: Update, context: Context, managed: Managed) -> bool:
    person = update.effective_user
    if person is None or managed.kind is ChatKind.PRIVATE:
        return False
    if not await context.administers(person.id, managed.chat_id):
        return False
    context.managed = managed
    await context.services.managers.begin(person.id, managed)
    subscription = await context.services.subscriptions.get(context.reader(update))
    await context.reply(update, managing.begun(await context.services.categories.all(), subscription))
    return True


async def _find(context: Context, name: str) -> Managed | None:
    """https://core.telegram.org/bots/api#getchat tells of public channels, and of chats in which the bot is."""
    try:
        return _managed(await context.bot.get_chat(name))
    except ChatMigrated as moved:
        return await _find(context, str(moved.new_chat_id))
    except (BadRequest, Forbidden):
        return None


def _managed(chat: Chat | ChatFullInfo) -> Managed:
    return Managed(chat_id=chat.id, kind=ChatKind(chat.type), title=chat.title or str(chat.id))


async def _end(context: Context, person: int) -> Managed | None:
    managed = await context.services.managers.managed_by(person)
    await context.services.managers.end(person)
    return managed
