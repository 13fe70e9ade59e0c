"""Hello, thanks, and commands without their slash, in five languages."""

import re
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.questions.small_talk import Command, Kind, small_talk, without_greeting
from bot.rendering.menus import READER_COMMANDS


def talk(text: str) -> Kind | Command | None:
    return small_talk(text, READER_COMMANDS)


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        (
            Kind.GREETING,
            "hi|Hello bot!|Hey there|good morning|Hello, how are you?|What's up?|hallo|Guten Tag!|Wie geht's?|hola|"
            "¡Buenos días!|привет|Добрый день!|مرحبا|السلام عليكم|👋|👋🏽|hi 👋",
        ),
        (
            Kind.THANKS,
            "thanks!|Thank you so much|Thanks a lot for your help!|great, thanks 🙏|ok|OK, cool|Hi, thanks|danke|"
            "Vielen Dank!|Super, danke dir|muchas gracias|спасибо большое|شكرا|شكراً جزيلاً|👍|👍🏿|❤️|❤️❤️|🙏 🙏",
        ),
        (Kind.FAREWELL, "bye|Goodbye!|see you later|Good night|tschüss|bis bald|adiós|пока|مع السلامة"),
        (Kind.OTHER, "yes|no|hm|haha|😂|🐙🐙|?|...|ja|нет"),
    ],
)
def test_said_to_be_polite(kind: Kind, texts: str) -> None:
    assert {text: talk(text) for text in texts.split("|")} == dict.fromkeys(texts.split("|"), kind)


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("settings", "settings", ""),
        ("Settings, please", "settings", ""),
        ("please show me my settings", "settings", ""),
        ("Hello, help please!", "help", ""),
        ("what can you do?", "help", ""),
        ("stop", "unsubscribe", ""),
        ("STOP!", "unsubscribe", ""),
        ("stop all", "unsubscribe", "all"),
        ("unsubscribe all please", "unsubscribe", "all"),
        ("unsubscribe from policy", "unsubscribe", "policy"),
        ("subscribe policy", "subscribe", "policy"),
        ("Subscribe me to policy, tech and sports", "subscribe", "policy tech sports"),
        ("latest", "latest", ""),
        ("latest policy", "latest", "policy"),
        ("digest please?", "digest", ""),
        ("my digest", "digest", ""),
        ("mute football", "mute", "football"),
        ("pause for 7d", "pause", "7d"),
        ("quiet 22:00-07:00", "quiet", "22:00-07:00"),
        ("schedule daily 08:00", "schedule", "daily 08:00"),
        ("timezone New York", "timezone", "New York"),
        ("language german", "language", "german"),
        ("search bridge inspection", "search", "bridge inspection"),
        ("Hilfe!", "help", ""),
        ("Einstellungen bitte", "settings", ""),
        ("Politik abonnieren", "subscribe", "Politik"),
        ("abbestellen", "unsubscribe", ""),
        ("ayuda", "help", ""),
        ("muéstrame los ajustes por favor", "settings", ""),
        ("помощь", "help", ""),
        ("подпиши меня на политика", "subscribe", "политика"),
        ("настройки, пожалуйста", "settings", ""),
        ("مساعدة", "help", ""),
        ("الإعدادات من فضلك", "settings", ""),
    ],
)
def test_a_command_without_its_slash(text: str, name: str, words: str) -> None:
    assert talk(text) == Command(name, words)


@pytest.mark.parametrize(
    "text",
    [
        "Hello, when does the ferry sail?",
        "why?",
        "and when?",
        "what?",
        "who said that?",
        "Who won?",
        "No toll?",
        "Great Britain",
        "great bridge",
        "Hello Kitty exhibition",
        "Hi-Fi prices",
        "Stop the war",
        "pause in the talks",
        "What is the schedule of the ferry?",
        "language of the treaty",
        "Who stops the toll?",
        "What's new?",
        "latest news on the bridge",
        "Thanksgiving dinner",
        "Was ist toll?",
        "почему?",
        "لماذا؟",
        "thank you " * 50,
    ],
)
def test_what_may_be_a_question_is_none(text: str) -> None:
    assert talk(text) is None


def test_what_is_no_command_here_is_a_question() -> None:
    assert small_talk("settings", {"help"}) is None


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Hello, when does the ferry sail?", "when does the ferry sail?"),
        ("hi when does the ferry sail", "when does the ferry sail"),
        ("Good morning! What's new on sports?", "What's new on sports?"),
        ("Hi bot 👋 who won?", "who won?"),
        ("Hello,\nwho won?", "who won?"),
        ("Thanks. And when does it sail?", "And when does it sail?"),
        ("Guten Morgen, wann fährt die Fähre?", "wann fährt die Fähre?"),
        ("Hola, ¿cuándo sale el ferry?", "cuándo sale el ferry?"),
        ("Привет! Когда отплывает паром?", "Когда отплывает паром?"),
        ("مرحبا، متى تبحر العبارة؟", "متى تبحر العبارة؟"),
        ("Hello Kitty exhibition", "Hello Kitty exhibition"),
        ("Great Britain", "Great Britain"),
        ("great bridge", "great bridge"),
        ("Hello, how are you?", "Hello, how are you?"),
        ("Hello!", "Hello!"),
        ("When does the ferry sail?", "When does the ferry sail?"),
    ],
)
def test_a_greeting_before_a_question(text: str, asked: str) -> None:
    assert without_greeting(text) == asked


_SAID = st.lists(
    st.sampled_from(
        ["hi", "hello", "thanks", "so", "much", "bye", "👋", "🏽", "❤️", "subscribe", "to", "all", "stop", "?"]
    ),
    max_size=12,
).map(" ".join)


@given(st.one_of(st.text(), _SAID))
def test_any_text_is_understood_or_left(text: str) -> None:
    meant = talk(text)
    assert not isinstance(meant, Command) or meant.name in READER_COMMANDS
    assert text.endswith(without_greeting(text))
    assert bool(re.search(r"\w", without_greeting(text))) == bool(re.search(r"\w", text))


@pytest.mark.parametrize(
    "text", ["hi " * 33, "👋" * 100, "thanks " * 14, "hello, " * 10**6, "x" * 10**7, " " * 10**7]
)
def test_no_text_takes_long(text: str) -> None:
    talk("hi")
    began = process_time()
    talk(text)
    without_greeting(text)
    assert process_time() - began < 1
