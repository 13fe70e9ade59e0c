"""Of what a server sends, as much is read as is wanted, and not at the cost of others."""

import asyncio
from contextlib import ExitStack

import aiohttp

from bot.ingest.decoding import BadEncoding, Decoder, TooLarge

#: Bodies of more bytes than that are there so many at a time, as 32 of ten megabytes would be a third of a gigabyte.
_LARGE = 512 * 1024
_LARGE_AT_ONCE = 2
#: Parts in which a body comes: one that is sent byte by byte would keep the processor busy all the time.
_MOST_PARTS = 20_000


class Bodies:
    def __init__(self) -> None:
        self._large = asyncio.Semaphore(_LARGE_AT_ONCE)

    async def read(
        self, response: aiohttp.ClientResponse, most: int, held: ExitStack, limit: asyncio.Timeout
    ) -> bytes:
        """Up to `most` bytes, inflated; a large body keeps its place until `held` is closed. `limit` is on the server
        alone. Raises TooLarge, BadEncoding."""
        if (response.content_length or 0) > most:
            raise TooLarge
        decoder, body, parts, is_large = Decoder(most), bytearray(), 0, False
        async for part, _ in response.content.iter_chunks():
            parts += 1
            if parts > _MOST_PARTS:
                raise BadEncoding
            for piece in decoder.feed(part):
                body += piece
                if len(body) > _LARGE and not is_large:
                    is_large = True
                    await self._find_room(held, limit)
                await asyncio.sleep(0)  # much may be there already, and others want to go on too
        body += decoder.finish()
        return bytes(body)

    async def _find_room(self, held: ExitStack, limit: asyncio.Timeout) -> None:
        now = asyncio.get_running_loop().time
        left = (limit.when() or now()) - now()
        limit.reschedule(None)
        await self._large.acquire()
        held.callback(self._large.release)
        limit.reschedule(now() + left)
