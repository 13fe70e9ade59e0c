"""How much passages mean what is asked: each word of the question finds the word of a sentence that means most the
same where they stand (late interaction, as in ColBERT, https://arxiv.org/abs/2004.12832).

Vectors are kept as signed bytes; of a sentence only the words that tell something.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.questions.encoder import Encoded, Encoder
from bot.questions.index import Meaning, Passage
from bot.questions.words import Word, words_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_SCALE = 127
_WHOLE, _PART = 384, 64


@dataclass(frozen=True, slots=True)
class AskedMeaning:
    """A question in vectors; `weights`: what each word counts for, 1 in all."""

    whole: "Floats"
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
    question: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)


def encode_passages(encoder: Encoder, passages: Sequence[Passage]) -> list[tuple[Meaning, bytes]]:
    """As they are kept, each with the vector of its question."""
    texts = [_texts(passage) for passage in passages]
    encoded = iter(encoder.encode([text for some in texts for text in some]))
    found = []
    for passage, some in zip(passages, texts, strict=True):
        parts = [(text, next(encoded)) for text in some]
        found.append((_packed(passage, parts), _bytes(parts[0][1].whole) if passage.is_faq else b""))
    return found


def asked_meaning(encoder: Encoder, question: str, words: Sequence[Word], rarities: Sequence[float]) -> AskedMeaning:
    """`rarities` of the words."""
    import numpy

    (encoded,) = encoder.encode([question])
    weights = numpy.zeros(len(encoded.spans), numpy.float32)
    for place, (start, end) in enumerate(encoded.spans):
        for word, weight in zip(words, rarities, strict=True):
            if start < word.end and word.start < end:
                weights[place] = weight
                break
    total = float(weights.sum())
    if not total:
        weights += 1 / max(len(weights), 1)
    return AskedMeaning(encoded.whole, encoded.parts, weights / total if total else weights)


def compare(asked: AskedMeaning, passages: Sequence[Passage], meanings: dict[int, Meaning]) -> list[Alike]:
    """Raises KeyError for a passage without vectors."""
    import numpy

    if not passages or not len(asked.weights):
        return []
    some = [meanings[passage.number] for passage in passages]
    counts = [numpy.frombuffer(one.counts, numpy.uint16).astype(int) for one in some]
    parts = floats(b"".join(one.parts for one in some), _PART)
    wholes = floats(b"".join(one.wholes for one in some), _WHOLE) @ asked.whole
    each = asked.parts @ parts.T
    starts = numpy.concatenate([[0], numpy.cumsum(numpy.concatenate(counts))[:-1]])
    best = numpy.maximum.reduceat(each, starts, axis=1)  # of each word asked, in each sentence
    by_words = asked.weights @ best
    strong = asked.weights >= asked.weights.max() / 2
    weakest = best[strong].min(0)
    found, first = [], 0
    for passage, count in zip(passages, counts, strict=True):
        own = slice(first + passage.is_faq, first + len(count))
        question = (0.0, 0.0, 0.0, 0.0)
        if passage.is_faq:
            back = each[:, starts[first] : starts[first] + count[0]].max(0).mean()
            question = (float(by_words[first]), float(wholes[first]), float(back), float(weakest[first]))
        words = best[:, own].max(1)
        found.append(
            Alike(
                words=float(asked.weights @ words),
                weakest=float(words[strong].min()),
                rarest=float(words[asked.weights.argmax()]),
                sentence_words=tuple(by_words[own].tolist()),
                sentence_text=tuple(wholes[own].tolist()),
                sentence_weakest=tuple(weakest[own].tolist()),
                question=question,
            )
        )
        first += len(count)
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


def _bytes(vectors: "Floats") -> bytes:
    import numpy

    return numpy.round(vectors * _SCALE).astype(numpy.int8).tobytes()


def floats(content: bytes, width: int = _WHOLE) -> "Floats":
    """As they were before they were kept."""
    import numpy

    return numpy.frombuffer(content, numpy.int8).astype(numpy.float32).reshape(-1, width) / numpy.float32(_SCALE)
