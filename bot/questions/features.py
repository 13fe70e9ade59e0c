"""What speaks for a passage, a sentence or an FAQ pair as the answer, each as a number.

With vectors or by words alone: a name that begins with `meaning` is there with vectors only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log1p

from bot.questions.index import Passage
from bot.questions.meaning import Alike

Features = dict[str, float]

#: BM25's k1 and b, and the words of a usual passage: of the store's own the score would change with every article.
_SATURATION, _SHORTER, _USUAL_LENGTH = 1.2, 0.75, 80

#: Of a sentence that goes on from the one before it.
_GOES_ON = frozenset({"he", "she", "it", "they", "this", "these", "that", "those", "his", "her", "their", "such"})


#: As they stand in what is searched, with a space on either side, and what they count for.
Weighed = tuple[tuple[tuple[str, ...], float], ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A word that was asked: what has any of the `stems`, as so many `passages` have, holds it; `weight` is its
    rarity."""

    stems: frozenset[str]
    weight: float
    passages: int


class Terms:
    """`telling`: those that say what is asked about; `every`: all in their order. `unit`: the rarity of a word that
    stands nowhere; `unknown_name`: such a one is a name."""

    def __init__(
        self, telling: Sequence[Term], every: Sequence[Term], unit: float, *, unknown_name: bool = False
    ) -> None:
        self.telling = tuple(telling)
        self.every = tuple(every)
        self.unit = unit
        self.total = sum(term.weight for term in telling)
        self.unknown = sum(term.weight for term in telling if not term.passages) / self.total if self.total else 0.0
        self.unknown_name = unknown_name
        self.patterns = _weighed(telling)
        self._every = _weighed(every)
        self._pairs = tuple(
            (tuple(f" {x} {y} " for x in one.stems for y in other.stems), one.weight + other.weight)
            for one, other in pairwise(every)
        )

    def share(self, stems: str) -> float:
        """Of the telling words, by their weight."""
        return _share(self.patterns, stems)

    def share_of_every(self, stems: str) -> float:
        return _share(self._every, stems)

    def pairs(self, stems: str) -> float:
        """The share of words that follow each other here as they were asked."""
        return _share(self._pairs, stems)


def rank(terms: Terms, passage: Passage) -> float:
    """BM25 (https://doi.org/10.1561/1500000019) by the rarity of words that small stores have too, as a share of the
    most that there can be; a question counts twice, as it does where passages are found."""
    stems = "".join(passage.stems)
    long = _SATURATION * (1 - _SHORTER + _SHORTER * stems.count(" ") / _USUAL_LENGTH)
    score = 0.0
    for patterns, weight in terms.patterns:
        often = 0
        for pattern in patterns:
            often += stems.count(pattern) + (pattern in passage.title_stems) + 2 * (pattern in passage.question_stems)
        score += weight * often / (often + long)
    return score / terms.total if terms.total else 0.0


def passage_features(terms: Terms, passage: Passage, alike: Alike | None) -> Features:
    stems = "".join(passage.stems)
    found = {
        "rank": rank(terms, passage),
        "share": terms.share(f"{passage.title_stems} {stems}"),
        "pairs": terms.pairs(stems),
        "title": terms.share(passage.title_stems),
        "best sentence": max(map(terms.share, passage.stems)),
        "length": log1p(stems.count(" ")),
    }
    if alike:
        best = sorted(alike.sentence_text, reverse=True)[:3]
        found |= {
            "meaning": alike.words,
            "weakest": alike.weakest,
            "rarest": alike.rarest,
            "meaning of a sentence": max(alike.sentence_words),
            "meaning as a whole": best[0],
            "meaning of three": sum(best) / len(best),
        }
    return found


def sentence_features(terms: Terms, passage: Passage, score: float, alike: Alike | None) -> list[Features]:
    """`score`: the passage's, against the others found."""
    shares = [terms.share(stems) for stems in passage.stems]
    last, spans = len(shares) - 1, passage.sentences
    found = []
    for place, stems in enumerate(passage.stems):
        words = stems.split()
        features = {
            "passage": score,
            "share": shares[place],
            "share of every": terms.share_of_every(stems),
            "pairs": terms.pairs(stems),
            "behind the best": shares[place] - max(shares),
            "share before": shares[place - 1] if place else 0.0,
            "first": float(place == 0),
            "place": place / (last + 1),
            "length": log1p(len(words)),
            "short": float(len(words) < 6),
            "goes on": float(bool(words) and words[0] in _GOES_ON),
            "asks": float(passage.text[: spans[place][1]].endswith("?")),
        }
        if alike:
            by_words, as_whole = alike.sentence_words, alike.sentence_text
            features |= {
                "meaning": by_words[place],
                "meaning behind the best": by_words[place] - max(by_words),
                "weakest": alike.sentence_weakest[place],
                "meaning before": by_words[place - 1] if place else 0.0,
                "meaning after": by_words[place + 1] if place < last else 0.0,
                "meaning as a whole": as_whole[place],
                "whole behind the best": as_whole[place] - max(as_whole),
            }
        found.append(features)
    return found


def pair_features(terms: Terms, passage: Passage, alike: Alike | None) -> Features:
    own = passage.question_stems.split()
    stems = frozenset().union(*(term.stems for term in terms.every))
    found = {
        "rank": rank(terms, passage),
        "share": terms.share(passage.question_stems),
        "share of every": terms.share_of_every(passage.question_stems),
        "share of its own": sum(stem in stems for stem in own) / (len(own) or 1),
        "share in the answer": terms.share("".join(passage.stems)),
        "title": terms.share(passage.title_stems),
        "pairs": terms.pairs(passage.question_stems),
    }
    if alike:
        by_words, as_whole, back, weakest = alike.question
        found |= {
            "meaning": by_words,
            "weakest": weakest,
            "meaning as a whole": as_whole,
            "meaning of its own": back,
            "meaning of the answer": max(alike.sentence_text),
        }
    return found


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


def _weighed(terms: Sequence[Term]) -> Weighed:
    return tuple((tuple(f" {stem} " for stem in term.stems), term.weight) for term in terms)


def _share(weighed: Weighed, stems: str) -> float:
    """Plain loops: they are gone through some thousand times a question."""
    held = total = 0.0
    for patterns, weight in weighed:
        total += weight
        for pattern in patterns:
            if pattern in stems:
                held += weight
                break
    return held / total if total else 0.0
