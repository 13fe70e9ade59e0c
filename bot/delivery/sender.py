"""One try of a delivery: the right call for what an edition is, encoded once for all its recipients."""

import logging
from collections import OrderedDict
from dataclasses import dataclass, field

from bot.delivery.line import Delivery
from bot.delivery.messenger import Messenger, TokenRefused
from bot.domain.delivery import Outcome, Refused, Sent
from bot.domain.edition import Edition
from bot.domain.message import Message
from bot.storage.connection import StoreError
from bot.storage.outbox import Outbox

_LOG = logging.getLogger(__name__)
_KEPT = 256


@dataclass(frozen=True, slots=True)
class Worded:
    """An edition as it was stored when it was read; `encoded` by language, as far as they were asked for."""

    raw: bytes
    edition: Edition
    encoded: dict[str, bytes] = field(default_factory=dict)


class Sender:
    def __init__(self, outbox: Outbox, messenger: Messenger) -> None:
        self._outbox = outbox
        self._messenger = messenger
        self._worded: OrderedDict[str, Worded] = OrderedDict()

    def word(self, edition_id: str, raw: bytes) -> Worded:
        known = self._worded.get(edition_id)
        if known is not None and known.raw == raw:
            return known
        self._worded[edition_id] = worded = Worded(raw, Edition.model_validate_json(raw))
        while len(self._worded) > _KEPT:
            self._worded.popitem(last=False)
        return worded

    async def send(self, delivery: Delivery, worded: Worded, *, silent: bool) -> Outcome:
        """A fault of ours with one message must not keep the others waiting; it is logged. Raises TokenRefused."""
        try:
            return await self._act(delivery, worded, silent=silent)
        except (*StoreError, TokenRefused):
            raise
        except Exception as error:
            _LOG.exception("edition %s could not be tried", worded.edition.id)
            return Refused(type(error).__name__)

    async def _act(self, delivery: Delivery, worded: Worded, *, silent: bool) -> Outcome:
        edition, address = worded.edition, delivery.record.subscription.address
        language = delivery.record.subscription.language
        if edition.action == "send":
            plainer = delivery.plain and edition.form == "html"
            encoded = self._encode(edition, language, plain=True) if plainer else self._encoded(worded, language)
            return await self._messenger.send(address, encoded, silent=silent)
        receipt = await self._outbox.receipt(edition.of or "", delivery.number)
        if receipt is None or not receipt.isdigit():
            return Refused("no receipt: it was sent too long ago")
        if edition.action == "delete":
            return await self._messenger.delete(address, int(receipt))
        present = await self._outbox.edition(edition.of or "")
        message = present.said_in(language) if present else None
        if present is None or message is None:
            return Sent(int(receipt))  # it has been taken back altogether since
        return await self._messenger.edit(address, int(receipt), message, plain=present.form != "html")

    def _encoded(self, worded: Worded, language: str) -> bytes:
        """Made once for all who read that language."""
        edition = worded.edition
        code = language if language in edition.translations else edition.language
        if code not in worded.encoded:
            worded.encoded[code] = self._encode(edition, code, plain=edition.form == "plain")
        return worded.encoded[code]

    def _encode(self, edition: Edition, language: str, *, plain: bool) -> bytes:
        return self._messenger.encode(edition.said_in(language) or Message(text=""), plain=plain)
