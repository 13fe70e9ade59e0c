"""The parameters of one call of the bot, however they came: query string, JSON, urlencoded or multipart."""

from typing import Any

import orjson
from aiohttp import web

from bot.sandbox.errors import bad_request

Json = dict[str, Any]
Upload = tuple[str, bytes, str]  # name, content, MIME type


class Parameters:
    """Typed reading of loosely typed values: Telegram takes a number as text and the other way round."""

    __slots__ = ("uploads", "values")

    def __init__(self, values: Json, uploads: dict[str, Upload] | None = None) -> None:
        self.values = values
        self.uploads = uploads or {}

    def has(self, name: str) -> bool:
        return self.values.get(name) is not None

    def text(self, name: str) -> str:
        value = self.values.get(name)
        if value is None:
            return ""
        return value if isinstance(value, str) else orjson.dumps(value).decode()

    def integer(self, name: str, default: int = 0) -> int:
        value = self.values.get(name)
        try:
            return default if value in (None, "") else int(value)
        except (TypeError, ValueError):
            return default

    def boolean(self, name: str) -> bool:
        """Telegram's to_bool: true, yes and 1 in any case."""
        return str(self.values.get(name, "")).lower() in ("true", "yes", "1")

    def decoded(self, name: str) -> Any:
        """A value that is JSON text (form) or already a value (JSON body); None when absent."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from None


def number(value: Any, name: str) -> int:
    """A whole number inside a JSON parameter, which may come as text. Raises ApiError 400."""
    try:
        return int(value)
    except (TypeError, ValueError):
        raise bad_request(f'field "{name}" must be of type Number') from None


async def read_parameters(request: web.BaseRequest) -> Parameters:
    values: Json = dict(request.query) if request.query_string else {}
    uploads: dict[str, Upload] = {}
    if request.method != "POST" or not request.body_exists:
        return Parameters(values)
    if request.content_type == "application/json":
        values.update(_json_body(await request.read()))
    elif request.content_type == "multipart/form-data":
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                uploads[name] = (value.filename, value.file.read(), value.content_type)
            else:
                values[name] = value if isinstance(value, str) else bytes(value).decode("utf-8", "replace")
    else:
        values.update(await request.post())
    return Parameters(values, uploads)


def _json_body(body: bytes) -> Json:
    try:
        values = orjson.loads(body) if body else {}
    except orjson.JSONDecodeError:
        raise bad_request("can't parse request JSON object") from None
    if not isinstance(values, dict):
        raise bad_request("object expected as request body")
    return values
