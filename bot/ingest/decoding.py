"""A body as it comes from the net, in pieces, becomes the bytes that were meant, and no more of them than are wanted.

What a server says of its encoding is often wrong: some compress undeclared or twice, some declare what they have not
done. So the first bytes decide. aiohttp's own decompression would pass a body that was cut short as whole, and leave
one that is compressed twice as it is.
"""

import zlib
from collections.abc import Iterator

_MAGIC = b"\x1f\x8b"
_GZIP = 16 + zlib.MAX_WBITS
#: Bytes that are inflated at a time: about a millisecond's work.
_PIECE = 256 * 1024
#: One body may be many gzip files one after the other (RFC 1952, 2.2), but each costs time even if it is empty.
_MOST_MEMBERS = 1000


class TooLarge(Exception):
    """More than is wanted."""


class BadEncoding(Exception):
    """Begins as gzip and goes on as something else, or ends too early; or comes in crumbs."""


class Decoder:
    """For one body of up to `most` bytes, packed or not, that is compressed up to twice."""

    def __init__(self, most: int) -> None:
        self._outer = _Layer(most)
        self._inner = _Layer(most)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """In pieces, some of them empty, between which others should get their turn. Raises TooLarge, BadEncoding."""
        for piece in self._outer.feed(data):
            yield from self._inner.feed(piece)

    def finish(self) -> bytes:
        """What has been held back. Raises BadEncoding if something is missing."""
        return b"".join(self._inner.feed(self._outer.finish())) + self._inner.finish()


class _Layer:
    """Inflates what begins as gzip; passes anything else."""

    def __init__(self, most: int) -> None:
        self._left = most
        self._head = b""
        self._decided = False
        self._members: _Members | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        if not self._decided:
            data = self._head = self._head + data
            if len(data) < len(_MAGIC):
                yield b""
                return
            self._decided = True
            self._members = _Members() if data.startswith(_MAGIC) else None
        for piece in self._members.feed(data) if self._members else (data,):
            self._left -= len(piece)
            if self._left < 0:
                raise TooLarge
            yield piece

    def finish(self) -> bytes:
        if self._members and not self._members.complete:
            raise BadEncoding
        return b"" if self._decided else self._head


class _Members:
    """One gzip file after the other; what is no gzip file after the first is padding."""

    def __init__(self) -> None:
        self._inflater = zlib.decompressobj(_GZIP)
        self._count = 1
        self._padded = False

    @property
    def complete(self) -> bool:
        return self._inflater.eof

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data and not self._padded:
            if self._inflater.eof:
                self._padded = not data.startswith(_MAGIC[:1])
                if self._padded:
                    return
                self._begin()
            try:
                piece = self._inflater.decompress(data, _PIECE)
            except zlib.error:
                raise BadEncoding from None
            data = self._inflater.unconsumed_tail or self._inflater.unused_data
            yield piece

    def _begin(self) -> None:
        self._count += 1
        if self._count > _MOST_MEMBERS:
            raise TooLarge
        self._inflater = zlib.decompressobj(_GZIP)
