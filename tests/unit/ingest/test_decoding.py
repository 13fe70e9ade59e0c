"""What was meant by a body, whatever was said of it, and never more than is wanted."""

import gzip
import zlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ingest.decoding import BadEncoding, Decoder, TooLarge
from tests.hostile import bomb

MOST = 1024 * 1024


def decode(data: bytes, cuts: list[int] | None = None, most: int = MOST) -> bytes:
    """As it comes in pieces that end at these places."""
    decoder = Decoder(most)
    ends = [0, *sorted(cut % (len(data) + 1) for cut in cuts or []), len(data)]
    read = bytearray()
    for start, end in pairwise(ends):
        for piece in decoder.feed(data[start:end]):
            read += piece
    return bytes(read) + decoder.finish()


bodies = st.binary().filter(lambda body: not body.startswith(b"\x1f\x8b"))
cuts = st.lists(st.integers(min_value=0), max_size=8)


@given(bodies, cuts, st.integers(0, 2))
def test_a_body_is_read_however_often_it_is_packed_and_wherever_it_is_cut(
    body: bytes, cuts: list[int], times: int
) -> None:
    packed = body
    for _ in range(times):
        packed = gzip.compress(packed, mtime=0)
    assert decode(packed, cuts) == body


@given(st.lists(bodies, min_size=2, max_size=5), cuts, st.booleans())
def test_gzip_files_in_a_row_are_one_body(parts: list[bytes], cuts: list[int], padded: bool) -> None:
    packed = b"".join(gzip.compress(part, mtime=0) for part in parts) + bytes(padded * 512)
    body = b"".join(parts)
    if not body.startswith(b"\x1f\x8b"):
        assert decode(packed, cuts) == body


@given(st.binary(min_size=100), cuts, st.data())
def test_a_gzip_file_that_is_cut_short_is_not_taken_for_a_whole_one(
    body: bytes, cuts: list[int], data: st.DataObject
) -> None:
    packed = gzip.compress(body, mtime=0)
    end = data.draw(st.integers(2, len(packed) - 1))
    with pytest.raises(BadEncoding):
        decode(packed[:end], cuts)


@given(st.binary(), cuts)
def test_any_bytes_are_read_or_refused(body: bytes, cuts: list[int]) -> None:
    for data in (body, b"\x1f\x8b" + body, gzip.compress(b"text", mtime=0) + body):
        try:
            assert len(decode(data, cuts, most=1000)) <= 1000
        except (BadEncoding, TooLarge):
            continue


def test_a_body_may_be_as_long_as_is_wanted_and_no_longer() -> None:
    for pack in (bytes, gzip.compress, lambda body: gzip.compress(gzip.compress(body))):
        assert len(decode(pack(bytes(1000)), most=1000)) == 1000
        with pytest.raises(TooLarge):
            decode(pack(bytes(1001)), most=1000)


def test_of_a_bomb_no_more_is_inflated_than_is_wanted() -> None:
    decoder, inflated = Decoder(MOST), 0
    with pytest.raises(TooLarge):
        for piece in decoder.feed(bomb()):
            inflated += len(piece)
    assert inflated <= MOST


def test_a_bomb_within_that_inflates_to_nothing_is_no_way_around_it() -> None:
    nothing = zlib.compressobj(0, wbits=31)
    empty = nothing.compress(b"") + b"".join(nothing.flush(zlib.Z_FULL_FLUSH) for _ in range(2000))
    empty += b"\x00\x00\x00\xff\xff" * MOST
    with pytest.raises(TooLarge):
        decode(gzip.compress(empty))


def test_a_thousand_files_in_a_row_are_enough() -> None:
    member = gzip.compress(b"x")
    assert decode(member * 1000) == b"x" * 1000
    with pytest.raises(TooLarge):
        decode(member * 1001)
