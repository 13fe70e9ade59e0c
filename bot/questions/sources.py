"""Whose articles a question is about, where it says so: “what did Reuters say about …”."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from bot.questions.phrases import Phrases, pattern, phrases_in

#: More words than the name of a source has.
_MOST_WORDS = 6
_WORD = re.compile(r"[^\s,;:?!؟،؛«»“”„\"()]+")
_SECTION = re.compile(r" *(?: [-–—|·:] |: ).*")
_ARTICLE = re.compile("the|de[rmn]|d[ai]e?s?|el|l[ao]s?", re.IGNORECASE)
_DOMAIN = re.compile(r"^www\.|\.(?:com|org|net|de|es|ru|info|news|co\.uk|uk)$")


@dataclass(frozen=True, slots=True)
class ToldBy:
    """`rest`: the question without what it says of the source; `sources`: their names in small letters."""

    rest: str
    sources: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Name:
    start: int
    stop: int
    sources: frozenset[str]


def told_by(text: str, sources: Collection[str]) -> ToldBy:
    """Of a text in which words are parted by single spaces."""
    if not sources:
        return ToldBy(text)
    known = _by_name(sources)
    for words in phrases_in(text):
        found = next(_found(text, words, known), None)
        if found:
            rest = f"{text[: found.start].rstrip()} {text[found.stop :].lstrip()}"
            return ToldBy(rest.strip(" ,"), found.sources)
    return ToldBy(text)


def _by_name(sources: Collection[str]) -> dict[str, set[str]]:
    """What people call them: “Harbour Times - World” also “Harbour Times”, “The Tide” “Tide”, “BBC News” “BBC”."""
    known: dict[str, set[str]] = {}
    for source in sources:
        name = source.casefold()
        for called in (name, _SECTION.sub("", name), _DOMAIN.sub("", name), _acronym(source)):
            known.setdefault(re.sub(r"^the ", "", called), set()).add(name)
    known.pop("", None)
    return known


def _acronym(source: str) -> str:
    first, _, rest = source.partition(" ")
    return first.casefold() if first.isupper() and len(first) > 1 and rest.casefold().startswith("news") else ""


def _found(text: str, words: Phrases, known: dict[str, set[str]]) -> Iterator[_Name]:
    yield from _with_verb(text, words, known)
    leads = re.compile(rf"(?<!\w)(?:{words.table['by']})\s*", re.IGNORECASE)
    for cue in leads.finditer(text):
        if name := _names_at(text, cue.end(), words, known):
            yield _Name(cue.start(), name.stop, name.sources)
    for cue in words.each("at", text):
        name = _names_at(text, cue.end(), words, known)
        if name and _is_title(text[name.start : name.stop]):
            yield _Name(cue.start(), name.stop, name.sources)


def _is_title(name: str, *, caseless: bool = False) -> bool:
    """“in harbour times”, “in Reuters”; “in the harbour” may be any. `caseless`: a word of a script that has no small
    letters is one."""
    return " " in name or "." in name or name != name.casefold() or (caseless and name == name.upper())


def _with_verb(text: str, words: Phrases, known: dict[str, set[str]]) -> Iterator[_Name]:
    """“did NAME say”, “NAME said”, “schreibt NAME”, “hat NAME … gesagt”."""
    for cue in words.each("had", text):
        name = _names_at(text, cue.end(), words, known)
        verb = pattern(words.table["told"]).search(text, name.stop) if name else None
        if name and verb and not text[name.stop : verb.start()].strip():
            yield _Name(cue.start(), verb.end(), name.sources)
        elif name and verb and not text[verb.end() :].strip(" ?!."):
            yield _Name(cue.start(), name.stop, name.sources)
    for verb in words.each("verbs", text):
        behind, before = _names_at(text, verb.end(), words, known), _name_before(text, verb.start(), known)
        if behind and _is_title(text[behind.start : behind.stop], caseless=True):
            yield _Name(verb.start(), behind.stop, behind.sources)
        if before and _is_title(text[before.start : before.stop], caseless=True):
            yield _Name(before.start, verb.end(), before.sources)


def _names_at(text: str, position: int, words: Phrases, known: dict[str, set[str]]) -> _Name | None:
    """“Reuters and the BBC”, too."""
    name = _name_at(text, position, known)
    while name and (joint := pattern(words.table["and"]).match(text, name.stop + 1)):
        other = _name_at(text, joint.end(), known)
        if other is None:
            break
        name = _Name(name.start, other.stop, name.sources | other.sources)
    return name


def _name_at(text: str, position: int, known: dict[str, set[str]]) -> _Name | None:
    """The longest name that begins there."""
    ahead = text[position : position + 120]
    found = list(_WORD.finditer(ahead))[:_MOST_WORDS]
    for first in (0, 1):  # behind an article
        for last in range(len(found), first, -1):
            start, stop = found[first].start(), found[last - 1].end()
            if name := _name(text, position + start, position + stop, known):
                if ahead[: found[0].start()].strip():
                    return None
                if first == 0 or _ARTICLE.fullmatch(found[0][0]):
                    return name
    return None


def _name_before(text: str, position: int, known: dict[str, set[str]]) -> _Name | None:
    """The longest name that ends there."""
    begin = max(0, position - 120)
    found = list(_WORD.finditer(text[begin:position]))[-_MOST_WORDS:]
    if not found or text[begin + found[-1].end() : position].strip():
        return None
    names = (_name(text, begin + word.start(), begin + found[-1].end(), known) for word in found)
    return next((name for name in names if name), None)


def _name(text: str, start: int, stop: int, known: dict[str, set[str]]) -> _Name | None:
    said = text[start:stop].casefold()
    sources = known.get(re.sub(r"^the ", "", said)) or known.get(said.rstrip("."))
    return _Name(start, stop, frozenset(sources)) if sources else None
