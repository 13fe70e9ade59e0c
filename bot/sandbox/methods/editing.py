"""Methods that change or remove messages. https://core.telegram.org/bots/api#updating-messages"""

from bot.sandbox.access import asked_message, member_chat, writable_chat
from bot.sandbox.chats import Chat, Json
from bot.sandbox.errors import bad_request
from bot.sandbox.keyboards import parsed_markup
from bot.sandbox.messages import change, remove
from bot.sandbox.methods.method import Method, method
from bot.sandbox.methods.sending import caption_content, rich_content, text_content
from bot.sandbox.parameters import Parameters, number
from bot.sandbox.state import State

DELETABLE_SECONDS = 48 * 3600  # https://core.telegram.org/bots/api#deletemessage
_TARGET = "business_connection_id chat_id message_id inline_message_id reply_markup "
_TEXT_FIELDS = ("text", "entities", "link_preview_options", "rich_message")
_CAPTION_FIELDS = ("caption", "caption_entities")


def edit_text(state: State, call: Parameters) -> Json | bool:
    rich = call.has("rich_message") and state.switches.rich
    content = rich_content(state, call) if rich else text_content(state, call)
    chat, message = _editable(state, call)
    if "text" not in message and "rich_message" not in message:
        raise bad_request("there is no text in the message to edit")
    return _edit(state, call, chat, message, content, _TEXT_FIELDS)


def edit_caption(state: State, call: Parameters) -> Json | bool:
    content = caption_content(state, call)
    chat, message = _editable(state, call)
    if "document" not in message and "photo" not in message:
        raise bad_request("there is no caption in the message to edit")
    return _edit(state, call, chat, message, content, _CAPTION_FIELDS)


def edit_markup(state: State, call: Parameters) -> Json | bool:
    chat, message = _editable(state, call)
    return _edit(state, call, chat, message, {}, ())


def _editable(state: State, call: Parameters) -> tuple[Chat, Json]:
    """The message meant, in a chat or sent through the bot's inline mode."""
    inline = call.text("inline_message_id")
    if inline:
        place = state.inline_messages.get(inline)
        if place is None or place[1] not in state.chats[place[0]].messages:
            raise bad_request("MESSAGE_ID_INVALID")
        chat = state.chats[place[0]]
        return chat, chat.messages[place[1]]
    chat = writable_chat(state, call.values.get("chat_id"))
    message = asked_message(chat, call, "message to edit not found")
    if message["message_id"] not in chat.own or "forward_origin" in message:
        raise bad_request("message can't be edited")
    return chat, message


def _edit(
    state: State, call: Parameters, chat: Chat, message: Json, content: Json, fields: tuple[str, ...]
) -> Json | bool:
    """Replaces `fields` by `content` and the keyboard by the given one; without one the keyboard goes."""
    markup = parsed_markup(call.decoded("reply_markup")) if call.has("reply_markup") else None
    if markup is not None:
        content["reply_markup"] = markup
    replaced = (*fields, "reply_markup")
    if all(message.get(name) == content.get(name) for name in replaced):
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly the same "
            "as a current content and reply markup of the message"
        )
    changed = change(state, chat, message, content, dropped=replaced)
    return True if call.text("inline_message_id") else changed


def delete_message(state: State, call: Parameters) -> bool:
    chat = member_chat(state, call.values.get("chat_id"))
    message = asked_message(chat, call, "message to delete not found")
    _check_deletable(state, chat, message)
    remove(state, chat, message["message_id"])
    return True


def delete_messages(state: State, call: Parameters) -> bool:
    """Messages that are not there are skipped, as the Bot API page says."""
    chat = member_chat(state, call.values.get("chat_id"))
    numbers = call.decoded("message_ids")
    if not isinstance(numbers, list) or not numbers:
        raise bad_request("message identifiers are not specified")
    if len(numbers) > 100:
        raise bad_request("too many message identifiers specified")
    wanted = [number(one, "message_ids") for one in numbers]
    there = [chat.messages[one] for one in wanted if one in chat.messages]
    for message in there:
        _check_deletable(state, chat, message)
    for message in there:
        remove(state, chat, message["message_id"])
    return True


def _check_deletable(state: State, chat: Chat, message: Json) -> None:
    own = message["message_id"] in chat.own
    administrator = chat.bot_status == "administrator"
    if not own and not administrator and chat.kind != "private":
        raise bad_request("message can't be deleted")
    too_old = state.now() - message["date"] > DELETABLE_SECONDS
    if too_old and not (administrator and chat.kind != "private"):
        raise bad_request("message can't be deleted for everyone")


METHODS: tuple[Method, ...] = (
    method(
        "editMessageText",
        edit_text,
        _TARGET + "text rich_message parse_mode entities link_preview_options disable_web_page_preview",
    ),
    method(
        "editMessageCaption",
        edit_caption,
        _TARGET + "caption parse_mode caption_entities show_caption_above_media",
    ),
    method("editMessageReplyMarkup", edit_markup, _TARGET),
    method("deleteMessage", delete_message, "chat_id message_id"),
    method("deleteMessages", delete_messages, "chat_id message_ids"),
)
