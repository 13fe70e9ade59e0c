"""What a handler has at hand: the services, who speaks, and how to answer."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    Chat,
    ChatMember,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Update,
)
from telegram import Message as TelegramMessage
from telegram.constants import ChatType, ParseMode
from telegram.error import BadRequest, Forbidden
from telegram.ext import Application, BaseHandler, CallbackContext, ExtBot, JobQueue

from bot.domain.category import Category
from bot.domain.message import Message
from bot.domain.subscription import Address, ChatKind, Subscription
from bot.rendering.actions import Action, PublishDraft, decode
from bot.rendering.menus import EDITOR_COMMANDS, READER_COMMANDS, category_buttons
from bot.services import Services
from bot.subscriptions import Reader
from bot.telegram.markup import keyboard, preview
from bot.telegram.messenger import TelegramMessenger

#: answerCallbackQuery takes 200 characters: https://core.telegram.org/bots/api#answercallbackquery
_NOTE_LIMIT = 200


class Shared:
    """What all contexts share; the application holds it as its bot_data."""

    def __init__(self, services: Services, messenger: TelegramMessenger) -> None:
        self.services = services
        self.messenger = messenger
        self._store_errors: dict[int, Exception] = {}

    def note_store_error(self, update_id: int, error: Exception) -> None:
        """The SDK keeps what a handler raises to itself; the intake asks for it here, to try again."""
        self._store_errors[update_id] = error

    def raise_store_error(self, update_id: int) -> None:
        if error := self._store_errors.pop(update_id, None):
            raise error


class Context(CallbackContext[ExtBot[None], dict[Any, Any], dict[Any, Any], Shared]):
    """`action`: what the pressed button does, where one was pressed."""

    action: Action | None = None

    @property
    def services(self) -> Services:
        return self.bot_data.services

    def reader(self, update: Update) -> Reader:
        message, chat = message_of(update), chat_of(update)
        thread = message.message_thread_id if message and message.is_topic_message else None
        return Reader(Address(chat.id, thread), ChatKind(chat.type))

    def is_editor(self, update: Update) -> bool:
        return update.effective_user is not None and update.effective_user.id in self.services.owners

    async def is_draft(self, update: Update, article_id: str) -> bool:
        """Whether the pressed message is the preview of an article that is not published."""
        message = message_of(update)
        markup = message.reply_markup if message else None
        data = [b.callback_data for row in markup.inline_keyboard for b in row] if markup else []
        preview = any(isinstance(decode(item), PublishDraft) for item in data if isinstance(item, str))
        return preview and await self.services.articles.get(article_id) is None

    async def may_manage(self, update: Update) -> bool:
        """Whether this person may change what comes to this chat: in a group its administrators only; who posts
        in a channel, or as the group itself, is one."""
        chat, user = chat_of(update), update.effective_user
        message = message_of(update)
        as_chat = (
            update.callback_query is None and message and message.sender_chat and message.sender_chat.id == chat.id
        )
        if chat.type == ChatType.PRIVATE or as_chat:
            return True
        if user is None:
            return False
        try:
            member = await self.bot.get_chat_member(chat.id, user.id)
        except BadRequest:
            return False  # in a group that hides its members, only they and administrators are told
        return member.status in (ChatMember.OWNER, ChatMember.ADMINISTRATOR)

    async def reply(self, update: Update, *messages: Message) -> None:
        """In a group, as a reply to whoever asked."""
        chat, message = chat_of(update), message_of(update)
        in_group = chat.type in (ChatType.GROUP, ChatType.SUPERGROUP) and update.callback_query is None
        to = message.message_id if message and in_group else None
        for answer in messages:
            await self.bot_data.messenger.reply(self.reader(update).address, answer, to=to)

    async def replace(self, update: Update, message: Message) -> None:
        """The message whose button was pressed becomes this one; where it cannot, this one follows it."""
        pressed = update.callback_query
        try:
            if pressed is None:
                raise BadRequest("nothing was pressed")
            await pressed.edit_message_text(
                message.text,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard(message),
                link_preview_options=preview(message),
            )
        except BadRequest as error:
            if "not modified" not in error.message:
                await self.reply(update, message)

    def text(self, update: Update) -> str:
        """What stands behind the command, or the whole text where there is none."""
        message = message_of(update)
        text = (message.text or message.caption or "") if message else ""
        return "".join(text.split(maxsplit=1)[1:]).strip() if text.startswith("/") else text.strip()

    async def refresh_categories(
        self, update: Update, categories: list[Category], subscription: Subscription
    ) -> None:
        """The pressed keyboard shows what is subscribed now; its other buttons stay."""
        labels = {button.data: button.label for row in category_buttons(categories, subscription) for button in row}

        def relabel(button: InlineKeyboardButton) -> InlineKeyboardButton:
            data = button.callback_data
            if isinstance(data, str) and data in labels:
                return InlineKeyboardButton(labels[data], callback_data=data)
            return button

        await self._change_keyboard(update, relabel)

    async def drop_buttons(self, update: Update, *kinds: type[Action]) -> None:
        """The pressed keyboard loses the buttons that are of no more use."""

        def keep(button: InlineKeyboardButton) -> InlineKeyboardButton | None:
            data = button.callback_data
            return None if isinstance(data, str) and isinstance(decode(data), kinds) else button

        await self._change_keyboard(update, keep)

    async def _change_keyboard(
        self, update: Update, change: Callable[[InlineKeyboardButton], InlineKeyboardButton | None]
    ) -> None:
        pressed = update.callback_query
        if pressed is None or not isinstance(pressed.message, TelegramMessage) or not pressed.message.reply_markup:
            return
        rows = [
            [button for old in row if (button := change(old))] for row in pressed.message.reply_markup.inline_keyboard
        ]
        try:
            await pressed.edit_message_reply_markup(InlineKeyboardMarkup([row for row in rows if row]))
        except BadRequest:
            return  # it shows that already, or is gone

    async def note(self, update: Update, text: str = "", *, alert: bool = False) -> None:
        """A short word over the keyboard whose button was pressed; also ends its waiting."""
        if update.callback_query:
            try:
                await update.callback_query.answer(text[:_NOTE_LIMIT] or None, show_alert=alert or None)
            except BadRequest:
                return  # it waited too long, or was answered: the person has moved on


NewsApplication = Application[ExtBot[None], Context, dict[Any, Any], dict[Any, Any], Shared, JobQueue[Context] | None]


class ActionHandler(BaseHandler[Update, Context, None]):
    """Meets the press of a button with an action of this kind."""

    def __init__(self, kind: type[Action], callback: Any) -> None:
        super().__init__(callback)
        self._kind = kind

    def check_update(self, update: object) -> Action | None:
        if not isinstance(update, Update) or update.callback_query is None or not update.callback_query.data:
            return None
        action = decode(update.callback_query.data)
        return action if isinstance(action, self._kind) else None

    def collect_additional_context(
        self, context: Context, update: Update, application: Any, check_result: Any
    ) -> None:
        context.action = check_result


async def announce_to_editor(bot: Bot, user_id: int) -> None:
    """The command menu of an editor's private chat; Telegram refuses it until they have started the bot."""
    commands = [BotCommand(name, words) for name, words in {**READER_COMMANDS, **EDITOR_COMMANDS}.items()]
    with suppress(BadRequest, Forbidden):
        await bot.set_my_commands(commands, BotCommandScopeChat(user_id))


def message_of(update: Update) -> TelegramMessage | None:
    """None also for a pressed message that is too old for Telegram to show it to bots."""
    message = update.effective_message
    return message if isinstance(message, TelegramMessage) else None


def chat_of(update: Update) -> Chat:
    """Raises ValueError for an update that belongs to no chat; none of our routes takes one."""
    if update.effective_chat is None:
        raise ValueError("an update without a chat")
    return update.effective_chat
