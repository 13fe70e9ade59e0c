"""How much passages mean what is asked: each word of the question finds the word of a sentence that means most the
same where they stand (late interaction, as in ColBERT, https://arxiv.org/abs/2004.12832).

Vectors are kept as signed bytes; of a sentence only the words that tell something.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.questions.encoder import Encoded, Encoder, unit
from bot.questions.index import Passage
from bot.questions.vectors import Meaning
from bot.questions.words import Word, words_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Places = NDArray[np.int_]

#: Vectors are kept as whole numbers, which their own are multiplied by this for.
_SCALE = 127
#: Numbers of a vector: of a whole text, of a word, and of that by which a passage is found.
WHOLE, _PART, GIST = 384, 64, 64
_NO_QUESTION = (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class AskedMeaning:
    """A question in vectors, as `Encoded`; `weights`: what each word counts for, 1 in all."""

    whole: "Floats"
    gist: "Floats"
    parts: "Floats"
    weights: "Floats"


@dataclass(frozen=True, slots=True)
class Alike:
    """How much a passage, and each of its sentences, mean what is asked, -1 to 1: by `words`, and as a whole
    (`text`). `weakest`: of the words that count most the one that is found least, `rarest`: the one that counts most.
    `question`: the same of an FAQ pair's question, by the words asked, as a whole, by its own words, and the weakest;
    of other passages it is 0."""

    words: float
    weakest: float
    rarest: float
    sentence_words: tuple[float, ...]
    sentence_text: tuple[float, ...]
    sentence_weakest: tuple[float, ...]
    question: tuple[float, ...] = _NO_QUESTION


def encode_passages(encoder: Encoder, passages: Sequence[Passage]) -> list[tuple[Meaning, bytes]]:
    """As they are kept, each with the vector that it is found by: of an FAQ pair its question's, of others what their
    sentences have in common."""
    import numpy

    texts = [_texts(passage) for passage in passages]
    encoded = iter(encoder.encode([text for some in texts for text in some]))
    found = []
    for passage, some in zip(passages, texts, strict=True):
        parts = [(text, next(encoded)) for text in some]
        vector = parts[0][1].whole if passage.is_faq else unit(numpy.sum([one.gist for _, one in parts], axis=0))
        found.append((_packed(passage, parts), _bytes(vector)))
    return found


def asked_meaning(encoded: Encoded, words: Sequence[Word], rarities: Sequence[float]) -> AskedMeaning:
    """Of a question, by the `rarities` of its words."""
    import numpy

    weights = numpy.zeros(len(encoded.spans), numpy.float32)
    for place, (start, end) in enumerate(encoded.spans):
        for word, weight in zip(words, rarities, strict=True):
            if start < word.end and word.start < end:
                weights[place] = weight
                break
    total = float(weights.sum())
    if not total:
        weights += 1 / max(len(weights), 1)
    return AskedMeaning(encoded.whole, encoded.gist, encoded.parts, weights / total if total else weights)


@dataclass(frozen=True, slots=True)
class Stored:
    """The vectors of some `passages`, those of all sentences one after the other: `parts` from `starts` on, `counts`
    of them for each; `first` is each passage's first sentence, or the question of an FAQ pair."""

    passages: tuple[Passage, ...]
    wholes: "Floats"
    parts: "Floats"
    starts: "Places"
    counts: "Places"
    first: "Places"


def stored(passages: Sequence[Passage], meanings: dict[int, Meaning]) -> Stored | None:
    """Of those that have any; None if none has."""
    import numpy

    some = [(passage, meanings[passage.number]) for passage in passages if passage.number in meanings]
    if not some:
        return None
    each = [numpy.frombuffer(meaning.counts, numpy.uint16) for _, meaning in some]
    counts = numpy.concatenate(each).astype(int)
    return Stored(
        tuple(passage for passage, _ in some),
        floats(b"".join(meaning.wholes for _, meaning in some)),
        floats(b"".join(meaning.parts for _, meaning in some), _PART),
        _starts(counts),
        counts,
        _starts(numpy.array([len(one) for one in each])),
    )


def compare(asked: AskedMeaning, stored: Stored) -> dict[int, Alike]:
    """By the numbers of the passages; none if nothing was asked."""
    import numpy

    if not len(asked.weights):
        return {}
    is_faq = numpy.array([passage.is_faq for passage in stored.passages])
    own = stored.first + is_faq  # where a pair's answer begins, behind its question
    as_whole = stored.wholes @ (asked.whole / _SCALE)
    each = (asked.parts / _SCALE) @ stored.parts.T
    back = numpy.add.reduceat(each.max(0), stored.starts) / stored.counts
    best = numpy.maximum.reduceat(each, stored.starts, axis=1)  # of each word asked, in each sentence
    by_words = asked.weights @ best
    strong = asked.weights >= asked.weights.max() / 2
    weakest = best[strong].min(0)
    places = numpy.union1d(stored.first, own)
    inside = numpy.maximum.reduceat(best, places, axis=1)[:, places.searchsorted(own)]  # in each passage
    words, lowest, rarest = (
        values.tolist() for values in (asked.weights @ inside, inside[strong].min(0), inside[asked.weights.argmax()])
    )
    rows = numpy.stack([by_words, as_whole, back, weakest]).T.tolist()
    ends = [*stored.first[1:].tolist(), len(rows)]
    found = {}
    for place, (passage, start, end) in enumerate(zip(stored.passages, own.tolist(), ends, strict=True)):
        sentence_words, sentence_text, _, sentence_weakest = zip(*rows[start:end], strict=True)
        found[passage.number] = Alike(
            words[place],
            lowest[place],
            rarest[place],
            sentence_words,
            sentence_text,
            sentence_weakest,
            tuple(rows[start - 1]) if passage.is_faq else _NO_QUESTION,
        )
    return found


def _texts(passage: Passage) -> list[str]:
    spans = [passage.text[start:end] for start, end in passage.sentences]
    return [passage.question, *spans] if passage.is_faq else spans


def _packed(passage: Passage, parts: Sequence[tuple[str, Encoded]]) -> Meaning:
    import numpy

    kept = [_telling(text, encoded, passage.language) for text, encoded in parts]
    counts = numpy.array([len(one) for one in kept], numpy.uint16)
    wholes = numpy.stack([encoded.whole for _, encoded in parts])
    return Meaning(passage.number, counts.tobytes(), _bytes(wholes), _bytes(numpy.concatenate(kept)))


def _telling(text: str, encoded: Encoded, language: str) -> "Floats":
    """The word pieces that are kept: at least one."""
    import numpy

    if not encoded.spans:
        return numpy.zeros((1, _PART), numpy.float32)
    words = [word for word in words_of(text, language) if not word.small]
    telling = [
        place
        for place, (start, end) in enumerate(encoded.spans)
        if any(start < word.end and word.start < end for word in words)
    ]
    return encoded.parts[telling] if telling else encoded.parts


def _starts(counts: "Places") -> "Places":
    starts: Places = counts.cumsum() - counts
    return starts


def _bytes(vectors: "Floats") -> bytes:
    import numpy

    return numpy.round(vectors * _SCALE).astype(numpy.int8).tobytes()


def floats(content: bytes, width: int = WHOLE) -> "Floats":
    """As they were before they were kept, times `_SCALE`."""
    import numpy

    return numpy.frombuffer(content, numpy.int8).reshape(-1, width).astype(numpy.float32)
