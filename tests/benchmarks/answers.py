"""How good and how fast answers are, on questions of which it is known what answers them.

.venv/bin/python tests/benchmarks/answers.py --articles FILE… --questions FILE…

`question_sets.py` tells how the files look. Prints one JSON object, in percent where no unit is named; what cannot be
told from the files is left out.

paragraph, sentence: the right one is the best, or among the best three; a sentence (or two) must also hold the answer
faq, intents: the article whose FAQ pair is asked for is the best
mixed: FAQ pairs and longer texts in one store
follow_up: sentences, within a known article of five paragraphs
not_stored, other_domains, intents: how well questions that nothing answers are told from the others (AUROC), and how
many are answered all the same where 90 % of the others are, both by the score of the best candidate
"""

import argparse
import asyncio
import json
import sys
import tempfile
from bisect import bisect_left, bisect_right
from collections.abc import Awaitable, Callable, Collection, Sequence
from math import ceil, inf
from pathlib import Path
from statistics import mean, median
from typing import Any

if not __package__:  # as a script: the modules beside it bear names of libraries
    sys.path.pop(0)
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bot.domain.article import Article
from bot.questions.encoder import available
from tests.benchmarks.answering import (
    Answering,
    Candidate,
    Remembering,
    answering,
    costs_elsewhere,
    filled,
    without_vectors,
)
from tests.benchmarks.question_sets import (
    Asked,
    Sets,
    Stored,
    filled_up,
    holds,
    in_parts,
    read_sets,
    sentence_count,
    without_a_third,
)

_AT_LEAST = {
    "paragraph.first": 87, "paragraph.in_three": 96.5, "paragraph_among_many.first": 84, "sentence.first": 77,
    "sentence.in_three": 91, "faq.first": 95, "intents.first": 79, "intents.auroc": 94, "mixed.faq_first": 94.5,
    "mixed.sentence_first": 75, "follow_up.first": 85, "follow_up.in_three": 96, "verbatim.shown": 100,
}  # fmt: skip
_AT_MOST = {
    "not_stored.answered_all_the_same": 4, "other_domains.answered_all_the_same": 3, "time.p50_ms": 8,
    "time.p99_ms": 15, "time.resident_mb": 250, "time_among_many.p50_ms": 15, "time_among_many.p99_ms": 50,
    "time_among_many.resident_mb": 450,
}  # fmt: skip
#: Where words alone must do.
_LEXICAL = {"paragraph.first": 82, "faq.first": 75, "verbatim.shown": 100}
PARTS = ("paragraphs", "follow_ups", "not_stored", "faq", "intents", "mixed", "many", "time")
_COVERED = 0.9
_MOST_TIMED = 1000
_MOST_AMONG_MANY = 2000

Row = dict[str, Any]
Ranked = list[tuple[Asked, list[Candidate]]]


class Bench:
    """`rows` are filled one after the other."""

    def __init__(self, sets: Sets, *, vectors: bool, passages: int) -> None:
        self._sets = sets
        self._vectors = vectors
        self._passages = passages
        self._verbatim: list[bool] = []
        self._encoder = Remembering() if vectors and available() else None
        self.rows: dict[str, Row] = {}

    async def run(self, only: Collection[str] = ()) -> None:
        """`only` some of the PARTS."""
        sets = self._sets
        known = without_a_third(sets.paragraphs)[0] if sets.paragraphs.articles else Stored()
        both, among_others = bool(sets.pairs.questions and known.questions), bool(sets.others and known.questions)
        parts: dict[str, tuple[bool, tuple[Article, ...], Callable[[Answering], Awaitable[None]]]] = {
            "paragraphs": (bool(known.questions), sets.paragraphs.articles, self._on_paragraphs),
            "follow_ups": (bool(known.questions), in_parts(sets.paragraphs).articles, self._follow_ups),
            "not_stored": (bool(known.questions), known.articles, self._not_stored),
            "faq": (bool(sets.pairs.questions), sets.pairs.articles, self._pairs),
            "intents": (bool(sets.intents.questions), sets.intents.articles, self._intents),
            "mixed": (both, (sets.paragraphs | sets.pairs).articles, self._mixed),
            "many": (among_others, (*sets.paragraphs.articles, *sets.others), self._among_many),
        }
        for name, (possible, articles, measure) in parts.items():
            if possible and (not only or name in only):
                await self._with(articles, measure)
        if self._verbatim:
            self._tell("verbatim", {"shown": percent(self._verbatim)}, texts=len(self._verbatim))
        if not only or "time" in only:
            await self._times()

    async def _with(self, articles: Sequence[Article], measure: Callable[[Answering], Awaitable[None]]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with answering(Path(folder), articles, self._encoder) as bot:
                await measure(bot)
                self._verbatim += bot.verbatim

    async def _on_paragraphs(self, bot: Answering) -> None:
        asked = self._sets.paragraphs
        ranked = await rank(bot, asked.questions, "paragraphs and sentences")
        self._tell("paragraph", paragraphs(ranked), questions=len(ranked), passages=asked.passages)
        shown = [len(found[0].text) for _, found in ranked if found]
        self._tell("sentence", sentences(ranked), questions=len(ranked),
                   characters_shown=round(median(shown)) if shown else 0)  # fmt: skip
        if self._sets.foreign:
            await self._refusing(bot, "other_domains", ranked, self._sets.foreign)

    async def _follow_ups(self, bot: Answering) -> None:
        asked = in_parts(self._sets.paragraphs).questions
        ranked = await rank(bot, asked, "follow-ups", within=True)
        self._tell("follow_up", sentences(ranked), questions=len(ranked))

    async def _not_stored(self, bot: Answering) -> None:
        stored, left_out = without_a_third(self._sets.paragraphs)
        ranked = await rank(bot, stored.questions, "a third not stored")
        await self._refusing(bot, "not_stored", ranked, left_out)

    async def _pairs(self, bot: Answering) -> None:
        ranked = await rank(bot, self._sets.pairs.questions, "FAQ pairs")
        self._tell("faq", {"first": percent(_of_article(ranked))}, questions=len(ranked),
                   shown_as_a_pair=percent(_as_pair(ranked)))  # fmt: skip

    async def _intents(self, bot: Answering) -> None:
        asked = self._sets.intents.questions
        ranked = await rank(bot, [one for one in asked if one.answerable], "intents")
        first = percent(_of_article(ranked))
        await self._refusing(bot, "intents", ranked, [one for one in asked if not one.answerable], first=first)

    async def _mixed(self, bot: Answering) -> None:
        pairs = await rank(bot, self._sets.pairs.questions, "FAQ pairs among paragraphs")
        texts = await rank(bot, self._sets.paragraphs.questions, "paragraphs among FAQ pairs")
        reached = {"faq_first": percent(_of_article(pairs)), "sentence_first": sentences(texts)["first"]}
        self._tell("mixed", reached, questions=len(pairs) + len(texts))

    async def _among_many(self, bot: Answering) -> None:
        asked = self._sets.paragraphs.some(_MOST_AMONG_MANY)
        ranked = await rank(bot, asked.questions, "paragraphs among many")
        passages = Stored((*asked.articles, *self._sets.others)).passages
        reached = paragraphs(ranked)
        self._tell("paragraph_among_many", reached, questions=len(ranked), passages=passages)

    async def _refusing(
        self, bot: Answering, row: str, known: Ranked, unknown: Sequence[Asked], **reached: float
    ) -> None:
        """And what the bot itself does, by its own limit."""
        right = [_top(found) for _, found in known]
        wrong = [_top(found) for _, found in await rank(bot, unknown, f"{row}: nothing answers")]
        reached |= {"auroc": auroc(right, wrong), "answered_all_the_same": answered_all_the_same(right, wrong)}
        answered = await _answered(bot, [asked for asked, _ in known]), await _answered(bot, unknown)
        self._tell(row, reached, questions=len(right), unanswerable=len(wrong),
                   answered_by_the_bot=answered[0], unanswerable_answered_by_the_bot=answered[1])  # fmt: skip

    async def _times(self) -> None:
        asked = self._sets.paragraphs if self._sets.paragraphs.questions else self._sets.pairs
        if not asked.questions:
            return
        await self._time("time", asked)
        if self._passages > asked.passages:
            many = Stored((*asked.articles, *self._sets.others), asked.questions)
            await self._time("time_among_many", filled_up(many, self._passages))

    async def _time(self, row: str, stored: Stored) -> None:
        questions = [one.question for one in stored.some(_MOST_TIMED).questions]
        _progress(f"{row}: {len(questions)} questions, {stored.passages} passages")
        with tempfile.TemporaryDirectory() as folder:
            async with filled(Path(folder), stored.articles):
                first = await costs_elsewhere(Path(folder), questions, vectors=self._vectors, building=True)
                again = await costs_elsewhere(Path(folder), questions, vectors=self._vectors, building=False)
        seconds = {"build_seconds": first["ready_seconds"], "start_again_seconds": again.pop("ready_seconds")}
        self._tell(row, again, questions=len(questions), passages=stored.passages, **seconds,
                   resident_mb_having_built=first["resident_mb"])  # fmt: skip

    def _tell(self, row: str, reached: dict[str, float], **more: Any) -> None:
        self.rows[row] = {what: self._judged(f"{row}.{what}", value) for what, value in reached.items()} | more

    def _judged(self, what: str, reached: float) -> Row:
        if least := (_AT_LEAST if self._vectors else _LEXICAL).get(what):
            return {"reached": reached, "at_least": least, "met": reached >= least}
        if self._vectors and (most := _AT_MOST.get(what)):
            return {"reached": reached, "at_most": most, "met": reached <= most}
        return {"reached": reached, "met": None}


async def rank(bot: Answering, asked: Sequence[Asked], what: str, *, within: bool = False) -> Ranked:
    """`within`: each is asked about its article."""
    _progress(f"{what}: {len(asked)} questions")
    return [(one, await bot.candidates(one.question, one.article if within else None)) for one in asked]


def paragraphs(ranked: Ranked) -> dict[str, float]:
    """How often the right paragraph is the best, and among the best three."""
    return _firsts(ranked, lambda one: (one.article, one.place.whole), _is_paragraph)


def sentences(ranked: Ranked) -> dict[str, float]:
    """The same of what is shown."""
    return _firsts(ranked, lambda one: (one.article, one.text), _is_sentence)


def _firsts(
    ranked: Ranked, what: Callable[[Candidate], object], is_right: Callable[[Asked, Candidate], bool]
) -> dict[str, float]:
    first, in_three = list[bool](), list[bool]()
    for asked, found in ranked:
        each = {what(one): one for one in reversed(found)}
        best = sorted(each.values(), key=found.index)[:3]
        first.append(any(is_right(asked, one) for one in best[:1]))
        in_three.append(any(is_right(asked, one) for one in best))
    return {"first": percent(first), "in_three": percent(in_three)}


def _is_paragraph(asked: Asked, one: Candidate) -> bool:
    return (one.article, one.paragraph) == (asked.article, asked.paragraph)


def _is_sentence(asked: Asked, one: Candidate) -> bool:
    """Who shows a whole paragraph has not found it."""
    few = one.place.count in (1, 2) or sentence_count(one.text) <= 2
    return few and _is_paragraph(asked, one) and holds(one.text, asked.answers)


def _of_article(ranked: Ranked) -> list[bool]:
    return [any(one.article == asked.article for one in found[:1]) for asked, found in ranked]


def _as_pair(ranked: Ranked) -> list[bool]:
    return [any(one.article == asked.article and one.place.is_faq for one in found[:1]) for asked, found in ranked]


def _top(found: Sequence[Candidate]) -> float:
    return found[0].probability if found else -inf


async def _answered(bot: Answering, asked: Sequence[Asked]) -> float:
    return percent([(await bot.ask(one.question)).quote is not None for one in asked])


def auroc(right: Sequence[float], wrong: Sequence[float]) -> float:
    """How often one that has an answer scores higher than one that has none; a tie counts half."""
    scores = sorted(wrong)
    beaten = (bisect_left(scores, score) + bisect_right(scores, score) for score in right)
    return round(100 * sum(beaten) / 2 / (len(right) * len(wrong)), 1) if right and wrong else 0.0


def answered_all_the_same(right: Sequence[float], wrong: Sequence[float]) -> float:
    """The share of `wrong` that score no less than 90 % of `right` do."""
    if not right:
        return 0.0
    limit = sorted(right, reverse=True)[ceil(_COVERED * len(right)) - 1]
    return percent([score >= limit for score in wrong])


def percent(those: Sequence[bool]) -> float:
    return round(100 * mean(those), 1) if those else 0.0


def _progress(what: str) -> None:
    sys.stderr.write(what + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path, nargs="+", required=True)
    parser.add_argument("--questions", type=Path, nargs="+", required=True)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=(), help="some parts of it")
    parser.add_argument("--quick", action="store_true", help="a tenth of the questions")
    parser.add_argument("--passages", type=int, default=100_000, help="how many are many; 0: leaves this out")
    parser.add_argument("--without-vectors", action="store_true", help="as without the extra “answers”")
    options = parser.parse_args()
    if options.without_vectors:
        without_vectors()
    sets = read_sets(options.articles, options.questions, quick=options.quick)
    bench = Bench(sets, vectors=not options.without_vectors, passages=options.passages)
    asyncio.run(bench.run(options.only))
    sys.stdout.write(json.dumps(bench.rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
