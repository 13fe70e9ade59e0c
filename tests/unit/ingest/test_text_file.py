import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ingest.text_file import decode

TEXT = "Café – “naïve” €"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_that_say_what_they_are(encoding: str) -> None:
    assert decode(TEXT.encode(encoding)) == (TEXT, False)


def test_byte_orders() -> None:
    assert decode(b"\xfe\xff" + TEXT.encode("utf-16-be")) == (TEXT, False)
    assert decode(b"\xff\xfe" + TEXT.encode("utf-16-le")) == (TEXT, False)


def test_an_encoding_that_had_to_be_guessed_is_told() -> None:
    assert decode(TEXT.encode("cp1252")) == (TEXT, True)


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\0\0", b"text\0", TEXT.encode("utf-16-le")])
def test_what_is_no_text(content: bytes) -> None:
    assert decode(content) is None


def test_an_empty_file_is_an_empty_text() -> None:
    assert decode(b"") == ("", False)


@given(st.binary())
def test_any_bytes_are_text_that_can_be_stored_or_none(content: bytes) -> None:
    decoded = decode(content)
    if decoded is not None:
        decoded[0].encode()


@given(st.text())
def test_any_text_in_utf_8_is_read_back(text: str) -> None:
    content = text.encode()
    expected = text.removeprefix("\ufeff")
    assert decode(content) == (None if b"\0" in content else (expected, False))
