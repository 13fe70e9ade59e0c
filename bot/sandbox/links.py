"""URLs as td's LinkManager::check_link sees them: which are links at all, and how they are written down."""

import re
from urllib.parse import parse_qs, urlsplit

_SCHEME = re.compile(r"(https?|tg|ton|tonsite):(//)?", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_USUAL = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+(/[!-~]*)?")
_HOST = re.compile(r"[^/?#]*")


class LinkError(ValueError):
    """Why a URL is no link, in td's words (td/telegram/LinkManager.cpp, tdutils HttpUrl.cpp)."""


def checked_link(url: str) -> str:
    """The URL in the form in which Telegram gives it back: with a protocol, and a path after a bare host."""
    usual = _USUAL.fullmatch(url)
    if usual is not None:
        return url if usual[1] else f"{url}/"
    return _unusual(url)


def _unusual(url: str) -> str:
    scheme = _SCHEME.match(url)
    if scheme and not scheme[1].lower().startswith("http"):
        return _app_link(scheme[1].lower(), url[scheme.end() :])
    if scheme is None and _OTHER_SCHEME.match(url):
        raise LinkError("Unsupported URL protocol")
    rest = url[scheme.end() :] if scheme else url
    host_end = _HOST.match(rest).end()  # type: ignore[union-attr]  # the pattern matches the empty string
    host = rest[:host_end].rpartition("@")[2]
    name, _, port = host.partition(":")
    if port and not (port.isdigit() and 0 < int(port) < 65536):
        raise LinkError("Wrong port number specified in the URL")
    if not name:
        raise LinkError("URL host is empty")
    if any(character in name for character in " \t\n<>\"'`"):
        raise LinkError("Disallowed character in URL host")
    if "." not in name and not name.startswith("["):
        raise LinkError("Wrong HTTP URL")
    query = rest[host_end:]
    if not query.startswith("/"):
        query = "/" + query
    return f"{scheme[1].lower() if scheme else 'http'}://{rest[:host_end].lower()}{query}"


def _app_link(scheme: str, rest: str) -> str:
    if not rest or rest.startswith(("/", "?", "#")):
        raise LinkError("URL host is empty")
    return f"{scheme}://{rest}"


def mentioned_user(url: str) -> int | None:
    """The person behind tg://user?id=…, which is a mention and no link."""
    if not url.lower().startswith("tg:"):
        return None
    parts = urlsplit(url)
    if (parts.netloc or parts.path.lstrip("/")).lower() != "user":
        return None
    number = parse_qs(parts.query).get("id", [""])[0]
    return int(number) if number.isdigit() and int(number) > 0 else None
