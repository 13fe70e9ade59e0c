"""The bot's own words in the language of whoever reads them.

Texts stand in the code in English and go through `_` or `ngettext`; catalogues under `locales/` hold them in other
languages (https://www.gnu.org/software/gettext/manual/gettext.html). Which language is spoken is a matter of the
context (https://docs.python.org/3/library/contextvars.html): whoever answers or composes says it once, `speaking`
or `speak`, and need not hand it down to every function that has a word to say.

Where the spoken language goes from right to left, names, numbers, links and commands are put between marks that
keep their own direction to themselves (https://www.unicode.org/reports/tr9/#Explicit_Directional_Isolates): `_` does
so with the placeholders and commands in its texts, and `isolated` with what is put together elsewhere.
"""

import gettext as catalogues
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

_T = TypeVar("_T")
LOCALES = Path(__file__).parent / "locales"
_DOMAIN = "bot"
_language: ContextVar[str] = ContextVar("language", default="en")

#: Every language that the bot speaks, named in itself.
LANGUAGES = {"en": "English", "de": "Deutsch", "es": "Español", "ru": "Русский", "ar": "العربية"}
RIGHT_TO_LEFT = frozenset({"ar"})
#: Letters that go from right to left: Hebrew, Arabic, and those of other languages that are written like these.
_TURNED = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
#: A placeholder, or a command, which is neither a closing tag nor a part of an address.
_FOREIGN = re.compile(r"\{\w+\}|(?<![\w/<:.])/[a-z]+\b")


def spoken(code: str | None) -> str | None:
    """The bot's language for a code such as Telegram has them (https://en.wikipedia.org/wiki/IETF_language_tag);
    None for one that it does not speak."""
    base = re.split("[-_]", code or "")[0].casefold()
    return base if base in LANGUAGES else None


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """What is worded inside is in that language; one that the bot does not speak is English."""
    token = _language.set(spoken(language) or "en")
    try:
        yield
    finally:
        _language.reset(token)


def speak(language: str) -> None:
    """The same for all that the present task still does."""
    _language.set(spoken(language) or "en")


def language() -> str:
    """The code of the language that is spoken here."""
    return _language.get()


def in_languages(word: Callable[[], _T], codes: Iterable[str] = LANGUAGES) -> dict[str, _T]:
    """What `word` says in each of these languages."""
    said = {}
    for code in codes:
        with speaking(code):
            said[code] = word()
    return said


def _(text: str) -> str:
    return _worded(language(), text)


def ngettext(one: str, many: str, number: int) -> str:
    """The form for that number; `{number}` in it is still to be filled in."""
    return _directed(language(), _catalogue(language()).ngettext(one, many, number))


def N_(text: str) -> str:
    """Marks a text that stands where nothing is spoken yet, to be worded by `_` when it is used."""
    return text


def isolated(text: str, beside: str = "") -> str:
    """Between marks where the spoken language goes from right to left, or `text` or what it stands beside does: else
    a phone turns its numbers round. `text` may have markup."""
    turned = language() in RIGHT_TO_LEFT or _TURNED.search(text) or _TURNED.search(beside)
    return f"\u2068{text}\u2069" if turned else text


@lru_cache(maxsize=4096)
def _worded(code: str, text: str) -> str:
    return _directed(code, _catalogue(code).gettext(text))


def _directed(code: str, text: str) -> str:
    return _FOREIGN.sub("\u2068\\g<0>\u2069", text) if code in RIGHT_TO_LEFT else text


@lru_cache
def _catalogue(code: str) -> catalogues.NullTranslations:
    return catalogues.translation(_DOMAIN, LOCALES, [code], fallback=True)
