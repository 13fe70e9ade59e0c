"""Methods that put messages into chats. https://core.telegram.org/bots/api#available-methods"""

from bot.sandbox.access import asked_message, known_chat, open_thread, replied, writable_chat
from bot.sandbox.chats import Chat, Json
from bot.sandbox.entities import utf16_length
from bot.sandbox.errors import ApiError, bad_request
from bot.sandbox.files import UPLOAD_LIMIT, StoredFile
from bot.sandbox.keyboards import parsed_below, parsed_markup
from bot.sandbox.messages import carried, origin, post, put_below
from bot.sandbox.methods.method import Method, method
from bot.sandbox.parameters import Parameters
from bot.sandbox.rich import parsed_rich
from bot.sandbox.state import State
from bot.sandbox.texts import CAPTION_LIMIT, TEXT_LIMIT, formatted

_COMMON = (
    "chat_id business_connection_id message_thread_id direct_messages_topic_id disable_notification "
    "protect_content allow_paid_broadcast message_effect_id suggested_post_parameters reply_parameters "
    "reply_markup reply_to_message_id allow_sending_without_reply "
)
_CAPTION = "caption parse_mode caption_entities show_caption_above_media "
_ACTIONS = frozenset(
    [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ]
)


def text_content(state: State, call: Parameters) -> Json:
    """text and entities of a message, from the parameters text, parse_mode and entities."""
    raw = call.text("text")
    if not raw:
        raise bad_request("message text is empty")
    entities = call.decoded("entities") if call.has("entities") else None
    text, found = formatted(raw, call.text("parse_mode"), entities, state.people)
    if not text:
        raise bad_request("text must be non-empty")
    if utf16_length(text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    content: Json = {"text": text}
    if found:
        content["entities"] = found
    preview = call.decoded("link_preview_options")
    if preview:
        content["link_preview_options"] = preview
    return content


def caption_content(state: State, call: Parameters) -> Json:
    entities = call.decoded("caption_entities") if call.has("caption_entities") else None
    text, found = formatted(call.text("caption"), call.text("parse_mode"), entities, state.people)
    if utf16_length(text) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    content: Json = {"caption": text} if text else {}
    if text and found:
        content["caption_entities"] = found
    return content


def rich_content(state: State, call: Parameters) -> Json:
    if not state.switches.rich:
        raise ApiError(404, "Not Found")
    return {"rich_message": parsed_rich(call.decoded("rich_message"), state.people)}


def send_message(state: State, call: Parameters) -> Json:
    return _send(state, call, text_content(state, call))


def send_rich_message(state: State, call: Parameters) -> Json:
    return _send(state, call, rich_content(state, call))


def send_document(state: State, call: Parameters) -> Json:
    stored = _file(state, call, "document")
    return _send(state, call, {"document": stored.document(), **caption_content(state, call)})


def send_photo(state: State, call: Parameters) -> Json:
    stored = _file(state, call, "photo")
    if not stored.width:
        raise bad_request("IMAGE_PROCESS_FAILED")
    return _send(state, call, {"photo": stored.photo(), **caption_content(state, call)})


def _send(state: State, call: Parameters, content: Json) -> Json:
    given = call.decoded("reply_markup") if call.has("reply_markup") else None
    markup = parsed_markup(given)
    chat = writable_chat(state, call.values.get("chat_id"))
    below = parsed_below(given, chat.kind)
    thread = open_thread(chat, call)
    reply = replied(state, chat, call)
    if thread is None and reply is not None and chat.is_forum:
        thread = reply.get("message_thread_id")
    if markup is not None:
        content["reply_markup"] = markup
    if call.boolean("protect_content"):
        content["has_protected_content"] = True
    if below is not None:
        put_below(state, chat, below)
    return post(state, chat, content, sender=state.bot_user(), by_bot=True, thread=thread, reply=reply)


def _file(state: State, call: Parameters, name: str) -> StoredFile:
    """A file that came along (directly or as attach://…), or one already known by its file_id."""
    given = call.text(name)
    upload = call.uploads.get(given.removeprefix("attach://") if given.startswith("attach://") else name)
    if upload is not None:
        if len(upload[1]) > UPLOAD_LIMIT:
            raise ApiError(413, "Request Entity Too Large")
        if not upload[1]:
            raise bad_request("file must be non-empty")
        return state.files.add(upload[0], upload[1], upload[2])
    if not given:
        raise bad_request(f"there is no {name} in the request")
    stored = state.files.get(given)
    if stored is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return stored


def forward_message(state: State, call: Parameters) -> Json:
    source, message = _source(state, call, "message to forward not found")
    chat = writable_chat(state, call.values.get("chat_id"))
    content = {"forward_origin": origin(state, source, message), **carried(message)}
    thread = open_thread(chat, call)
    return post(state, chat, content, sender=state.bot_user(), by_bot=True, thread=thread)


def copy_message(state: State, call: Parameters) -> Json:
    _, message = _source(state, call, "message to copy not found")
    content = carried(message)
    if call.has("caption") and ("document" in content or "photo" in content):
        content.pop("caption", None)
        content.pop("caption_entities", None)
        content.update(caption_content(state, call))
    return {"message_id": _send(state, call, content)["message_id"]}


def _source(state: State, call: Parameters, missing: str) -> tuple[Chat, Json]:
    source = known_chat(state, call.values.get("from_chat_id"))
    message = asked_message(source, call, missing)
    if message.get("has_protected_content"):
        raise bad_request("message can't be forwarded" if "forward" in missing else "message can't be copied")
    return source, message


def send_chat_action(state: State, call: Parameters) -> bool:
    action = call.text("action")
    if action.lower() not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = writable_chat(state, call.values.get("chat_id"))
    state.events.publish("action", chat.id, action=action.lower())
    return True


METHODS: tuple[Method, ...] = (
    method(
        "sendMessage",
        send_message,
        _COMMON + "text parse_mode entities link_preview_options disable_web_page_preview",
        posts=True,
    ),
    method("sendRichMessage", send_rich_message, _COMMON + "rich_message", posts=True),
    method(
        "sendDocument",
        send_document,
        _COMMON + _CAPTION + "document thumbnail disable_content_type_detection",
        posts=True,
    ),
    method("sendPhoto", send_photo, _COMMON + _CAPTION + "photo has_spoiler", posts=True),
    method("forwardMessage", forward_message, _COMMON + "from_chat_id message_id", posts=True),
    method("copyMessage", copy_message, _COMMON + _CAPTION + "from_chat_id message_id", posts=True),
    method("sendChatAction", send_chat_action, "chat_id action message_thread_id business_connection_id"),
)
