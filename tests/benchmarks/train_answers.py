"""Weighs what speaks for an answer, on questions whose answers are known: makes bot/questions/weights.json.

    python -m tests.benchmarks.train_answers --articles FILE… --questions FILE… [--index FILE] [--out FILE]

Articles and questions are in the forms that `answers` reads; a question without an article is one that nothing
answers. Some are also asked where few of the articles are stored, so that the weights hold for any size of store.
`--index` keeps the index for the next time. Prints how good the weights are for articles that they were not made with
(five parts, by article), in per cent, and writes those made with all.
"""

import argparse
import json
import random
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from bot.domain.article import Article
from bot.questions.encoder import LANGUAGES, Encoder
from bot.questions.features import Features
from bot.questions.index import Index, Passage
from bot.questions.meaning import encode_passages
from bot.questions.rank import (
    Read,
    Scored,
    Weights,
    candidates,
    rank_pairs,
    rank_passages,
    rank_sentences,
    sureness,
)
from bot.questions.retrieve import Retrieval
from tests.benchmarks.question_sets import holds, normal

_PARTS = 5
_ROUNDS = 250
_STEP = 0.08
_LIMIT = 2e-4
_ON_A_SHELF = 2
_ALSO_ASKED_OF_FEW = 3
#: Questions that nothing answers are few.
_COUNTS = {True: 1.0, False: 4.0}
Group = tuple[list[Features], list[bool]]


@dataclass
class Asked:
    """`part`: that of its article; it is tried with weights that were made without it."""

    question: str
    article: str
    paragraph: int | None
    answers: list[str]
    read: Read
    part: int
    counts: bool = True  # when weights are tried

    def is_gold(self, passage: Passage) -> bool:
        here = passage.article == self.article
        return here and (passage.is_faq if self.paragraph is None else passage.position == self.paragraph)

    def is_right(self, one: Scored) -> bool:
        start, end = one.passage.sentences[one.sentence]
        return self.is_gold(one.passage) and holds(one.passage.text[start:end], self.answers)

    @cached_property
    def elsewhere(self) -> list[Passage]:
        """What there is if its article is not stored."""
        return [p for p in self.read.passages if p.article != self.article]


@dataclass(frozen=True, slots=True)
class Weighed(Read):
    """What was read, with weights on trial."""

    given: dict[str, Weights] | None = None

    @property
    def weights(self) -> dict[str, Weights]:
        nothing: Weights = {}
        return dict.fromkeys(("passage", "sentence", "pair", "passage sure", "pair sure"), nothing) | (
            self.given or {}
        )


def weighed(one: Asked, given: dict[str, Weights]) -> Weighed:
    read = one.read
    return Weighed(read.terms, read.passages, read.held, read.alike, given)


# -- finding weights -------------------------------------------------------------------------------------------


def train(asked: Sequence[Asked]) -> dict[str, Weights]:
    """All weights, for questions of one mode."""
    found: dict[str, Weights] = {}
    texts = [one for one in asked if one.article and one.paragraph is not None]
    pairs = [one for one in asked if one.article and one.paragraph is None]
    tell(f"weighing {len(texts)} questions about texts, {len(pairs)} about FAQ pairs")
    found["passage"] = fit_ranking(map(_passages, texts))
    found["sentence"] = fit_ranking(_sentences(one, found) for one in texts)
    found["pair"] = fit_ranking(map(_pairs, pairs))
    found["passage sure"] = fit_sureness([row for one in asked for row in _sure_passages(one, found)])
    found["pair sure"] = fit_sureness([row for one in asked for row in _sure_pairs(one, found)])
    return found


def _passages(one: Asked) -> Group:
    ranked = rank_passages(weighed(one, {}), one.read.passages)
    return [each.features for each in ranked], [one.is_gold(each.passage) for each in ranked]


def _sentences(one: Asked, found: dict[str, Weights]) -> Group:
    ranked = rank_sentences(weighed(one, found), one.read.passages)
    return [each.of_sentence for each in ranked], [one.is_right(each) for each in ranked]


def _pairs(one: Asked) -> Group:
    ranked = rank_pairs(weighed(one, {}), one.read.passages)
    return [each.features for each in ranked], [one.is_gold(each.passage) for each in ranked]


Row = tuple[Features, bool, float]


def _sure_passages(one: Asked, found: dict[str, Weights]) -> Iterator[Row]:
    """As it is, and as it is if its article is not stored. What a pair is asked for, passages answer too."""
    read = weighed(one, found)
    if one.article and one.paragraph is not None:
        yield from _sure(read, rank_sentences(read, read.passages), True, 1.0)
    yield from _sure(read, rank_sentences(read, one.elsewhere), False, _COUNTS[bool(one.article)])


def _sure_pairs(one: Asked, found: dict[str, Weights]) -> Iterator[Row]:
    read = weighed(one, found)
    if one.article and one.paragraph is None:
        yield from _sure(read, rank_pairs(read, read.passages), True, 1.0)
    yield from _sure(read, rank_pairs(read, one.elsewhere), False, _COUNTS[bool(one.article)])


def _sure(read: Read, ranked: Sequence[Scored], right: bool, counts: float) -> Iterator[Row]:
    if ranked:
        of_each = {each.passage.number: each.features for each in ranked}
        yield sureness(read, ranked, list(of_each.values())), right, counts


def fit_ranking(groups: Iterable[Group]) -> Weights:
    """So that what is right comes first in its group: listwise, https://doi.org/10.1145/1273496.1273513"""
    useful = [(rows, right) for rows, right in groups if any(right) and not all(right)]
    names, matrix, scale = _matrix([row for rows, _ in useful for row in rows])
    truth = np.concatenate([np.array(right, float) for _, right in useful])
    lengths = np.array([len(rows) for rows, _ in useful])
    starts = np.cumsum(lengths) - lengths

    def slope(weights: Any) -> Any:
        scores = matrix @ weights
        shares = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), lengths))
        gold = shares * truth
        shares /= np.repeat(np.add.reduceat(shares, starts), lengths)
        gold /= np.repeat(np.maximum(np.add.reduceat(gold, starts), 1e-30), lengths)
        return matrix.T @ (shares - gold) / len(lengths) + _LIMIT * weights

    return _named(names, _descend(slope, len(names)) / scale)


def fit_sureness(rows: Sequence[Row]) -> Weights:
    """So that it tells how probably a row is right: logistic regression; where nine of ten that are right come to
    more than 0.5, moved so that no more do."""
    features, right, counts = zip(*rows, strict=True)
    names, matrix, scale = _matrix(features)
    matrix = np.hstack([matrix, np.ones((len(matrix), 1))])
    truth, share = np.array(right, float), np.array(counts) / sum(counts)

    def slope(weights: Any) -> Any:
        sure = 1 / (1 + np.exp(-np.clip(matrix @ weights, -30, 30)))
        return matrix.T @ ((sure - truth) * share) + _LIMIT * np.append(weights[:-1], 0)

    found = _descend(slope, len(names) + 1, 600)
    found[-1] -= max(0.0, np.percentile(matrix[truth == 1] @ found, 10))
    return _named([*names, "always"], np.append(found[:-1] / scale, found[-1]))


def _matrix(rows: Sequence[Features]) -> tuple[list[str], Any, Any]:
    names = list(rows[0])
    matrix = np.array([[row[name] for name in names] for row in rows])
    scale = matrix.std(0) + 1e-9
    return names, matrix / scale, scale


def _descend(slope: Callable[[Any], Any], width: int, rounds: int = _ROUNDS) -> Any:
    """Adam, https://arxiv.org/abs/1412.6980"""
    weights, first, second = np.zeros(width), np.zeros(width), np.zeros(width)
    for n in range(1, rounds + 1):
        gradient = slope(weights)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        weights -= _STEP * (first / (1 - 0.9**n)) / (np.sqrt(second / (1 - 0.999**n)) + 1e-9)
    return weights


def _named(names: Sequence[str], values: Any) -> Weights:
    return {name: round(float(value), 4) for name, value in zip(names, values, strict=True)}


# -- trying them -----------------------------------------------------------------------------------------------


def tried(asked: Sequence[Asked], parts: int) -> dict[str, float]:
    """How good weights are for questions that they were not made with, in per cent; `limit`: the probability that
    nine of ten questions reach whose answer is stored."""
    right: dict[str, list[bool]] = {}
    sure: dict[str, list[float]] = {"stored": [], "not stored": [], "of nothing": []}
    for part in range(parts):
        found = train([one for one in asked if one.part != part])
        for one in (one for one in asked if one.part == part and one.counts):
            read = weighed(one, found)
            ranked = candidates(read, read.passages)
            for name, is_right in _rights(one, read):
                right.setdefault(name, []).append(is_right)
            if one.article:
                first = bool(ranked) and ranked[0].article == one.article
                right.setdefault("article, among all", []).append(first)
            if one.article and one.paragraph is not None:
                sure["stored"].append(ranked[0].probability if ranked else 0.0)
            missing = candidates(read, one.elsewhere)
            sure["not stored" if one.article else "of nothing"].append(missing[0].probability if missing else 0.0)
    limit = sorted(sure["stored"])[len(sure["stored"]) // 10]
    result = {name: percent(each) for name, each in right.items()} | {"limit": round(limit, 3)}
    return result | {
        f"{name}, answered": percent([p >= limit for p in sure[name]]) for name in ("not stored", "of nothing")
    }


def _rights(one: Asked, read: Read) -> Iterator[tuple[str, bool]]:
    if one.article and one.paragraph is None:
        yield "pair", any(one.is_gold(each.passage) for each in rank_pairs(read, read.passages)[:1])
    elif one.article:
        passages = [one.is_gold(each.passage) for each in rank_passages(read, read.passages)[:3]]
        sentences = [one.is_right(each) for each in rank_sentences(read, read.passages)[:3]]
        yield from {"passage": any(passages[:1]), "passage in three": any(passages)}.items()
        yield from {"sentence": any(sentences[:1]), "sentence in three": any(sentences)}.items()


def percent(values: Sequence[bool]) -> float:
    return round(100 * sum(values) / len(values), 1) if values else 0.0


# -- reading ---------------------------------------------------------------------------------------------------


def fill(index: Index, encoder: Encoder, articles: Iterable[Article]) -> None:
    with index.change():
        for article in articles:
            index.put(article)
    while some := index.without_vectors(LANGUAGES, 32):
        with index.change():
            index.vectors.put(encode_passages(encoder, some))
        tell(f"{some[-1].number} passages to go")


def _lines(files: Iterable[Path]) -> Iterator[dict[str, Any]]:
    for file in files:
        yield from map(json.loads, file.read_text("utf-8").splitlines())


def tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def shelves(index: Index, articles: Sequence[Article]) -> dict[str, Index]:
    """By the ids of the articles small stores, each of some of them, with the vectors that the large one has."""
    found = dict[str, Index]()
    gists = {passage: gist for kind in (True, False) for _, passage, gist in index.vectors.gists(is_faq=kind)}
    kinds = [[one for one in articles if bool(one.faq) is with_pairs] for with_pairs in (False, True)]
    many = max(1, len(kinds[0]) // _ON_A_SHELF)
    for n in range(many):
        shelf = Index()
        for one in (*kinds[0][n::many], *kinds[1][n::many]):
            found[one.id] = shelf
            shelf.put(one)
            known = index.passages_of(one.id)
            meanings = index.vectors.of([passage.number for passage in known])
            pairs = [(new, old.number) for new, old in zip(shelf.passages_of(one.id), known, strict=True)]
            shelf.vectors.put(
                (replace(meanings[old], passage=new.number), gists[old]) for new, old in pairs if old in meanings
            )
    return found


def read_all(
    lines: Sequence[dict[str, Any]], index: Index, small: dict[str, Index], encoder: Encoder | None
) -> Iterator[Asked]:
    """Each question among all articles, and some in the small store that has their article."""
    ids = sorted(small)
    random.Random(1).shuffle(ids)  # noqa: S311
    parts = {one: n % _PARTS for n, one in enumerate(ids)}
    large = Retrieval(index, encoder)
    few = {id(shelf): Retrieval(shelf, encoder) for shelf in small.values()}
    for n, line in enumerate(lines):
        question, article = line["question"], line["article"] or ""
        answers = [normal(answer) for answer in line["answers"]]
        part = parts.get(article, n % _PARTS)
        yield Asked(question, article, line["paragraph"], answers, large.read(question), part)
        if n % _ALSO_ASKED_OF_FEW == 0 or not article:
            read = few[id(small[article or ids[n % len(ids)]])].read(question)
            yield Asked(question, article, line["paragraph"], answers, read, part, counts=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path, nargs="+", required=True)
    parser.add_argument("--questions", type=Path, nargs="+", required=True)
    parser.add_argument("--index", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--parts", type=int, default=_PARTS, help="so many of the five are tried")
    given = parser.parse_args()
    encoder, index = Encoder(), Index(given.index)
    articles = [Article.model_validate(line) for line in _lines(given.articles)]
    if not index.size():
        fill(index, encoder, articles)
    small, lines, weights = shelves(index, articles), list(_lines(given.questions)), {}
    for mode in ("meaning", "words"):
        asked = list(read_all(lines, index, small, encoder if mode == "meaning" else None))
        if given.parts:
            sys.stdout.write(json.dumps({mode: tried(asked, given.parts)}, indent=1) + "\n")
        weights[mode] = train(asked)
        if given.out:
            given.out.write_text(json.dumps(weights, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
