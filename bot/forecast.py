"""`newsbot capacity` in words and a picture: when a day's digests come, what they cost, what would change that."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor
from textwrap import wrap

from bot.capacity import (
    BUSIEST,
    COMPOSED_A_SECOND,
    DAY,
    FREE_RATE,
    HIGHEST_RATE,
    PAID_BALANCE,
    PAID_USERS,
    Stretch,
    Waits,
    day_of,
    first_due,
    in_turns,
    of_day,
    served,
    stars,
    waits,
    work,
)
from bot.rendering.charts import Curve, axis, clock, line, picture, window

_COLUMNS = 60
#: Within how many minutes readers are taken to be content.
_SOON = 15
_ROUNDING = 1e-6
_AS_IT_IS = "as it is"
_IN_TURNS = "in turns"
_COMPOSED = "composed in time"
_SLOT = clock(BUSIEST)
_NAME, _WIDTH = 18, 79


@dataclass(frozen=True, slots=True)
class Question:
    """What an operator asks about. `share`: of the subscribers, those who want the busiest slot; `smears`: minutes
    before their slot over which digests might be spread."""

    subscribers: int
    rate: float
    digests: float
    share: float
    smears: tuple[int, ...]

    @property
    def total(self) -> float:
        return self.subscribers * self.digests

    @property
    def crowd(self) -> float:
        return self.subscribers * self.share

    @property
    def reached(self) -> float:
        """Messages a second: no more than are composed."""
        return min(self.rate, COMPOSED_A_SECOND)


@dataclass(frozen=True, slots=True)
class Case:
    """One way to serve the day: those of the busiest slot, all others, and Stars a day."""

    crowd: Waits
    others: Waits
    stars: float
    curve: Curve


@dataclass(frozen=True, slots=True)
class Forecast:
    question: Question
    cases: dict[str, Case]


def forecast(question: Question) -> Forecast:
    """Raises DoesNotFit, and ValueError as `day_of` does."""
    day, rate = day_of(question.subscribers, question.digests, question.share), question.reached
    ways = {_AS_IT_IS: first_due(day, rate)}
    ways |= {f"{spell(smear)} before": first_due(day, rate, smear) for smear in question.smears}
    ways[_IN_TURNS] = in_turns(day, rate)
    if question.rate > rate:
        ways[_COMPOSED] = first_due(day, question.rate)
    return Forecast(question, {name: _case(name, stretches) for name, stretches in ways.items()})


def _case(name: str, stretches: Sequence[Stretch]) -> Case:
    crowd, others = of_day(stretches, _in_crowd), of_day(stretches, lambda minute: not _in_crowd(minute))
    curve = Curve(name, f"last at {clock(crowd[-1].end)}", served(crowd))
    return Case(waits(crowd), waits(others), stars(stretches), curve)


def _in_crowd(minute: int) -> bool:
    return minute == BUSIEST


def tell(found: Forecast) -> Iterator[str]:
    """Lines for a terminal of eighty columns."""
    yield from _figures(found.question)
    yield ""
    yield f"The digests of {_SLOT}, and the others:"
    yield ""
    yield f"{'':<{_NAME}}{'last at':>8}{'half wait':>13}{'95 % wait':>13}{'others 95 %':>13}{'Stars a day':>13}"
    for name, case in found.cases.items():
        last, others = clock(BUSIEST + case.crowd.last), spell(case.others.most)
        half, most = spell(case.crowd.half), spell(case.crowd.most)
        yield f"{name:<{_NAME}}{last:>8}{half:>13}{most:>13}{others:>13}{case.stars:>13,.0f}"
    curves = [case.curve for case in found.cases.values()]
    start, end = window(curves)
    yield ""
    yield f"Share of the digests of {_SLOT} that is served:"
    yield ""
    for curve in curves:
        yield f"{curve.name:<{_NAME}}{line(curve, start, end, _COLUMNS)}"
    yield f"{'':<{_NAME}}{axis(start, end, _COLUMNS)}"
    yield ""
    for words in _advice(found):
        yield from wrap(f"- {words}", _WIDTH, subsequent_indent="  ", break_on_hyphens=False)


def draw(found: Forecast) -> str:
    """An SVG document."""
    question = found.question
    title = f"Digests of {_SLOT} served, {question.rate:g} a second"
    subtitle = f"{question.crowd:,.0f} of {question.subscribers:,} subscribers want them then"
    return picture(title, subtitle, [case.curve for case in found.cases.values()], BUSIEST)


def refuse(question: Question) -> str:
    """What to do where a day's digests do not fit into a day."""
    needed = question.total / (DAY * 60)
    fits = question.reached * DAY * 60
    room = f"{question.total:,.0f} digests a day do not fit: at {question.reached:g} a second a day holds {fits:,.0f}"
    over = f"so each day leaves {question.total - fits:,.0f} more, and digests come later and later"
    if needed > HIGHEST_RATE:
        mend = f"Telegram lets no bot send {needed:,.0f} a second: ask for fewer digests, or offer a channel."
    elif needed > COMPOSED_A_SECOND:
        mend = f"They would have to be composed at {needed:,.0f} a second, which one planner does not."
    else:
        paid = " with paid broadcasts" if needed > FREE_RATE else ""
        mend = f"Send more than {needed:,.1f} a second{paid}, or fewer digests, or offer a channel."
    return f"{room}, {over}. {mend}"


def spell(minutes: float) -> str:
    """A length of time, to the second below ten minutes."""
    seconds = round(minutes * 60)
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 600:
        return f"{seconds // 60} min {seconds % 60:02} s" if seconds % 60 else f"{seconds // 60} min"
    hours, rest = divmod(round(minutes), 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest:02} min" if rest else f"{hours} h"


def _figures(question: Question) -> Iterator[str]:
    spent, minute = work(question.total, question.reached), question.reached * 60
    yield f"{question.subscribers:,} subscribers, {question.rate:g} messages a second"
    yield ""
    yield f"due in a day          {question.total:>12,.0f} digests   {spell(question.total / minute)} of sending"
    yield f"of these at {_SLOT}     {question.crowd:>12,.0f}           {spell(question.crowd / minute)}"
    yield (
        f"CPU time of a day     planner {spent.planner:,.0f} s, delivery {spent.delivery:,.0f} s, "
        f"store {spent.store:,.0f} s"
    )


# -- what to do ------------------------------------------------------------------------------------------------------


def _advice(found: Forecast) -> Iterator[str]:
    question, now = found.question, found.cases[_AS_IT_IS]
    last = clock(BUSIEST + now.crowd.last)
    yield f"Half of the readers of {_SLOT} have their digest within {spell(now.crowd.half)}, the last at {last}."
    if question.rate > question.reached:
        yield (
            f"One planner composes {COMPOSED_A_SECOND:,.0f} digests a second, so they go no faster. Were they "
            f"composed in time, the last would come at {clock(BUSIEST + found.cases[_COMPOSED].crowd.last)}."
        )
    if now.crowd.last > _SOON:
        yield from _sooner(question)
        yield from _spread(found)
    turns = found.cases[_IN_TURNS]
    if now.others.most - turns.others.most > 1:
        yield (
            f"Served in turns with other slots, {_SLOT} holds others up less (95 % within {spell(turns.others.most)} "
            f"instead of {spell(now.others.most)}); its own last reader comes at {clock(BUSIEST + turns.crowd.last)}."
        )
    if question.rate > FREE_RATE:
        yield from _price(found)
    yield "Readers who want the same can follow a channel: one message there reaches all of them at once, for free."


def _sooner(question: Question) -> Iterator[str]:
    """What it would take to send faster; others may still wait when the slot comes, so it is tried out."""
    day = day_of(question.subscribers, question.digests, question.share)
    most = min(HIGHEST_RATE, COMPOSED_A_SECOND)
    rate = ceil(max(question.rate, question.crowd / (_SOON * 60)) - _ROUNDING)
    while rate <= most:
        stretches = first_due(day, rate)
        if waits(of_day(stretches, _in_crowd)).last <= _SOON + _ROUNDING:
            cost = f", with paid broadcasts for {stars(stretches):,.0f} Stars a day" if rate > FREE_RATE else ""
            yield f"To serve them within {_SOON} minutes takes {rate:,} messages a second{cost}."
            return
        rate = ceil(rate * 1.02)
    yield f"To serve them within {_SOON} minutes takes more than {most:,.0f} messages a second: one bot cannot."


def _spread(found: Forecast) -> Iterator[str]:
    """What the widest smear would do."""
    question = found.question
    if not question.smears:
        return
    widest = max(question.smears)
    case = found.cases[f"{spell(widest)} before"]
    yield (
        f"Spread over the {spell(widest)} before, the last comes at {clock(BUSIEST + case.crowd.last)}; "
        f"the first at {clock(floor(BUSIEST - case.crowd.early))}, without what is published after that."
    )


def _price(found: Forecast) -> Iterator[str]:
    """What paid broadcasts cost, and what less of them would."""
    now, question = found.cases[_AS_IT_IS].stars, found.question
    crowd = stars(first_due({BUSIEST: question.crowd}, question.reached))
    yield (
        f"Above {FREE_RATE:g} a second, broadcasts are paid: {now:,.0f} Stars a day, {crowd:,.0f} of them for "
        f"{_SLOT}. Telegram asks for {PAID_BALANCE:,} Stars on the balance and {PAID_USERS:,} monthly users before "
        f"(both were 100,000 at first)."
    )
    cheaper = [case for case in found.cases.values() if case.stars < now and case.crowd.last <= _SOON]
    best = min(cheaper, key=lambda case: case.stars, default=None)
    if best:
        yield (
            f"Spread evenly ({best.curve.name}) the same day costs {best.stars:,.0f} Stars, since {FREE_RATE:g} of "
            f"each second are free."
        )
