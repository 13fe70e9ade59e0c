"""A feed's bytes before they are parsed: their real encoding, and without what makes parsers fail."""

import codecs
import re
import sys

_DECLARED = re.compile(rb"\s*<\?xml\b[^>]{0,200}?\bencoding\s*=\s*[\"']([\w.:-]{1,40})[\"']", re.I)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.I)
#: An ampersand that begins nothing, outside of CDATA sections and comments, which are kept whole.
_BARE_AMPERSAND = re.compile(
    rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|&(?!#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|[a-zA-Z][\w.:-]{0,31};)",
    re.S,
)
#: References to no character (https://www.w3.org/TR/xml/#charsets): halves of one, and numbers that none has.
_MAYBE_NONE = re.compile(
    rb"&#(?:x0*(?:d[89a-f]|1[1-9a-f]|[2-9a-f])[0-9a-f]{2,};|0*(?:5[5-7]\d{3}|[1-9]\d{6,});)", re.I
)
_REFERENCES = re.compile(rb"(?:&#(?:x[0-9a-f]{1,40}|\d{1,40});){1,100}", re.I)
#: Bytes that are no UTF-8 in a text that otherwise is, at most one in so many that are.
_SLIPS = 10


def encoding(body: bytes, content_type: str) -> str:
    """The one to read it in; "" leaves it to the parser. What the bytes show goes before what is said of them, and
    what they say themselves before what the server says, which is often its default."""
    if body.startswith((codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF8)) or b"\0" in body[:4]:
        return ""
    if not body.isascii() and _is_utf8(body):
        return "utf-8"
    if _DECLARED.match(body):
        return ""
    said = _CHARSET.search(content_type)
    return said[1] if said and not body.isascii() and _reads(body, said[1]) else ""


def without_slips(body: bytes) -> bytes:
    """UTF-8 from what nearly is."""
    return body.decode("utf-8", "replace").encode()


def without_halves(body: bytes) -> bytes:
    """Pairs of references to halves of a character become that character; other halves, and what is none, go."""
    return _REFERENCES.sub(_whole, body) if _MAYBE_NONE.search(body) else body


def without_bare_ampersands(body: bytes) -> bytes:
    return _BARE_AMPERSAND.sub(lambda found: b"&amp;" if found[0] == b"&" else found[0], body)


def _is_utf8(body: bytes) -> bool:
    text = body.decode("utf-8", "replace")
    slips = text.count("\ufffd")
    if not slips:
        return True
    # Each slip is one byte; what is left of the bytes beyond one a character belongs to characters of several.
    return slips * _SLIPS < len(body) - len(text)


def _reads(body: bytes, name: str) -> bool:
    try:
        body.decode(name)
    except (LookupError, ValueError):
        return False
    return True


def _whole(found: re.Match[bytes]) -> bytes:
    said = found[0].decode().lower().removeprefix("&#").removesuffix(";").split(";&#")
    numbers = [int(digits[1:], 16) if digits.startswith("x") else int(digits) for digits in said]
    halves = "".join(chr(number) for number in numbers if number <= sys.maxunicode)
    text = halves.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
    return b"".join(b"&#%d;" % ord(char) for char in text)
