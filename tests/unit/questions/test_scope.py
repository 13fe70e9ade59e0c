"""What a question says of where to look, in the words of five languages."""

from datetime import UTC, datetime, timedelta
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.scope import EVERYTHING, Scope
from bot.questions.phrases import phrases
from bot.questions.scope import Narrowed, read_scope
from config.starter import starter_categories

BERLIN = ZoneInfo("Europe/Berlin")
#: A Monday.
NOW = datetime(2026, 11, 23, 12, 30, tzinfo=BERLIN)
CATEGORIES = starter_categories()
SOURCES = ["Reuters", "BBC News", "Harbour Times", "The Tide", "Le Monde - World", "Science", "Nature", "example.com"]

WEEK = ("2026-11-16", None)


def read(question: str) -> Narrowed:
    return read_scope(question, CATEGORIES, SOURCES, NOW)


def bounds(scope: Scope) -> tuple[str | None, str | None]:
    return _said(scope.since), _said(scope.until)


def _said(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    assert moment.tzinfo is not None
    return moment.strftime("%Y-%m-%d" if (moment.hour, moment.minute) == (0, 0) else "%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("question", "rest", "expected"),
    [
        ("What did the council decide since Monday?", "What did the council decide?", WEEK),
        ("Since Monday, what did the council decide?", "what did the council decide?", WEEK),
        ("What did the council decide since 3 November?", "What did the council decide?", ("2026-11-03", None)),
        (
            "What did the council decide since the 3rd of November",
            "What did the council decide",
            ("2026-11-03", None),
        ),
        ("what did the council decide since last friday", "what did the council decide", ("2026-11-20", None)),
        ("What happened to the bridge over the weekend?", "What happened to the bridge?", ("2026-11-21", None)),
        ("Which tolls rose since the start of November?", "Which tolls rose?", ("2026-11-01", None)),
        ("What was decided since noon on tolls?", "What was decided on tolls?", ("2026-11-23 12:00", None)),
        ("What was decided between 8am and 10am?", "What was decided?", ("2026-11-23 08:00", "2026-11-23 10:00")),
        ("What was decided before 8 o'clock?", "What was decided?", (None, "2026-11-23 08:00")),
        ("Was hat der Rat seit 8.30 Uhr beschlossen?", "Was hat der Rat beschlossen?", ("2026-11-23 08:30", None)),
        ("What was decided since 2026-11-03?", "What was decided?", ("2026-11-03", None)),
        ("What has the council decided since yesterday?", "What has the council decided?", ("2026-11-22", None)),
        ("What has the council decided since last week?", "What has the council decided?", WEEK),
        ("What did the council decide yesterday?", "What did the council decide?", ("2026-11-22", None)),
        (
            "What did the council decide the day before yesterday?",
            "What did the council decide?",
            ("2026-11-21", None),
        ),
        ("What did the council decide this month?", "What did the council decide?", ("2026-11-01", None)),
        ("What did the council decide last week?", "What did the council decide?", WEEK),
        ("What did the council decide in the last week?", "What did the council decide?", ("2026-11-16 12:30", None)),
        (
            "What did the council decide in the past three days?",
            "What did the council decide?",
            ("2026-11-20 12:30", None),
        ),
        (
            "What was decided over the last 24 hours about tolls?",
            "What was decided about tolls?",
            ("2026-11-22 12:30", None),
        ),
        ("What did the council decide in October 2026?", "What did the council decide?", ("2026-10-01", None)),
        ("What did the council decide before last Friday?", "What did the council decide?", (None, "2026-11-20")),
        ("What did the council decide until yesterday?", "What did the council decide?", (None, "2026-11-23")),
        (
            "What did the council decide between 3 and 5 November?",
            "What did the council decide?",
            ("2026-11-03", "2026-11-06"),
        ),
        (
            "What did the council decide from 30 October to 5 November?",
            "What did the council decide?",
            ("2026-10-30", "2026-11-06"),
        ),
        (
            "What did the council decide between Friday and Wednesday?",
            "What did the council decide?",
            ("2026-11-13", "2026-11-19"),
        ),
        ("Was hat der Rat seit Montag beschlossen?", "Was hat der Rat beschlossen?", WEEK),
        ("Was hat der Rat seit dem 3. November beschlossen?", "Was hat der Rat beschlossen?", ("2026-11-03", None)),
        ("Was hat der Rat gestern beschlossen?", "Was hat der Rat beschlossen?", ("2026-11-22", None)),
        (
            "Was hat der Rat in den letzten drei Tagen beschlossen?",
            "Was hat der Rat beschlossen?",
            ("2026-11-20 12:30", None),
        ),
        ("Was hat der Rat letzte Woche beschlossen?", "Was hat der Rat beschlossen?", WEEK),
        ("Was beschloss der Rat vor letztem Freitag?", "Was beschloss der Rat?", (None, "2026-11-20")),
        ("Was hat der Rat im Oktober 2026 beschlossen?", "Was hat der Rat beschlossen?", ("2026-10-01", None)),
        ("¿Qué decidió el consejo desde el lunes?", "¿Qué decidió el consejo?", WEEK),
        ("¿Qué decidió el consejo la semana pasada?", "¿Qué decidió el consejo?", WEEK),
        ("¿Qué decidió el consejo en los últimos tres días?", "¿Qué decidió el consejo?", ("2026-11-20 12:30", None)),
        ("¿Qué decidió el consejo antes del viernes pasado?", "¿Qué decidió el consejo?", (None, "2026-11-20")),
        (
            "¿Qué decidió el consejo entre el 3 y el 5 de noviembre?",
            "¿Qué decidió el consejo?",
            ("2026-11-03", "2026-11-06"),
        ),
        ("Что решил совет с понедельника?", "Что решил совет?", WEEK),
        ("Что решил совет со среды?", "Что решил совет?", ("2026-11-18", None)),
        ("Что решил совет вчера?", "Что решил совет?", ("2026-11-22", None)),
        ("Что решил совет за последнюю неделю?", "Что решил совет?", ("2026-11-16 12:30", None)),
        ("Что решил совет на прошлой неделе?", "Что решил совет?", WEEK),
        ("Что решил совет с 3 по 5 ноября?", "Что решил совет?", ("2026-11-03", "2026-11-06")),
        ("Что решил совет в мае 2026?", "Что решил совет?", ("2026-05-01", None)),
        ("ماذا قرر المجلس منذ يوم الاثنين؟", "ماذا قرر المجلس؟", WEEK),
        ("ماذا قرر المجلس أمس؟", "ماذا قرر المجلس؟", ("2026-11-22", None)),
        ("ماذا قرر المجلس الأسبوع الماضي؟", "ماذا قرر المجلس؟", WEEK),
        ("ماذا قرر المجلس قبل الجمعة الماضية؟", "ماذا قرر المجلس؟", (None, "2026-11-20")),
        ("ماذا قرر المجلس بين 3 و5 نوفمبر؟", "ماذا قرر المجلس؟", ("2026-11-03", "2026-11-06")),
    ],
)
def test_a_time(question: str, rest: str, expected: tuple[str | None, str | None]) -> None:
    narrowed = read(question)
    assert (narrowed.question, bounds(narrowed.scope), narrowed.news) == (rest, expected, False)


@pytest.mark.parametrize(
    "question",
    [
        "Who won the 2022 election?",
        "Who won in 2022?",
        "Is the bridge closed until Monday?",
        "Is the bridge closed between 3 and 5 December?",
        "When does the ferry sail on Monday?",
        "What came of Monday's vote?",
        "What was decided at yesterday's meeting?",
        "Is the toll higher than last year?",
        "Is the library open today?",
        "Is the library open on the weekend?",
        "How much is the toll this week?",
        "Why did he say that since the mayor resigned?",
        "Who has led the council since 3 November 2019?",
        "What may the council do?",
        "Who came second in March 1984?",
        "What must be paid before 3 December?",
        "What happens tomorrow?",
        "What must be paid before 8am?",
        "When does the ferry leave at 8am?",
        "Who has left since 8 people won?",
        "What was sung before the last month of the war?",
        "Which bill was passed on the last day of the session?",
        "Who was the editor of The Sunday Times?",
        "Whom did they arrest during the October Crisis?",
        "What was launched on October 2, 2012?",
        "How many jobs were added from October 2010 to November 2015?",
        "How many jobs were added until December 2015?",
        "Which idea that was new then is argued today by engineers?",
        "Which author wrote of the nature of agency?",
        "In what year did Science Weekly report on tides?",
        "What is policy?",
        "What is the effect of the treaty on policy?",
        "What is the largest ferry in the world?",
        "What happened in the harbour?",
        "Who has an interest in science?",
        "Did Reuters move to the harbour?",
        "Is Reuters a company?",
        "What's New York's population?",
        "What is fake news?",
        "Ist die Brücke bis Montag gesperrt?",
        "Wie hoch ist die Maut heute?",
        "¿Está cerrado el puente hasta el lunes?",
        "Сколько стоит билет сегодня?",
        "Какой самый большой паром в мире?",
        "ما هي أكبر عبارة في العالم؟",
        "هل الجسر مغلق حتى الاثنين؟",
    ],
)
def test_no_scope_in_doubt(question: str) -> None:
    assert read(question) == Narrowed(question)


@pytest.mark.parametrize(
    ("question", "rest", "source"),
    [
        ("What did Reuters say about the toll?", "What about the toll?", "reuters"),
        ("what does the bbc say about the toll?", "what about the toll?", "bbc news"),
        ("According to the BBC, who won the final?", "who won the final?", "bbc news"),
        ("Who won the final according to harbour times?", "Who won the final?", "harbour times"),
        ("What did Tide report about seagrass?", "What about seagrass?", "the tide"),
        ("What does Le Monde write about tolls?", "What about tolls?", "le monde - world"),
        ("What does example say about tolls?", "What about tolls?", "example.com"),
        ("What was in Harbour Times about the toll?", "What was about the toll?", "harbour times"),
        ("Was hat Reuters über die Maut gesagt?", "Was über die Maut gesagt?", "reuters"),
        ("Was schreibt Harbour Times über die Maut?", "Was über die Maut?", "harbour times"),
        ("Laut Reuters, wer gewann?", "wer gewann?", "reuters"),
        ("¿Qué dijo Reuters sobre el peaje?", "¿Qué sobre el peaje?", "reuters"),
        ("Según la BBC, ¿quién ganó?", "¿quién ganó?", "bbc news"),
        ("Что Reuters пишет о пошлине?", "Что о пошлине?", "reuters"),
        ("По данным Reuters, кто победил?", "кто победил?", "reuters"),
        ("ماذا قالت Reuters عن الميناء؟", "ماذا عن الميناء؟", "reuters"),
        ("وفقا لReuters من فاز؟", "من فاز؟", "reuters"),
    ],
)
def test_a_source(question: str, rest: str, source: str) -> None:
    assert read(question) == Narrowed(rest, Scope(sources=frozenset({source})))


def test_a_source_that_is_not_stored_is_searched_for() -> None:
    assert read("What did Bloomberg say about the toll?").scope == EVERYTHING


@pytest.mark.parametrize(
    ("question", "rest", "scope"),
    [
        ("What did the council decide on policy?", "What did the council decide?", Scope(frozenset({"policy"}))),
        ("Policy: what was decided about tolls?", "what was decided about tolls?", Scope(frozenset({"policy"}))),
        ("what was decided about tolls #policy", "what was decided about tolls", Scope(frozenset({"policy"}))),
        ("what did Reuters and the BBC say on it", "what on it", Scope(sources=frozenset({"reuters", "bbc news"}))),
        ("In technology news, who made an app?", "who made an app?", Scope(frozenset({"tech"}))),
        (
            "What is said in the policy section about tolls?",
            "What is said about tolls?",
            Scope(frozenset({"policy"})),
        ),
        (
            "What did the BBC say in sports about the final?",
            "What in sports about the final?",
            Scope(sources=frozenset({"bbc news"})),
        ),
        (
            "What did Reuters say about the toll in economy?",
            "What about the toll?",
            Scope(frozenset({"economy"}), frozenset({"reuters"})),
        ),
    ],
)
def test_a_category(question: str, rest: str, scope: Scope) -> None:
    assert read(question) == Narrowed(rest, scope)


@pytest.mark.parametrize(
    "question",
    [
        "What did the council decide on policy since Monday?",
        "Was hat der Rat zur Politik seit Montag beschlossen?",
        "¿Qué decidió el consejo sobre política desde el lunes?",
        "Что решил совет по политике с понедельника?",
        "ماذا قرر المجلس بشأن السياسة منذ الاثنين؟",
    ],
)
def test_a_category_and_a_time(question: str) -> None:
    scope = read(question).scope
    assert (scope.categories, bounds(scope)) == (frozenset({"policy"}), WEEK)


@pytest.mark.parametrize(
    ("question", "about", "category"),
    [
        ("What's new on sports?", "", "sports"),
        ("what’s new in sport", "", "sports"),
        ("What's new on polcy?", "", "policy"),
        ("What's new on police?", "police", None),
        ("What's new?", "", None),
        ("whats new", "", None),
        ("any news?", "", None),
        ("latest policy news", "", "policy"),
        ("news about the harbour", "the harbour", None),
        ("harbour news", "harbour", None),
        ("Is there anything new on the ferry treaty?", "the ferry treaty", None),
        ("What's the latest on the bridge?", "the bridge", None),
        ("news on the toll in economy", "the toll", "economy"),
        ("Tell me what's new in the policy section", "", "policy"),
        ("articles about the bridge", "the bridge", None),
        ("Neues aus der Politik", "", "policy"),
        ("ما آخر أخبار الميناء؟", "ميناء", None),
        ("Was gibt es Neues im Sport?", "", "sports"),
        ("Was gibt's Neues?", "", None),
        ("Neuigkeiten zur Hafenmaut", "Hafenmaut", None),
        ("¿Qué hay de nuevo en deportes?", "", "sports"),
        ("¿Qué hay de nuevo?", "", None),
        ("noticias sobre el puerto", "el puerto", None),
        ("Что нового в спорте?", "", "sports"),
        ("Что нового?", "", None),
        ("новости о порте", "порте", None),
        ("ما الجديد في الرياضة؟", "", "sports"),
        ("ما الجديد؟", "", None),
        ("أخبار الاقتصاد", "", "economy"),
        ("آخر الأخبار عن الميناء", "الميناء", None),
    ],
)
def test_what_is_new(question: str, about: str, category: str | None) -> None:
    scope = Scope(frozenset({category} if category else ()))
    assert read(question) == Narrowed(about, scope, news=True)


@pytest.mark.parametrize(
    ("question", "about", "expected"),
    [
        ("What's new on sports since Monday?", "", WEEK),
        ("news from last week", "", ("2026-11-16", "2026-11-23")),
        ("What happened this weekend?", "", ("2026-11-21", "2026-11-23")),
        ("What happened yesterday?", "", ("2026-11-22", "2026-11-23")),
        ("What has changed since the beginning of the month?", "", ("2026-11-01", None)),
        ("What happened since 8am?", "", ("2026-11-23 08:00", None)),
        ("What's new since 10 p.m.?", "", ("2026-11-22 22:00", None)),
        ("What's new since midnight?", "", ("2026-11-23", None)),
        ("What's new since Friday 8:30?", "", ("2026-11-20 08:30", None)),
        ("what changed since 8am on Friday?", "", ("2026-11-20 08:00", None)),
        ("what's new since 8am yesterday", "", ("2026-11-22 08:00", None)),
        ("What's new this morning?", "", ("2026-11-23", "2026-11-23 12:00")),
        ("What happened last night?", "", ("2026-11-22 18:00", "2026-11-23 06:00")),
        ("What's new tonight?", "", ("2026-11-23", None)),
        ("Was ist neu seit 8 Uhr?", "", ("2026-11-23 08:00", None)),
        ("Was gibt es Neues seit heute Morgen?", "", ("2026-11-23", None)),
        ("¿Qué hay de nuevo desde las 8 de la mañana?", "", ("2026-11-23 08:00", None)),
        ("Что нового с 8 утра?", "", ("2026-11-23 08:00", None)),
        ("ما الجديد منذ الساعة 8؟", "", ("2026-11-23 08:00", None)),
        ("What happened last Friday?", "", ("2026-11-20", "2026-11-21")),
        ("What happened 3 days ago?", "", ("2026-11-20", "2026-11-21")),
        ("articles since Monday", "", WEEK),
        ("in the last week", "", ("2026-11-16 12:30", None)),
        ("какие новости сегодня?", "", ("2026-11-23", None)),
        ("yesterday's news", "", ("2026-11-22", "2026-11-23")),
        ("today's policy news", "", ("2026-11-23", None)),
        ("news of October 2025 on the bridge", "the bridge", ("2025-10-01", "2025-11-01")),
        ("What did Reuters say yesterday?", "", ("2026-11-22", "2026-11-23")),
        ("Was ist gestern passiert?", "", ("2026-11-22", "2026-11-23")),
        ("¿Qué pasó ayer?", "", ("2026-11-22", "2026-11-23")),
        ("Что случилось вчера?", "", ("2026-11-22", "2026-11-23")),
        ("ماذا حدث أمس؟", "", ("2026-11-22", "2026-11-23")),
    ],
)
def test_what_was_new_then(question: str, about: str, expected: tuple[str | None, str | None]) -> None:
    narrowed = read(question)
    assert (narrowed.question, bounds(narrowed.scope), narrowed.news) == (about, expected, True)


@pytest.mark.parametrize(
    ("question", "about"),
    [
        ("on policy since Monday", ""),
        ("on policy since Monday what changed?", ""),
        ("policy since Monday", ""),
        ("anything on policy since Monday?", ""),
        ("on policy, since Monday, who won?", "who won?"),
    ],
)
def test_a_category_that_is_named_first(question: str, about: str) -> None:
    narrowed = read(question)
    assert narrowed.question == about
    assert narrowed.scope.categories == {"policy"}
    assert bounds(narrowed.scope) == WEEK


def test_days_begin_in_the_zone_of_whoever_asks() -> None:
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    there, here = (
        read_scope("what's new since yesterday", CATEGORIES, (), late.astimezone(zone)).scope.since
        for zone in (UTC, ZoneInfo("Asia/Tokyo"))
    )
    assert there and here
    assert here - there == timedelta(hours=15)


_CUES = [cue for words in phrases() for cue in ("since", "before", "until", "between", "through", "by", "on", "had")]
_SAID = st.lists(
    st.sampled_from(
        [
            *(word for words in phrases() for cue in _CUES for word in words.table[cue].split("|")),
            *(name for words in phrases() for name in words.day_names),
            *SOURCES,
            *(
                "last",
                "3",
                "31",
                "31.",
                "2026",
                "0000",
                "9999",
                "99999",
                "29 February",
                "policy",
                "world",
                "?",
                "'s",
                "to",
            ),
            *(
                "yesterday",
                "today",
                "news",
                "what's new",
                "последние",
                "الماضي",
                "letzte",
                "week",
                "дня",
                "999 years",
            ),
        ]
    ),
    max_size=14,
).map(" ".join)


@given(st.one_of(st.text(max_size=600), _SAID), st.datetimes(timezones=st.timezones()))
def test_any_text_at_any_time_is_read(text: str, now: datetime) -> None:
    narrowed = read_scope(text, CATEGORIES, SOURCES, now)
    assert narrowed.news or narrowed.scope or narrowed.question == text
    assert not narrowed.scope.since or narrowed.scope.since <= now


@pytest.mark.parametrize(
    "text",
    [
        "in " * 100,
        "since 3 December 1900 " * 13,
        "between 3 and 5 and 6 and 7 november " * 8,
        "в с по " * 42,
        "на прошлой " * 27,
        "a" * 300,
        " " * 4000,
        "since Monday " * 300,
        "x" * 10_000_000,
    ],
)
def test_no_text_takes_long(text: str) -> None:
    read("since Monday seit Montag desde lunes с понедельника منذ الاثنين")
    began = process_time()
    read(text)
    assert process_time() - began < 0.5  # 20 ms at most


def test_news_of_two_categories() -> None:
    assert read("What's new on sports and tech?") == Narrowed("", Scope(frozenset({"sports", "tech"})), news=True)
