"""The log of what the bot asked for, so that a test can see every call, also the refused ones."""

import itertools
import logging
from collections import deque
from typing import Any

import orjson

Json = dict[str, Any]
KEPT = 100_000  # some 200 MB when all are full texts
log = logging.getLogger(__name__)


class Calls:
    def __init__(self) -> None:
        self._kept: deque[Json] = deque(maxlen=KEPT)
        self._numbers = itertools.count(1)

    def record(self, method: str, parameters: Json, unknown: list[str], at: float) -> Json:
        """Notes a call before it runs; `finish` adds how it ended (status 0 means: not ended, or cut)."""
        if unknown:
            log.warning("%s: unknown parameters %s are ignored, as Telegram does", method, ", ".join(unknown))
        call: Json = {
            "n": next(self._numbers),
            "method": method,
            "chat_id": parameters.get("chat_id"),
            "parameters": parameters,
            "unknown_parameters": unknown,
            "status": 0,
            "description": "",
            "at": at,
        }
        self._kept.append(call)
        return call

    def listed(self, method: str | None, after: int) -> list[Json]:
        wanted = method.lower() if method else None
        return [
            _readable(call)
            for call in self._kept
            if call["n"] > after and (wanted is None or call["method"].lower() == wanted)
        ]


def _readable(call: Json) -> Json:
    """Parameters that travelled as JSON text are shown as what they mean."""
    parameters = {key: _decoded(key, value) for key, value in call["parameters"].items()}
    return {**call, "chat_id": parameters.get("chat_id"), "parameters": parameters}


def _decoded(key: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if key in ("text", "caption") or not value.startswith(("{", "[")):
        return int(value) if key.endswith("_id") and value.lstrip("-").isdigit() and len(value) < 16 else value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value
