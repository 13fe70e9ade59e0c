"""What was asked in a chat and answered there: for the buttons below the answers, and for what is asked on."""

from datetime import timedelta

from bot.domain.exchange import Exchange
from bot.domain.moment import to_ms
from bot.domain.subscription import Address
from bot.storage import keys
from bot.storage.connection import Client

KEPT = timedelta(days=2)
#: Of each chat, so that nobody fills the store by asking.
MOST_KEPT = 100
_TOLD = "told"
_LOOKED_AT = 10

# KEYS: the chat's exchanges, the new one. ARGV: its id, when (ms), itself, how long (ms) and how many are kept.
_KEEP = """
redis.call('HSET', KEYS[2], 'told', ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
local one = string.sub(KEYS[2], 1, -#ARGV[1] - 1)
for _, old in ipairs(redis.call('ZRANGE', KEYS[1], 0, -ARGV[5] - 1)) do redis.call('DEL', one .. old) end
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -ARGV[5] - 1)
"""

_PRESS = """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
return redis.call('HSETNX', KEYS[1], ARGV[1], 1)
"""


class ExchangeStore:
    def __init__(self, redis: Client) -> None:
        self._redis = redis
        self._keep = redis.register_script(_KEEP)
        self._press = redis.register_script(_PRESS)

    async def keep(self, exchange: Exchange) -> None:
        chat_id = exchange.address.chat_id
        names = [keys.exchanges(chat_id), keys.exchange(chat_id, exchange.id)]
        kept = int(KEPT / timedelta(milliseconds=1))
        json = exchange.model_dump_json()
        await self._keep(keys=names, args=[exchange.id, to_ms(exchange.at), json, kept, MOST_KEPT])

    async def get(self, chat_id: int, exchange_id: str) -> Exchange | None:
        value = await self._redis.hget(keys.exchange(chat_id, exchange_id), _TOLD)
        return Exchange.model_validate_json(value) if value is not None else None

    async def last(self, address: Address) -> Exchange | None:
        """The newest there, in this very topic."""
        found = await self._newest(address.chat_id, _LOOKED_AT)
        return next((exchange for exchange in found if exchange.address == address), None)

    async def press(self, exchange: Exchange, button: str) -> bool:
        """Notes that this button was pressed. False if it was before, or if the exchange is too old."""
        key = keys.exchange(exchange.address.chat_id, exchange.id)
        return bool(await self._press(keys=[key], args=[f"pressed:{button}"]))

    async def pressed(self, exchange: Exchange, button: str) -> bool:
        return bool(
            await self._redis.hexists(keys.exchange(exchange.address.chat_id, exchange.id), f"pressed:{button}")
        )

    async def all(self, chat_id: int) -> list[Exchange]:
        """The newest first."""
        return await self._newest(chat_id, MOST_KEPT)

    async def forget(self, chat_id: int) -> bool:
        """False if there was nothing."""
        ids = await self._redis.zrange(keys.exchanges(chat_id), 0, -1)
        each = [keys.exchange(chat_id, exchange_id.decode()) for exchange_id in ids]
        return bool(await self._redis.delete(keys.exchanges(chat_id), *each))

    async def _newest(self, chat_id: int, count: int) -> list[Exchange]:
        ids = await self._redis.zrange(keys.exchanges(chat_id), 0, count - 1, desc=True)
        async with self._redis.pipeline(transaction=False) as pipe:
            for exchange_id in ids:
                pipe.hget(keys.exchange(chat_id, exchange_id.decode()), _TOLD)
            values = await pipe.execute() if ids else []
        return [Exchange.model_validate_json(value) for value in values if value is not None]
