"""The bytes of a page as text, whatever it says of their encoding.

The header comes before what stands in the page (https://html.spec.whatwg.org/#determining-the-character-encoding),
but what can be read as UTF-8 is UTF-8: that a longer text in another encoding can, does not happen by chance.
"""

import codecs
import re

#: Names under which the web means a larger encoding: https://encoding.spec.whatwg.org/#names-and-labels
_LARGER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
#: Seven bits that are not ASCII, in which a page could hide its markup.
_NEVER = ("utf-7", "hz")
_IN_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.I)
_IN_PAGE = re.compile(
    rb"<meta[^>]{0,400}?charset\s*=\s*[\"']?\s*([\w.:-]+)|<\?xml[^>]{0,200}?encoding=[\"']([\w.:-]+)", re.I
)
_HEAD = 4096
_SAMPLE = 60_000


def decode(body: bytes, content_type: str = "") -> str:
    """Never fails: what cannot be read is shown as U+FFFD."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if body.startswith(mark):
            return body.decode(name, "replace")
    declared = _declared(body, content_type)
    if b"\0" in body[:_HEAD]:
        return body.decode(declared if declared and declared.startswith("utf-16") else "utf-16-le", "replace")
    if declared and declared.startswith("iso2022"):
        return body.decode(declared, "replace")
    text = body.decode("utf-8", "replace")
    beyond_ascii = len(body) - len(body.translate(None, bytes(range(0x80, 0x100))))
    if text.count("\ufffd") * 20 <= beyond_ascii:
        return text
    if declared is None or declared.startswith("utf"):
        declared = _guessed(body)
    return body.decode(declared, "replace")


def _declared(body: bytes, content_type: str) -> str | None:
    in_header, in_page = _IN_HEADER.search(content_type), _IN_PAGE.search(body[:_HEAD])
    names = [in_header[1] if in_header else "", (in_page[1] or in_page[2]).decode() if in_page else ""]
    return next((known for name in names if (known := _known(name))), None)


def _known(name: str) -> str | None:
    try:
        b"".decode(name)  # refuses what is a codec and no encoding
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    return None if found in _NEVER else _LARGER.get(found, found)


def _guessed(body: bytes) -> str:
    from charset_normalizer import from_bytes  # large, and seldom needed

    best = from_bytes(body[:_SAMPLE], chunk_size=1024).best()
    known = _known(best.encoding) if best else None
    return known or "cp1252"
