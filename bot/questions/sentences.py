"""Where the sentences of a text begin and end (sentencex, by Wikimedia)."""

from sentencex import segment

#: Characters, more than any sentence has: what ends none, such as a table, is cut there.
_LONGEST = 1000


def sentences(text: str, language: str) -> list[tuple[int, int]]:
    """In their order, without the space around them; a text in which nothing ends is one."""
    spans: list[tuple[int, int]] = []
    start = 0
    for sentence in segment(language, text):
        end = start + len(sentence)
        pieces = (_stripped(text, first, min(first + _LONGEST, end)) for first in range(start, end, _LONGEST))
        spans += filter(None, pieces)
        start = end
    return spans or [(0, len(text))]


def _stripped(text: str, start: int, end: int) -> tuple[int, int] | None:
    piece = text[start:end]
    left, right = len(piece) - len(piece.lstrip()), len(piece.rstrip())
    return (start + left, start + right) if left < right else None
