"""Which of the passages found may answer a question, the likeliest first.

each passage, by what speaks for it (`features`), weighed (`weights.json`) → of the best passages each sentence,
likewise → how sure the first is; FAQ pairs likewise, by their questions
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from math import exp, log

from bot.domain.answer import Place
from bot.questions.asks import asks_else
from bot.questions.features import (
    Features,
    Held,
    Terms,
    pair_features,
    passage_features,
    sentence_features,
    sure_features,
)
from bot.questions.index import Passage
from bot.questions.meaning import Alike

#: Of so many passages the sentences are looked at.
READ = 10
#: More are nobody's concern.
_MOST = 20
#: How many times a passage's odds must be those of a pair to go before it.
_PAIR = 4
#: What is left of that if a name that was asked stands nowhere: it may be of someone else that this is told.
_OF_SOMEONE_ELSE = 0.4
#: How probable it is that a pair answers its own question, and at most that anything else answers one.
_SAME, _ELSE = 0.99, 0.98
Weights = dict[str, float]


@dataclass(frozen=True, slots=True)
class Read:
    """A question's terms, what was found for them, and by its numbers what it holds of them and how much it means the
    same."""

    terms: Terms
    passages: tuple[Passage, ...]
    held: dict[int, Held]
    alike: dict[int, Alike]

    @property
    def weights(self) -> dict[str, Weights]:
        return weights()["meaning" if self.alike else "words"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """`text` stands at `place` of the `article`, in its `passage`; `probability`: that it answers the question;
    `held`: the share of the words asked, by their rarity, that it holds, or that its pair asks."""

    article: str
    place: Place
    text: str
    passage: str
    probability: float
    held: float


@dataclass(frozen=True, slots=True)
class Scored:
    """A passage, an FAQ pair, or a sentence of a passage. `score` compares it with others of its kind for the same
    question."""

    passage: Passage
    features: Features
    score: float
    sentence: int = 0
    of_sentence: Features = field(default_factory=dict)


def candidates(read: Read, passages: Sequence[Passage]) -> list[Candidate]:
    """An editor's own answer goes before what is not much more probable."""
    pairs, sentences = rank_pairs(read, passages), rank_sentences(read, passages)
    found = [*_sure(read, pairs, "pair sure"), *_sure(read, sentences, "passage sure")]
    return sorted(found, key=lambda one: _odds(one.probability) * (_PAIR if one.place.is_faq else 1), reverse=True)


def rank_passages(read: Read, passages: Sequence[Passage]) -> list[Scored]:
    own = [p for p in passages if not p.is_faq]
    features = [passage_features(read.held[p.number], read.alike.get(p.number)) for p in own]
    return _ranked(own, features, read.weights["passage"])


def rank_pairs(read: Read, passages: Sequence[Passage]) -> list[Scored]:
    """But for those that ask for something else."""
    wanted = read.terms.wanted
    own = [p for p in passages if p.is_faq and not asks_else(wanted, p.question, p.language)]
    features = [pair_features(read.held[p.number], read.alike.get(p.number)) for p in own]
    return _ranked(own, features, read.weights["pair"])


def rank_sentences(read: Read, passages: Sequence[Passage]) -> list[Scored]:
    """Of the best passages all sentences."""
    ranked = rank_passages(read, passages)
    best, found = ranked[:READ], []
    spread = log(sum(exp(one.score - best[0].score) for one in best)) if best else 0.0
    for one in best:
        relative = one.score - best[0].score - spread
        number = one.passage.number
        each = sentence_features(read.terms, one.passage, read.held[number], relative, read.alike.get(number))
        found += [
            Scored(one.passage, one.features, _sum(features, read.weights["sentence"]), place, features)
            for place, features in enumerate(each)
        ]
    return sorted(found, key=lambda one: -one.score)


def sureness(read: Read, ranked: Sequence[Scored], found: Sequence[Features]) -> Features:
    """What tells whether the first of these is an answer; `found`: all passages or pairs, by their features."""
    each: dict[int, float] = {}
    for one in ranked:
        each.setdefault(one.passage.number, one.score)
    own = ranked[0].features | {f"sentence: {name}": value for name, value in ranked[0].of_sentence.items()}
    return sure_features(read.terms, own, list(each.values()), found)


def _sure(read: Read, ranked: Sequence[Scored], weights: str) -> Iterator[Candidate]:
    """Each as probable as the first makes it, and as it stands against that."""
    if ranked:
        of_each = {one.passage.number: one.features for one in ranked}
        logit = _sum(sureness(read, ranked, list(of_each.values())), read.weights[weights])
        first = 1 / (1 + exp(-max(-30.0, min(logit, 30.0))))
        if read.terms.unknown_name:
            first *= _OF_SOMEONE_ELSE
        for one in ranked[:_MOST]:
            yield _candidate(
                one, _SAME if _asks_it(read, one) else min(_ELSE, first * exp(one.score - ranked[0].score))
            )


def _asks_it(read: Read, one: Scored) -> bool:
    """Whether it was asked in the pair's own words."""
    return one.passage.is_faq and one.features["share of every"] == one.features["share of its own"] == 1


def _ranked(passages: Sequence[Passage], features: Sequence[Features], weights: Weights) -> list[Scored]:
    scored = [Scored(p, each, _sum(each, weights)) for p, each in zip(passages, features, strict=True)]
    return sorted(scored, key=lambda one: -one.score)


def _sum(features: Features, weights: Weights) -> float:
    known = weights.get
    return sum([known(name, 0.0) * value for name, value in features.items()], known("always", 0.0))


def _candidate(one: Scored, probability: float) -> Candidate:
    passage, text, first, count = one.passage, one.passage.text, 0, 0
    if not passage.is_faq:
        first = max(0, one.sentence - 1) if one.of_sentence["goes on"] else one.sentence
        count = one.sentence - first + 1
        spans = passage.sentences
        text = text[spans[first][0] : spans[one.sentence][1]]
    place = Place(passage.is_faq, passage.position, first, count, mark=passage.mark)
    held = (one.of_sentence or one.features)["share"]
    return Candidate(passage.article, place, text, passage.text, probability, held)


def _odds(probability: float) -> float:
    return probability / max(1 - probability, 1e-9)


@cache
def weights() -> dict[str, dict[str, Weights]]:
    """By `meaning`, and by `words` alone; see tests/benchmarks/train_answers.py."""
    found: dict[str, dict[str, Weights]] = json.loads((files("bot.questions") / "weights.json").read_text("utf-8"))
    return found
