"""Of which category something shall be, where a question says so; and whether it asks for what is new at all."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from bot.domain.category import Category
from bot.questions.phrases import Phrases, pattern, phrases_in, plain

#: A word before it makes the category's name a part of the subject: “in the world”, “the effect on policy”.
_NAME = r"(?P<name>[\w#&-]+(?: [\w&-]+){0,2}?)"
#: “#policy”; “Policy: who won?”
_MARKED = re.compile(r"(?<!\S)#(?P<tag>\w[\w-]*)|^(?P<head>[\w-]+):(?= )")
#: In per cent, how much alike words are of which one is the other with a slip of the hand; shorter ones are others.
_MISTYPED, _SHORT = 88, 4
_END = r"(?=[ ?!.,:;؟،…]*$)"


@dataclass(frozen=True, slots=True)
class News:
    """`about`: of what; empty: of anything."""

    about: str
    categories: frozenset[str] = frozenset()


def news_of(text: str, categories: Sequence[Category]) -> News | None:
    """Of a text without what it says of time and source; None if it asks for something else."""
    for words in phrases_in(text):
        about = _news(text, words)
        if about is not None:
            found = _called(about, words, categories)
            return News("", found) if found else News(*_narrowed(about, words, categories))
        if name := _headline(text, words):
            found = _called(name, words, categories)
            return News("" if found else name, found)
    return None


def of_category(text: str, categories: Sequence[Category], *, sure: bool) -> tuple[str, frozenset[str]]:
    """The question without what it says of the category. `sure`: it is narrowed otherwise already, so that a
    category's name at its end is meant so, too."""
    for words in phrases_in(text):
        for start, stop, name in _said(text, words, sure=sure):
            if found := _called(name, words, categories):
                return f"{text[:start].rstrip()} {text[stop:].lstrip()}".strip(" ,"), found
    return text, frozenset()


def _called(said: str, words: Phrases, categories: Sequence[Category]) -> frozenset[str]:
    """Of “policy and tech” both, of “the policy section” the one."""
    article, section = words.table["article"], words.table["section"]
    bare = re.compile(rf"(?:(?:{article}) )?(?:(?:{section}) )?(.+?)(?: (?:{section}))?", re.IGNORECASE)
    parts = [bare.fullmatch(part.strip()) for part in re.split(rf",| (?:{words.table['and']}) ", said)]
    found = [category_called(part[1], categories) if part else None for part in parts]
    return frozenset(slug for slug in found if slug) if all(found) else frozenset()


def category_called(name: str, categories: Sequence[Category]) -> str | None:
    """Its slug. “Sport” is Sports, “technology” Tech and “polcy” Policy; of two that may be meant, none is."""
    wanted = _bare(name)
    names = {category.slug: _names(category) for category in categories}
    same = [slug for slug, called in names.items() if wanted in called]
    alike = [slug for slug, called in names.items() if any(_alike(wanted, one) for one in called)]
    found = same or alike
    return found[0] if len(found) == 1 else None


def _names(category: Category) -> set[str]:
    return {_bare(name) for name in (category.slug, category.name, *category.names.values())}


def _bare(name: str) -> str:
    return " ".join(plain(word) for word in re.sub(r"[#?!.,:;؟،…]", "", name).split())


def _alike(said: str, name: str) -> bool:
    short, long = sorted((said, name), key=len)
    if len(short) < 4 or " " in said:
        return False
    if len(short) > _SHORT and fuzz.ratio(said, name) >= _MISTYPED:
        return True
    return (long.startswith(short) and long[len(short) :] in _ENDINGS) or _inflected(short, long)


_ENDINGS = frozenset({"s", "nology", "nologies", "nik", "nologie", "nología", "nologías"})


def _inflected(short: str, long: str) -> bool:
    """In Russian."""
    stem = len(short) - 1
    return "а" <= short[0] <= "я" and len(long) - len(short) <= 1 and short[:stem] == long[:stem]


def _news(text: str, words: Phrases) -> str | None:
    """Of what news are asked for."""
    said = text.lstrip(" ¿¡?!.,:;")
    if asked := words.begins("ask", said):
        said = said[asked.end() :].lstrip(" ,")
    for alternative in words.table["news"]:
        if found := pattern(alternative).match(said):
            rest = said[found.end() :]
            lead = pattern(words.table["of"]).match(rest.lstrip())
            if lead and rest[:1] == " ":
                return rest.lstrip()[lead.end() :].strip(" ?!.,:;؟،…")
            if not rest.strip(" ?!.,:;؟،…"):
                return ""
    return None


def _headline(text: str, words: Phrases) -> str:
    """“the latest harbour news”"""
    said = text.strip(" ¿¡?!.,:;؟،…")
    found = re.fullmatch(words.table["headline"].replace("{name}", _NAME), said, re.IGNORECASE)
    return found["name"] if found and not _QUESTIONING.match(found["name"]) else ""


_QUESTIONING = re.compile(
    r"(?:who|what|which|why|when|where|how|is|are|was|were|do|does|did|no|fake)\b", re.IGNORECASE
)


def _narrowed(about: str, words: Phrases, categories: Sequence[Category]) -> tuple[str, frozenset[str]]:
    """“the toll in economy”"""
    for start, stop, name in _said(about, words, sure=True):
        if found := _called(name, words, categories):
            return about[:start].strip(" ,") + about[stop:].rstrip(), found
    return about, frozenset()


def _said(text: str, words: Phrases, *, sure: bool) -> Iterator[tuple[int, int, str]]:
    """Where words say a category, and which."""
    for found in _MARKED.finditer(text):
        yield found.start(), found.end(), found["tag"] or found["head"]
    section = words.table["section"]
    other = _NAME.replace("name", "other")
    by_section = rf"(?:{words.table['about']}) (?:\w{{2,3}} )?(?:{_NAME} (?:{section})|(?:{section}) {other})"
    for found in pattern(by_section).finditer(text):
        yield found.start(), found.end(), found["name"] or found["other"]
    headlines = rf"(?:{words.table['about']}) (?:the )?{_NAME} (?:news|nachrichten)"
    for found in pattern(headlines).finditer(text):
        yield found.start(), found.end(), found["name"]
    if sure:
        lead, nothing = (rf"(?<!\w)(?:{words.table[entry]})(?!\w)" for entry in ("about", "nothing"))
        first = rf"^(?:{lead} {_NAME}(?= {nothing})|(?:{lead} )?{other}(?:,|{_END}))"
        for found in re.finditer(first, text, re.IGNORECASE):
            yield found.start(), found.end(), found["name"] or found["other"]
    leads = words.table["about"] if sure else words.table["telling"]
    for found in re.finditer(
        rf"(?<!\w)(?:{leads}) {_NAME}{words.table['tail'] if sure else ''}{_END}", text, re.IGNORECASE
    ):
        if not _belongs(text[: found.start()], words):
            yield found.start(), found.end("name"), found["name"]


def _belongs(before: str, words: Phrases) -> bool:
    """To a noun or verb that takes such a word: “interest in science”."""
    return words.meets("effect", before) is not None
