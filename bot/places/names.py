"""Names of places as they are compared: without case, accents and punctuation."""

import re
import unicodedata

_BETWEEN_WORDS = re.compile(r"[\W_]+")


def folded(name: str) -> str:
    """`São Paulo` and `sao-paulo` are one."""
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return _BETWEEN_WORDS.sub(" ", bare).strip()
