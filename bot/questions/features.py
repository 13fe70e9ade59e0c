"""What speaks for a passage, a sentence or an FAQ pair as the answer, each as a number.

With vectors or by words alone: a name that begins with `meaning` is there with vectors only.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log, log1p

from bot.questions.index import Passage
from bot.questions.meaning import Alike

Features = dict[str, float]

#: BM25's k1 and b, and the words of a usual passage: of the store's own the score would change with every article.
_SATURATION, _SHORTER, _USUAL_LENGTH = 1.2, 0.75, 80
#: Where few articles are stored a word's rarity is counted as if so many passages about other things were stored too.
_OTHER_PASSAGES = 500

#: Of a sentence that goes on from the one before it.
_GOES_ON = frozenset({"he", "she", "it", "they", "this", "these", "that", "those", "his", "her", "their", "such"})


@dataclass(frozen=True, slots=True)
class Term:
    """A word that was asked: what has any of the `stems`, as so many `passages` have, holds it; `weight` is its
    rarity."""

    stems: frozenset[str]
    weight: float
    passages: int


def rarity(passages: int, found: int) -> float:
    """How much it tells that a passage holds a word that so many hold: inverse document frequency."""
    return log(1 + (passages + _OTHER_PASSAGES - found + 0.5) / (found + 0.5))


@dataclass(frozen=True, slots=True)
class Looked:
    """What is looked for in stems: each a word's or some words' forms as they would stand there, with a space on
    either side, and what it counts for; `total` of all."""

    each: Sequence[tuple[tuple[str, ...], float]]
    total: float

    def within(self, stems: str) -> "Looked":
        """Those that stand there, to be looked for in parts of it."""
        held = []
        for one in self.each:
            for form in one[0]:
                if form in stems:
                    held.append(one)
                    break
        return Looked(held, self.total)

    def share(self, stems: str) -> float:
        """How much of all, by what it counts for. Plain loops: they are run some thousand times a question."""
        held = 0.0
        for forms, weight in self.each:
            for form in forms:
                if form in stems:
                    held += weight
                    break
        return held / self.total if self.total else 0.0


class Terms:
    """`telling`: those that say what is asked about; `every`: all in their order; `words`, `every_word` and `pairs`
    of words that follow each other: what is looked for of these. `unit`: the rarity of a word that stands nowhere;
    `unknown_name`: such a one is a name. `wanted`: see `asks`."""

    def __init__(
        self,
        telling: Sequence[Term],
        every: Sequence[Term],
        unit: float,
        *,
        unknown_name: bool = False,
        wanted: str = "",
    ) -> None:
        self.telling = tuple(telling)
        self.every = tuple(every)
        self.unit = unit
        self.unknown_name = unknown_name
        self.wanted = wanted
        self.words, self.every_word = _words(telling), _words(every)
        self.pairs = _looked(
            (tuple(f" {x} {y} " for x in one.stems for y in other.stems), one.weight + other.weight)
            for one, other in pairwise(every)
        )
        total = self.words.total
        self.unknown = sum(term.weight for term in telling if not term.passages) / total if total else 0.0


def rank(words: Looked, passage: Passage, stems: str) -> float:
    """BM25 (https://doi.org/10.1561/1500000019) by the rarity of words that small stores have too, as a share of the
    most that there can be; a question counts twice, as it does where passages are found."""
    long = _SATURATION * (1 - _SHORTER + _SHORTER * stems.count(" ") / _USUAL_LENGTH)
    score = 0.0
    for forms, weight in words.each:
        often = 0
        for form in forms:
            often += stems.count(form) + (form in passage.title_stems) + 2 * (form in passage.question_stems)
        score += weight * often / (often + long)
    return score / words.total if words.total else 0.0


@dataclass(frozen=True, slots=True)
class Held:
    """What a passage or FAQ pair holds of the words asked: what speaks for it by them, and the share of them in each
    of its sentences."""

    features: Features
    shares: tuple[float, ...]


def hold(terms: Terms, passage: Passage) -> Held:
    stems = "".join(passage.stems)
    words = terms.words.within(f"{passage.title_stems}{passage.question_stems}{stems}")
    found = {"rank": rank(words, passage, stems), "title": words.share(passage.title_stems)}
    shares = tuple(map(words.share, passage.stems))
    if passage.is_faq:
        return Held(found | _of_pair(terms, words, passage), shares)
    return Held(
        found
        | {
            "share": words.share(f"{passage.title_stems}{stems}"),
            "pairs": terms.pairs.share(stems),
            "best sentence": max(shares),
            "length": log1p(stems.count(" ")),
        },
        shares,
    )


def _of_pair(terms: Terms, words: Looked, passage: Passage) -> Features:
    asked, own = passage.question_stems, passage.question_stems.split()
    stems = frozenset().union(*(term.stems for term in terms.every))
    return {
        "share": words.share(asked),
        "share of every": terms.every_word.share(asked),
        "share of its own": sum(stem in stems for stem in own) / (len(own) or 1),
        "share in the answer": words.share("".join(passage.stems)),
        "pairs": terms.pairs.share(asked),
    }


def passage_features(held: Held, alike: Alike | None) -> Features:
    if alike is None:
        return held.features
    best = sorted(alike.sentence_text, reverse=True)[:3]
    return held.features | {
        "meaning": alike.words,
        "weakest": alike.weakest,
        "rarest": alike.rarest,
        "meaning of a sentence": max(alike.sentence_words),
        "meaning as a whole": best[0],
        "meaning of three": sum(best) / len(best),
    }


def pair_features(held: Held, alike: Alike | None) -> Features:
    if alike is None:
        return held.features
    by_words, as_whole, back, weakest = alike.question
    return held.features | {
        "meaning": by_words,
        "weakest": weakest,
        "meaning as a whole": as_whole,
        "meaning of its own": back,
        "meaning of the answer": max(alike.sentence_text),
    }


def sentence_features(
    terms: Terms, passage: Passage, held: Held, score: float, alike: Alike | None
) -> list[Features]:
    """`score`: the passage's, against the others found."""
    shares = held.shares
    best, last, spans = max(shares), len(shares) - 1, passage.sentences
    stems = "".join(passage.stems)
    every, pairs = terms.every_word.within(stems), terms.pairs.within(stems)
    found = []
    for place, stems in enumerate(passage.stems):
        words = stems.split()
        features = {
            "passage": score,
            "share": shares[place],
            "share of every": every.share(stems),
            "pairs": pairs.share(stems),
            "behind the best": shares[place] - best,
            "share before": shares[place - 1] if place else 0.0,
            "first": float(place == 0),
            "place": place / (last + 1),
            "length": log1p(len(words)),
            "short": float(len(words) < 6),
            "goes on": float(bool(words) and words[0] in _GOES_ON),
            "asks": float(passage.text[: spans[place][1]].endswith("?")),
        }
        found.append(features)
    if alike:
        for features, meant in zip(found, _meant(alike), strict=True):
            features |= meant
    return found


def _meant(alike: Alike) -> Iterator[Features]:
    """What speaks for each sentence of a passage by its meaning."""
    by_words, as_whole = alike.sentence_words, alike.sentence_text
    best, best_whole, last = max(by_words), max(as_whole), len(by_words) - 1
    for place, (words, whole, weakest) in enumerate(zip(by_words, as_whole, alike.sentence_weakest, strict=True)):
        yield {
            "meaning": words,
            "meaning behind the best": words - best,
            "weakest": weakest,
            "meaning before": by_words[place - 1] if place else 0.0,
            "meaning after": by_words[place + 1] if place < last else 0.0,
            "meaning as a whole": whole,
            "whole behind the best": whole - best_whole,
        }


def sure_features(terms: Terms, first: Features, scores: Sequence[float], found: Sequence[Features]) -> Features:
    """What tells whether the `first` is an answer at all: what speaks for it, and how far it is ahead of all that was
    `found`, by their `scores`, the best first. With vectors each is there squared too, since much of something may
    tell more than twice the half of it, or less."""
    weights = [term.weight / terms.unit for term in terms.telling]
    next_ones = scores[1:6]
    told = first | {
        "ahead": min(scores[0] - scores[1], 5.0) if len(scores) > 1 else 5.0,
        "ahead of five": min(scores[0] - sum(next_ones) / len(next_ones), 9.0) if next_ones else 9.0,
        "evidence": min(first["share"] * sum(weights), 5.0),
        "asked": min(sum(weights), 8.0),
        "unknown": terms.unknown,
        "rarest asked": max(weights, default=0.0),
        "words asked": min(len(weights), 10.0),
    }
    for name in ("share", "meaning", "meaning as a whole"):
        if name in first:
            best = sorted((features[name] for features in found), reverse=True)[:5]
            told[f"{name} of five"] = sum(best) / len(best)
    squares = {f"{name}²": value * value for name, value in told.items()} if "meaning" in first else {}
    return told | squares


def _words(terms: Sequence[Term]) -> Looked:
    return _looked((tuple(f" {stem} " for stem in term.stems), term.weight) for term in terms)


def _looked(each: Iterable[tuple[tuple[str, ...], float]]) -> Looked:
    known = tuple(each)
    return Looked(known, sum(weight for _, weight in known))
