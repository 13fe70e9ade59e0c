"""Markup of any kind as clean words: no tags, no entities left over, no marks that do not show."""

import html
import re
import unicodedata
from collections.abc import Iterator

#: Characters of a teaser.
LONGEST_TEASER = 500
#: Characters of markup that are read; what is longer is not shown anyway.
_MOST_MARKUP = 40_000
#: How often markup may be wrapped in markup: "&amp;amp;lt;b&amp;amp;gt;".
_ROUNDS = 4


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_CODE = frozenset({"script", "style"})
_UNSEEN = _CODE | _names("iframe svg object template select button audio video canvas noscript textarea")
_INLINE = _names(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark nobr q rb rp rt ruby s samp"
    " small span strike strong sub sup time tt u var wbr"
)
_BLOCKS = _names(
    "address area article aside base basefont blockquote body br caption center col colgroup dd details dialog dir"
    " div dl dt embed fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr"
    " html input legend li link main map menu meta meter nav noembed noframes ol optgroup option output p param"
    " picture pre progress section source summary table tbody td tfoot th thead title tr track ul"
)
_KNOWN = _UNSEEN | _INLINE | _BLOCKS

#: A comment (also one that never ends), a declaration, or a tag; its second form is for quotes that do not match.
_ANY_TAG = r"""<!--.*?(?:-->|\Z) | <[!?][^<>]*+>
    | <(/?)(NAME) (?: (?:[^<>"'] | "[^"]{0,4000}+" | '[^']{0,4000}+')*+ > | [^<>]*+> )"""
_TAG = re.compile(_ANY_TAG.replace("NAME", r"[a-zA-Z][\w:.-]*+"), re.S | re.X)
_KNOWN_TAG = re.compile(_ANY_TAG.replace("NAME", rf"(?:{'|'.join(_KNOWN)})(?![\w:.-])"), re.S | re.X | re.I)
_CUT_TAG = re.compile(r"<(?:!--.*|[!?/]?([a-zA-Z]*)[^<>]*)\Z", re.S)
_SOURCE = re.compile(r"\bsrc\s*=\s*(?:[\"']([^\"']+)|([^\s\"'>]+))", re.I)
_PIXEL = re.compile(
    r"\b(?:width|height)\s*(?:=\s*[\"']?|:\s*)[01](?:px)?\b|feedburner|doubleclick|pixel|/count|tracking|stats\.",
    re.I,
)
# Only with its semicolon: "?a=1&copy=3" is no copyright sign.
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
#: What is no character of a text: controls, soft hyphens, marks of direction and of no width, halves of pairs.
_INVISIBLE = re.compile(
    "[\0-\x08\x0e-\x1b\x7f\x80-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\ufffc\ufffe\uffff\U000e0000-\U000e007f]"
)
#: Where none of these and none of the joiners stands, all of a text shows.
_SPECIAL = re.compile(f"{_INVISIBLE.pattern[:-1]}\u200c\u200d]")
#: Joins and parts letters where a script or an emoji needs it, and nothing elsewhere.
_JOINER = re.compile("[\u200c\u200d]+")
#: Bytes of Windows-1252 that were read as Latin-1.
_MISREAD = re.compile("[\x80-\x9f]+")

#: Characters of a hint, and how many stand one after the other.
_LONGEST_HINT = 600
_MOST_HINTS = 3
#: What hints at the rest of a text instead of being a part of it: dots in brackets, the words of links, and the line
#: that the best-known publishing system adds. With capitals, as "people read more." is the text's own.
_HINT = re.compile(
    r"""\s*+(?: \[\s?(?:…|\.\.\.)\s?\]
    | (?:…|\.\.\.)?\s?[(\[]?\b
      (?:Read\s(?:[Mm]ore|on|the\sfull)|READ\sMORE|Continue\s[Rr]eading|Learn\smore|See\smore|Weiterlesen|Läs\s(?:mer|vidare)|Leia\smais
        |Leer\smás|Lire\sla\ssuite|Leggi\stutto|Czytaj\sdalej|Lees\s(?:meer|verder)|Читать\sдалее|Подробнее|Devamını\soku)
      \b[^.!?…]{0,80}(?:…|\.\.\.|[»→>.!])*[)\]]?
    | (?:The\s(?:post|article)|Der\sBeitrag|L['’]article|El\sartículo|La\sentrada|L['’]articolo|O\spost
        |Запись|Wpis|Het\sbericht)
      \s.{1,400}?\s(?:appeared\sfirst\son|first\sappeared\son|erschien\szuerst\sauf|est\sapparu\sen\spremier\ssur
        |(?:se\spublicó|apareció)\sprimero\sen|proviene\sda|apareceu\sprimeiro\sem|впервые\sпоявилась|pochodzi\sz
        |verscheen\seerst\sop)
      \s.{1,120}
    )\s*\Z""",
    re.X | re.S,
)
#: What each of these hints begins with or holds: where nothing of that stands, there is none, and no need to look.
_HINTING = re.compile(
    r"…|\.\.\.|Read|READ|Continue|Learn|See|Läs|Leia|Leer|Lire|Leggi|Lees|Weiterlesen|Czytaj|Читать|Подробнее|Devamını"
    "|appeared|erschien|apparu|publicó|apareció|proviene|apareceu|впервые|pochodzi|verscheen"
)
_ENDED = tuple(".!?…؟۔।。！？»”’\"'):")
_SENTENCE_END = re.compile(r"""[.!?…؟۔।][»”’"')\]]*(?=\s)|[。！？][」』”’）]*""")


def clean(markup: str) -> str:
    """One line of words. Harmless for what is no markup: "5 < 6 & AT&T" stays."""
    text = _without_tags(_visible(markup[:_MOST_MARKUP]), _TAG)
    if text.isascii() and "&" not in text and "<" not in text:
        return " ".join(text.split())
    for _ in range(_ROUNDS):
        # What was taken out may have stood inside of a tag or an entity, and so have hidden it.
        seen = _visible(_ENTITY.sub(lambda found: html.unescape(found[0]), text))
        # What the markup itself shows as "<T>" is words; only what is certainly markup again is taken out.
        shorter = _without_tags(seen, _KNOWN_TAG)
        if shorter == text or (shorter == seen and not _ENTITY.search(seen) and not _JOINER.search(seen)):
            return shorter
        text = shorter
    return _visible(text.replace("<", " ").replace("&", " "))


def excerpt(text: str, most: int = LONGEST_TEASER) -> str:
    """As many whole sentences of a clean text as `most` characters hold, at least a third of them; else whole words
    with an ellipsis."""
    text = _without_hints(text)
    if len(text) <= most:
        return text
    ends = [end.end() for end in _SENTENCE_END.finditer(text, 0, most + 1) if end.end() <= most]
    if ends and ends[-1] >= most // 3:
        return text[: ends[-1]]
    return shortened(text, most)


def _without_hints(text: str) -> str:
    whole = text
    for _ in range(_MOST_HINTS):
        start = max(0, len(text) - _LONGEST_HINT)
        if not _HINTING.search(text, start) or not (hint := _HINT.search(text, start)):
            break
        text = text[: hint.start()]
    return text + "…" if text and text != whole and not text.endswith(_ENDED) else text


def shortened(text: str, most: int) -> str:
    """As many whole words as fit, and an ellipsis for the others."""
    if len(text) <= most:
        return text
    words = text[: most - 1]
    head, space, _ = words.rpartition(" ")
    return (head if space and len(head) >= most // 3 else words).rstrip(" ,;:–—-") + "…"


def pictures(markup: str) -> Iterator[str]:
    """The addresses of its pictures, as they stand there, without those that only count readers."""
    for tag in _TAG.finditer(markup[:_MOST_MARKUP]):
        if tag[2] and tag[2].lower() == "img" and not _PIXEL.search(tag[0]) and (source := _SOURCE.search(tag[0])):
            yield source[1] or source[2]


def _without_tags(text: str, tags: re.Pattern[str]) -> str:
    if "<" not in text:
        return text
    pieces, done, inside = [], 0, ""
    for tag in tags.finditer(text):
        name = (tag[2] or "").lower()
        if inside and not (tag[1] and name == inside):
            continue
        pieces += ["" if inside else text[done : tag.start()], "" if name in _INLINE else " "]
        opens = name in _UNSEEN and not tag[1] and not tag[0].endswith("/>")
        inside = name if opens and (name in _CODE or f"</{name}" in text[tag.end() :].lower()) else ""
        done = tag.end()
    rest = "" if inside else text[done:]
    cut = _CUT_TAG.search(rest)
    if cut and (cut[1] is None or cut[1].lower() in _KNOWN):
        rest = rest[: cut.start()]
    return "".join([*pieces, rest])


def _visible(text: str) -> str:
    if _SPECIAL.search(text):
        text = _INVISIBLE.sub("", _MISREAD.sub(_as_windows, text))
        text = _JOINER.sub(_needed_joiner, text)
    return unicodedata.normalize("NFC", " ".join(text.split()))


def _as_windows(found: re.Match[str]) -> str:
    return found[0].encode("latin-1").decode("cp1252", "ignore")


def _needed_joiner(found: re.Match[str]) -> str:
    """Persian, Urdu and the scripts of India need one between two letters, emoji of several parts between those."""
    before, after = found.string[found.start() - 1 : found.start()], found.string[found.end() : found.end() + 1]
    return found[0][0] if before > "\u05ff" and after > "\u05ff" and not before.isspace() else ""
