"""What a handler has at hand: the services, who speaks, and how to answer."""

from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from telegram import (
    Chat,
    ChatMember,
    ChatMemberAdministrator,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Update,
)
from telegram import Message as TelegramMessage
from telegram.constants import ChatAction, ChatType, ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden
from telegram.ext import Application, CallbackContext, ExtBot, JobQueue

from bot.domain.category import Category
from bot.domain.message import Button, Message
from bot.domain.subscription import Address, ChatKind, Subscription
from bot.rendering import managing, menus
from bot.rendering.actions import SetCategory, ToggleCategory, decode
from bot.rendering.callback import Action
from bot.rendering.editor_actions import PublishDraft
from bot.rendering.inline import linked
from bot.rendering.names import Names, names_of
from bot.rendering.subscribing import category_buttons
from bot.services import Services
from bot.storage.begun import Begun
from bot.storage.connection import StoreError
from bot.storage.managers import Managed
from bot.subscriptions import Reader
from bot.telegram.background import Background
from bot.telegram.markup import keyboard, preview
from bot.telegram.messenger import TelegramMessenger
from bot.telegram.progress import Progress

#: answerCallbackQuery takes 200 characters: https://core.telegram.org/bots/api#answercallbackquery
_NOTE_LIMIT = 200


class Shared:
    """What all contexts share; the application holds it as its bot_data."""

    def __init__(self, services: Services, messenger: TelegramMessenger) -> None:
        self.services = services
        self.messenger = messenger
        self.background = Background()
        self._store_errors: dict[int, Exception] = {}

    def note_store_error(self, update_id: int, error: Exception) -> None:
        """The SDK keeps what a handler raises to itself; the intake asks for it here, to try again."""
        self._store_errors[update_id] = error

    def raise_store_error(self, update_id: int) -> None:
        if error := self._store_errors.pop(update_id, None):
            raise error


class Context(CallbackContext[ExtBot[None], dict[Any, Any], dict[Any, Any], Shared]):
    """`action`: what the pressed button does, where one was pressed; `managed`: the chat that this is about, where it
    is not the one in which it is said, see handlers.permissions; `meant`: what stands behind a command that came
    without its slash, see handlers.small_talk."""

    action: Action | None = None
    meant: str | None = None
    managed: Managed | None = None

    @property
    def services(self) -> Services:
        return self.bot_data.services

    def here(self, update: Update) -> Address:
        """Where this is said, and answered. Messages in a forum's General topic name no topic."""
        message = message_of(update)
        thread = message.message_thread_id if message and message.is_topic_message else None
        return Address(chat_of(update).id, thread)

    def reader(self, update: Update) -> Reader:
        """Whom this is about."""
        language = update.effective_user.language_code if update.effective_user else None
        if self.managed:
            return Reader(Address(self.managed.chat_id), self.managed.kind, language)
        return Reader(self.here(update), ChatKind(chat_of(update).type), language)

    def is_editor(self, update: Update) -> bool:
        return update.effective_user is not None and update.effective_user.id in self.services.owners

    async def names(self) -> Names:
        """What the categories are called to whoever speaks."""
        return names_of(await self.services.categories.all())

    async def is_draft(self, update: Update, article_id: str) -> bool:
        """Whether the pressed message is the preview of an article that is not published."""
        preview = any(isinstance(action, PublishDraft) for action in offered(message_of(update)))
        return preview and await self.services.articles.get(article_id) is None

    async def may_manage(self, update: Update) -> bool:
        """Whether this person may change what comes to this chat: in a group its administrators only; who posts
        in a channel, or as the group itself, is one."""
        chat, user = chat_of(update), update.effective_user
        if chat.type == ChatType.PRIVATE or (update.callback_query is None and is_chat_itself(update)):
            return True
        if user is None:
            return False
        return await self.administers(user.id, chat.id)

    async def private_chat(self, update: Update) -> int | None:
        """Of whoever speaks or presses, with the bot; None unless they have started it."""
        user = update.effective_user
        if user is None or chat_of(update).type == ChatType.PRIVATE:
            return chat_of(update).id if user else None
        try:
            await self.bot.send_chat_action(user.id, ChatAction.TYPING)  # refused where a message would be
        except (BadRequest, Forbidden):
            return None
        return user.id

    async def administers(self, person: int, chat_id: int) -> bool:
        """Whether they are among the chat's administrators, in a channel among those who post, and the bot is there.

        https://core.telegram.org/bots/api#getchatmember
        """
        try:
            member = await self.bot.get_chat_member(chat_id, person)
        except (BadRequest, ChatMigrated, Forbidden):
            return False  # a group that hides its members tells of them to themselves and to administrators only
        if isinstance(member, ChatMemberAdministrator):
            return member.can_post_messages is not False  # None in groups
        return member.status == ChatMember.OWNER

    async def reply(self, update: Update, *messages: Message, silent: bool = False) -> None:
        """In a group, as a reply to whoever asked. `silent`: without a notification."""
        chat, message = chat_of(update), message_of(update)
        in_group = chat.type in (ChatType.GROUP, ChatType.SUPERGROUP) and update.callback_query is None
        to = message.message_id if message and in_group else None
        for answer in messages:
            await self.bot_data.messenger.reply(self.here(update), self._worded(answer), to=to, silent=silent)

    async def begin(self, update: Update, message: Message) -> Progress:
        """A message that is to become the answer, for what takes longer than a person waits in silence."""
        chat, said = chat_of(update), message_of(update)
        to = said.message_id if said and chat.type != ChatType.PRIVATE and update.callback_query is None else None
        progress = Progress(self.bot_data.messenger, self.here(update))
        await progress.begin(self._worded(message), to=to)
        return progress

    def pressed(self, update: Update) -> Progress:
        """The message whose button was pressed becomes the answer."""
        message = update.callback_query.message if update.callback_query else None
        return Progress(self.bot_data.messenger, self.here(update), message.message_id if message else 0)

    def in_background(self, work: Coroutine[Any, Any, None], progress: Progress) -> None:
        """Goes on when the update has been handled, in the language that is spoken now: what waits for other servers
        must not keep the next updates waiting, see bot.telegram.intake. `progress` says so if it fails, also where
        this process is killed."""
        self.bot_data.background.start(self._noted(work, progress.begun), lambda: progress.show(menus.trouble()))

    async def _noted(self, work: Coroutine[Any, Any, None], begun: Begun) -> None:
        try:
            with suppress(*StoreError):
                await self.services.begun.note(begun)
            await work
        finally:
            work.close()  # it may not have come so far
            with suppress(*StoreError):
                await self.services.begun.end(begun)

    async def replace(self, update: Update, message: Message) -> None:
        """The message whose button was pressed becomes this one; where it cannot, this one follows it."""
        pressed, shown = update.callback_query, self._worded(message)
        try:
            if pressed is None:
                raise BadRequest("nothing was pressed")
            if message_of(update) is None:
                raise BadRequest("what was pressed is too old to be changed")
            await pressed.edit_message_text(
                shown.text,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard(shown),
                link_preview_options=preview(shown),
            )
        except BadRequest as error:
            if "not modified" not in error.message:
                await self.reply(update, message)

    def _worded(self, message: Message) -> Message:
        return managing.about(message, self.managed) if self.managed else message

    def text(self, update: Update) -> str:
        """What stands behind the command, or the whole text where there is none; a press says nothing."""
        if self.meant is not None:
            return self.meant
        message = None if update.callback_query else message_of(update)
        text = (message.text or message.caption or "") if message else ""
        return "".join(text.split(maxsplit=1)[1:]).strip() if text.startswith("/") else text.strip()

    async def refresh_categories(
        self, update: Update, categories: list[Category], subscription: Subscription
    ) -> None:
        """The pressed keyboard shows what is subscribed now; its other buttons stay."""
        rows = category_buttons(categories, subscription)
        present = {_category(button.data): button for row in rows for button in row}

        def relabel(button: InlineKeyboardButton) -> InlineKeyboardButton:
            new = present.get(_category(button.callback_data))
            return InlineKeyboardButton(new.label, callback_data=new.data) if new else button

        await self._change_keyboard(update, relabel)

    async def swap_button(self, update: Update, new: Button) -> None:
        """The pressed button becomes this one."""
        pressed = update.callback_query.data if update.callback_query else None

        def swap(button: InlineKeyboardButton) -> InlineKeyboardButton:
            if button.callback_data != pressed:
                return button
            return InlineKeyboardButton(new.label, callback_data=new.data)

        await self._change_keyboard(update, swap)

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


def _category(data: object) -> str | None:
    """That a button with this data subscribes to, or unsubscribes from."""
    action = decode(data) if isinstance(data, str) else None
    return action.slug if isinstance(action, SetCategory | ToggleCategory) else None


NewsApplication = Application[ExtBot[None], Context, dict[Any, Any], dict[Any, Any], Shared, JobQueue[Context] | None]


def offered(message: TelegramMessage | None) -> list[Action]:
    """What the buttons under a message of the bot's do, in their order, and those that link to an article would.
    Nothing under another's: any bot of a group may put there what it likes."""
    markup = message.reply_markup if message and _is_ours(message) else None
    rows = markup.inline_keyboard if isinstance(markup, InlineKeyboardMarkup) else ()
    data = [button.callback_data or linked(button.url or "") for row in rows for button in row]
    return [action for item in data if isinstance(item, str) and (action := decode(item))]


def _is_ours(message: TelegramMessage) -> bool:
    """Said by the bot, or by somebody through it. Channel posts, and their copies in the group that discusses them,
    name nobody: of those who may post there each may have said it."""
    ours = message.get_bot().id
    if message.from_user is None or message.is_automatic_forward:
        return True
    return ours in (message.from_user.id, message.via_bot.id if message.via_bot else None)


def message_of(update: Update) -> TelegramMessage | None:
    """None also for a pressed message that is too old for Telegram to show it to bots: it has no date, by which alone
    it is known from others (https://core.telegram.org/bots/api#inaccessiblemessage); the library takes it for one."""
    message = update.effective_message
    return message if isinstance(message, TelegramMessage) and message.date.timestamp() else None


def is_chat_itself(update: Update) -> bool:
    """Whether the message is a channel's post, or written in the name of its group."""
    message = message_of(update)
    return bool(message and message.sender_chat and message.sender_chat.id == message.chat.id)


def chat_of(update: Update) -> Chat:
    """Raises ValueError for an update that belongs to no chat, as in inline mode; no route that asks takes one."""
    if update.effective_chat is None:
        raise ValueError("an update without a chat")
    return update.effective_chat
