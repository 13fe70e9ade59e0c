"""One try of a delivery: the right call for what an edition is, encoded once for all its recipients."""

import logging
from collections import OrderedDict
from dataclasses import dataclass

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
    """An edition as it was stored when it was read, with the form in which the messenger takes it."""

    raw: bytes
    edition: Edition
    encoded: bytes


class Sender:
    def __init__(self, outbox: Outbox, messenger: Messenger) -> None:
        self._outbox = outbox
        self._messenger = messenger
        self._worded: OrderedDict[str, Worded] = OrderedDict()

    def word(self, edition_id: str, raw: bytes) -> Worded:
        known = self._worded.get(edition_id)
        if known is not None and known.raw == raw:
            return known
        edition = Edition.model_validate_json(raw)
        message = edition.message or Message(text="")
        encoded = self._messenger.encode(message, plain=edition.form == "plain") if edition.action == "send" else b""
        self._worded[edition_id] = worded = Worded(raw, edition, encoded)
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
        if edition.action == "send":
            encoded = worded.encoded
            if delivery.plain and edition.form == "html":
                encoded = self._messenger.encode(edition.message or Message(text=""), plain=True)
            return await self._messenger.send(address, encoded, silent=silent)
        receipt = await self._outbox.receipt(edition.of or "", delivery.number)
        if receipt is None or not receipt.isdigit():
            return Refused("no receipt: it was sent too long ago")
        if edition.action == "delete":
            return await self._messenger.delete(address, int(receipt))
        present = await self._outbox.edition(edition.of or "")
        if present is None or present.message is None:
            return Sent(int(receipt))  # it has been taken back altogether since
        plain = present.form != "html"
        return await self._messenger.edit(address, int(receipt), present.message, plain=plain)
