"""Every text of the bot stands in every catalogue, whole, and in the language of whoever reads it."""

import ast
import asyncio
import re
from collections import Counter
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

from bot.rendering import menus
from bot.rendering.wording import (
    LANGUAGES,
    LOCALES,
    RIGHT_TO_LEFT,
    _,
    in_languages,
    isolated,
    language,
    ngettext,
    speak,
    speaking,
    spoken,
)
from bot.sandbox.texts import formatted

ROOT = Path(__file__).parents[3]
OTHERS = sorted(set(LANGUAGES) - {"en"})
FORMS = {"de": 2, "es": 2, "ru": 3, "ar": 6}
#: Numbers that these forms stand for can be told by the word itself.
TELLING = {"ar": (0, 1, 2), "de": (0,), "es": (0,)}
_PARTS = re.compile(r"\{\w*\}|</?\w+>|(?<![\w/<:.])/[a-z]+")


def catalogue(code: str) -> Catalog:
    with (LOCALES / code / "LC_MESSAGES" / "bot.po").open("rb") as file:
        return read_po(file, locale=code)


def template() -> Catalog:
    with (LOCALES / "bot.pot").open("rb") as file:
        return read_po(file)


def ids(found: Catalog) -> set[object]:
    return {message.id for message in found if message.id}


def parts(text: str) -> Counter[str]:
    """What must be there in any language: placeholders, tags and commands."""
    return Counter(_PARTS.findall(text))


def test_every_text_of_the_code_stands_in_the_template() -> None:
    found = {
        message
        for folder in ("bot", "handlers")
        for _file, _line, message, _comments, _context in extract_from_dir(
            ROOT / folder, method_map=[("**.py", "python")], keywords=DEFAULT_KEYWORDS
        )
    }
    assert found == ids(template()), "run `make messages`, and translate what is new"


def test_no_text_hides_where_the_tools_do_not_look() -> None:
    """Inside an f-string a text is found by some versions of Python only."""
    for file in [*(ROOT / "bot").rglob("*.py"), *(ROOT / "handlers").rglob("*.py")]:
        for string in (
            node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.JoinedStr)
        ):
            calls = [node.func for node in ast.walk(string) if isinstance(node, ast.Call)]
            assert not any(isinstance(f, ast.Name) and f.id in DEFAULT_KEYWORDS for f in calls), (file, string.lineno)


def test_there_is_a_catalogue_for_every_language() -> None:
    assert sorted(path.name for path in LOCALES.iterdir() if path.is_dir()) == OTHERS


@pytest.mark.parametrize("code", OTHERS)
def test_a_catalogue_is_whole(code: str) -> None:
    found = catalogue(code)
    assert ids(found) == ids(template())
    assert not found.obsolete
    for message in found:
        if message.id:
            assert not message.fuzzy, message.id
            assert all(forms(message)), f"not translated: {message.id}"
    assert found.num_plurals == FORMS[code]


@pytest.mark.parametrize("code", OTHERS)
def test_nothing_is_lost_or_added_on_the_way(code: str) -> None:
    for message in catalogue(code):
        if not message.id:
            continue
        source = message.id if isinstance(message.id, str) else message.id[1]
        told = forms(message)
        assert len(told) == (1 if isinstance(message.id, str) else FORMS[code])
        for number, text in enumerate(told):
            wanted = parts(source)
            if len(told) > 1 and number in TELLING.get(code, ()) and "{number}" not in text:
                wanted -= Counter(["{number}"])
            assert parts(text) == wanted, text
            assert text.count("\n") == source.count("\n"), text
            assert not re.search("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", text), "`_` sets the marks"


def forms(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def test_plural_forms_are_those_of_the_language() -> None:
    def questions(number: int) -> str:
        return ngettext("{number} question", "{number} questions", number).format(number=number)

    with speaking("ru"):
        assert [questions(n).split()[1] for n in (1, 2, 5, 11, 21)] == [
            "вопрос", "вопроса", "вопросов", "вопросов", "вопрос",
        ]  # fmt: skip
    with speaking("ar"):
        assert len({questions(n).strip("\u20680123456789\u2069 ") for n in (0, 1, 2, 3, 11, 100)}) == 6


def test_what_is_not_spoken_is_english() -> None:
    for code in ("fr", "", "no such language"):
        with speaking(code):
            assert (language(), _("Related")) == ("en", "Related")
    assert [spoken(code) for code in ("de-AT", "AR", "pt_BR", "", None)] == ["de", "ar", None, None, None]
    assert in_languages(lambda: _("Questions"), ["en", "de"]) == {"en": "Questions", "de": "Fragen"}
    assert language() == "en"


async def test_each_task_speaks_for_itself() -> None:
    both = asyncio.Barrier(2)

    async def answer(code: str) -> str:
        speak(code)
        await both.wait()
        return _("Related")

    german, spanish = await asyncio.gather(asyncio.create_task(answer("de")), asyncio.create_task(answer("es")))
    assert german != spanish
    assert _("Related") == "Related"


@pytest.mark.parametrize("code", sorted(RIGHT_TO_LEFT))
def test_foreign_words_keep_their_direction_to_themselves(code: str) -> None:
    with speaking(code):
        told = _("There is no category “{word}”.").format(word="Berlin!")
        assert "\u2068Berlin!\u2069" in told
        assert "\u2068/help\u2069" in menus.unknown_command().text
        assert isolated("x") == "\u2068x\u2069"
        text, entities = formatted(menus.help_text(editor=True).text, "HTML", None, {})
    commands = [text[e["offset"] : e["offset"] + e["length"]] for e in entities if e["type"] == "bot_command"]
    assert {f"/{name}" for name in (*menus.READER_COMMANDS, *menus.EDITOR_COMMANDS)} <= set(commands)
    assert isolated("x") == "x"


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_telegram_shows_of_the_bot_fits(code: str) -> None:
    """https://core.telegram.org/bots/api#botcommand, #setmydescription, #setmyshortdescription"""
    with speaking(code):
        words = [*menus.reader_commands().values(), *menus.editor_commands().values()]
        assert all(1 <= len(one) <= 256 for one in words)
        assert 0 < len(menus.about()) <= 512
        assert 0 < len(menus.in_short()) <= 120


def test_only_what_a_phone_would_turn_round_is_isolated() -> None:
    assert isolated("Brücke") == "Brücke"
    assert isolated("العبارة") == "\u2068العبارة\u2069"
    assert isolated("22 Nov", beside="שלום") == "\u206822 Nov\u2069"
    with speaking("ar"):
        assert isolated("Brücke") == "\u2068Brücke\u2069"
