"""How the bot gets its updates and files. https://core.telegram.org/bots/api#getting-updates"""

import re
from urllib.parse import urlsplit

from bot.sandbox.chats import Json
from bot.sandbox.errors import ApiError, bad_request
from bot.sandbox.files import DOWNLOAD_LIMIT
from bot.sandbox.methods.method import Described, Method, method
from bot.sandbox.parameters import Parameters
from bot.sandbox.state import State

LONGEST_POLL = 50  # seconds, as Telegram cuts the parameter timeout
_SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")
_WEBHOOK = "url certificate ip_address max_connections allowed_updates drop_pending_updates secret_token"


async def get_updates(state: State, call: Parameters) -> list[Json]:
    if state.webhook.url:
        raise ApiError(
            409,
            "Conflict: can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first",
        )
    state.updates.allow(call.decoded("allowed_updates"))
    limit = call.integer("limit", 100)
    timeout = min(max(call.integer("timeout"), 0), LONGEST_POLL)
    return await state.updates.poll(call.integer("offset"), limit if 0 < limit <= 100 else 100, timeout)


def set_webhook(state: State, call: Parameters) -> Described:
    """Accepts http to this computer, as a Bot API server of one's own does."""
    url = call.text("url").strip()
    if not url:
        return delete_webhook(state, call)
    parts = urlsplit(url if "://" in url else f"https://{url}")
    local = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    secret = call.text("secret_token")
    if len(secret) > 256:
        raise bad_request("secret token is too long")
    if not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    state.updates.allow(call.decoded("allowed_updates"))
    if call.boolean("drop_pending_updates"):
        state.updates.queue.clear()
    state.updates.interrupt(ApiError(409, "Conflict: terminated by setWebhook request"))
    connections = min(max(call.integer("max_connections", 40), 1), 100)
    if not state.webhook.set(parts.geturl(), secret, connections):
        return Described(True, "Webhook is already set")
    return Described(True, "Webhook was set")


def delete_webhook(state: State, call: Parameters) -> Described:
    if call.boolean("drop_pending_updates"):
        state.updates.queue.clear()
    had = state.webhook.clear()
    return Described(True, "Webhook was deleted" if had else "Webhook is already deleted")


def get_webhook_info(state: State, call: Parameters) -> Json:
    told = state.webhook.info()
    told["pending_update_count"] = len(state.updates.queue)
    if state.updates.allowed is not None:
        told["allowed_updates"] = sorted(state.updates.allowed)
    return told


def get_file(state: State, call: Parameters) -> Json:
    if not call.text("file_id"):
        raise bad_request("file_id not specified")
    stored = state.files.get(call.text("file_id"))
    if stored is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if len(stored.content) > DOWNLOAD_LIMIT:
        raise bad_request("file is too big")
    return {**stored.described(), "file_path": stored.path}


METHODS: tuple[Method, ...] = (
    method("getUpdates", get_updates, "offset limit timeout allowed_updates"),
    method("setWebhook", set_webhook, _WEBHOOK),
    method("deleteWebhook", delete_webhook, "drop_pending_updates"),
    method("getWebhookInfo", get_webhook_info),
    method("getFile", get_file, "file_id"),
)
