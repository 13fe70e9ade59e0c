"""What a question says of the time at which something was told.

Only what surely is meant so: a day that belongs to the subject (“Sunday's race”, “the 2022 election”) or lies ahead
(“until Monday”) narrows nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.questions.days import DAY, Reading, Span, period, span_at
from bot.questions.phrases import Phrases, phrases_in

#: A date of a year that is not named is one ahead rather than one so long ago …
_LONG_AGO = 300 * DAY
#: … and one before this is part of the subject, but where news are asked for.
_TOO_LONG_AGO = 400 * DAY
_MOST_TRIES = 8
#: What follows a day that is a part of its name: “Sunday Times”.
_NOUN = re.compile(r" [^\W\d_a-zà-öø-ÿа-яёء-ي]")


@dataclass(frozen=True, slots=True)
class Told:
    """`rest`: the question without what it says of the time."""

    rest: str
    since: datetime | None = None
    until: datetime | None = None

    def __bool__(self) -> bool:
        return bool(self.since or self.until)


@dataclass(frozen=True, slots=True)
class _Asked:
    """`news`: what is new is asked for; then a time is that of publication."""

    text: str
    reading: Reading
    news: bool

    @property
    def words(self) -> Phrases:
        return self.reading.words

    @property
    def now(self) -> datetime:
        return self.reading.now

    @property
    def of_past(self) -> bool:
        return self.news or bool(self.words.meets("past", self.text))


_Found = tuple[int, int, datetime | None, datetime | None]


def told_when(text: str, now: datetime, *, news: bool) -> Told:
    """Of a text in which words are parted by single spaces. `now` is aware; days begin in its zone."""
    tries = iter(range(_MOST_TRIES))
    for words in phrases_in(text):
        published = bool(words.meets("published", text))
        asked = _Asked(text, Reading(words, now, tries), news or published)
        try:
            found = next(_found(asked), None)
        except OverflowError:
            continue  # no calendar has it
        if found:
            start, stop, since, until = found
            return Told(f"{text[:start].rstrip()} {text[stop:].lstrip()}".strip(), since, until)
    return Told(text)


def _found(asked: _Asked) -> Iterator[_Found]:
    """The likeliest first."""
    yield from _between(asked)
    yield from _since(asked)
    yield from _until(asked)
    yield from _during(asked)


def _between(asked: _Asked) -> Iterator[_Found]:
    for first, second in (("between", "and"), ("through", "to")):
        for cue in asked.words.each(first, asked.text):
            link = re.compile(rf" (?:{asked.words.table[second]})(?= |\d)", re.IGNORECASE)
            for joint in link.finditer(asked.text, cue.end(), cue.end() + 40):
                last = span_at(asked.text, joint.end(), asked.reading)
                begin = _span_of(asked, asked.text[cue.end() : joint.start()], last)
                if last and begin and asked.of_past and _near(asked, begin, _TOO_LONG_AGO) and begin.start < last.end:
                    yield cue.start(), last.stop, begin.start, last.end


def _span_of(asked: _Asked, said: str, last: Span | None) -> Span | None:
    """The first of two days; “3 and 5 November” names its month with the second, and a weekday comes before it."""
    if last is None:
        return None
    number = re.fullmatch(
        rf"(?: (?:{asked.words.table['skip']}))? (\d{{1,2}})(?:st|nd|rd|th|\.)?", said, re.IGNORECASE
    )
    if number and 1 <= int(number[1]) <= last.start.day:
        return Span(last.start.replace(day=int(number[1])), last.end, last.stop, last.past)
    begin = span_at(said.strip(), 0, asked.reading)
    if begin and begin.start >= last.end and not re.search(r"\d", said):
        return Span(begin.start - 7 * DAY, begin.end, begin.stop, begin.past)
    return begin


def _since(asked: _Asked) -> Iterator[_Found]:
    for cue in asked.words.each("since", asked.text):
        span = span_at(asked.text, cue.end(), asked.reading)
        if span and span.start <= asked.now and _near(asked, span, _TOO_LONG_AGO):
            yield cue.start(), span.stop, span.start, None


def _until(asked: _Asked) -> Iterator[_Found]:
    day_before = [found.span() for found in asked.words.periods.finditer(asked.text) if found["day_before"]]
    for entry in ("before", "until"):
        for cue in asked.words.each(entry, asked.text):
            span = span_at(asked.text, cue.end(), asked.reading)
            if span is None or any(start <= cue.start() < stop for start, stop in day_before):
                continue
            if (span.past or asked.of_past) and _near(asked, span, _TOO_LONG_AGO if span.past else _LONG_AGO):
                yield cue.start(), span.stop, None, span.start if entry == "before" else span.end


def _during(asked: _Asked) -> Iterator[_Found]:
    """What happened then may be told of later, but not before."""
    for found in asked.words.periods.finditer(asked.text):
        span = period(found, asked.reading)
        if not _near(asked, span, _TOO_LONG_AGO):
            continue
        if not _compared(asked, found.start()) and (span.past or (asked.of_past and _outside(asked, found))):
            yield _with_cue(asked, found.start()), span.stop, span.start, _end(asked, span)
    on = ((cue.start(), cue.end()) for cue in asked.words.each("on", asked.text))
    last = ((cue.start(), cue.start()) for cue in asked.words.each("last", asked.text))
    for start, behind in (*on, *last):
        day = span_at(asked.text, behind, asked.reading)
        if day and asked.of_past and _near(asked, day, _LONG_AGO) and not _NOUN.match(asked.text, day.stop):
            yield start, day.stop, day.start, _end(asked, day)


def _end(asked: _Asked, span: Span) -> datetime | None:
    return span.end if asked.news and span.end < asked.now else None


def _outside(asked: _Asked, found: re.Match[str]) -> bool:
    """Before or behind all else that is asked."""
    return asked.news or not asked.text[: found.start()].strip() or not asked.text[found.end() :].strip(" ?!.؟")


def _with_cue(asked: _Asked, start: int) -> int:
    """Where “from” of “from last week” begins."""
    before = asked.text[:start].rstrip()
    word = before.rpartition(" ")[2]
    return len(before) - len(word) if word and asked.words.is_one("on", word) else start


def _compared(asked: _Asked, start: int) -> bool:
    """“more than last year”"""
    word = asked.text[:start].rstrip().rpartition(" ")[2]
    return not asked.news and asked.words.is_one("compared", word)


def _near(asked: _Asked, span: Span, most: timedelta) -> bool:
    return asked.news or (span.start <= asked.now and asked.now - span.start <= most)
