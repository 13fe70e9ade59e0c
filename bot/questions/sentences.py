"""Where the sentences of a text begin and end (sentencex, by Wikimedia)."""

import re

from sentencex import segment

#: Characters, more than any sentence has: what ends none, such as a table, is cut there.
_LONGEST = 1000
#: An ordinal rather than an end: “am 5. Oktober, um acht”, “im 19. Jahrhundert”. Two sentences in one do no harm.
_ORDINAL = {"de": re.compile(r"(?<![\w.,])\d{1,2}\.[^\S\n]+\Z")}


def sentences(text: str, language: str) -> list[tuple[int, int]]:
    """In their order, without the space around them; a text in which nothing ends is one."""
    spans: list[tuple[int, int]] = []
    start = end = 0
    ordinal = _ORDINAL.get(language)
    for sentence in segment(language, text):
        end += len(sentence)
        if ordinal and end < len(text) and ordinal.search(sentence):
            continue
        pieces = (_stripped(text, first, min(first + _LONGEST, end)) for first in range(start, end, _LONGEST))
        spans += filter(None, pieces)
        start = end
    return spans or [(0, len(text))]


def _stripped(text: str, start: int, end: int) -> tuple[int, int] | None:
    piece = text[start:end]
    left, right = len(piece) - len(piece.lstrip()), len(piece.rstrip())
    return (start + left, start + right) if left < right else None
