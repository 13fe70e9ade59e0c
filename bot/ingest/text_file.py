"""A file that an editor sent, as text."""

MAX_BYTES = 1_000_000
SUFFIXES = (".txt", ".md")


def decode(content: bytes) -> tuple[str, bool] | None:
    """The text, and whether its encoding had to be guessed; None if it is no text."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace"), False
    if b"\0" in content:
        return None
    try:
        return content.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        # What the web takes for Latin-1: https://encoding.spec.whatwg.org/#names-and-labels
        return content.decode("cp1252", "replace"), True
