"""What may be wrong with an installation, in plain words, and what to do about it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp

from bot.bootstrap import open_stores
from bot.questions.encoder import available
from bot.storage.connection import StoreError
from bot.storage.server import ServerError
from bot.telegram.application import NoAnswer, UnknownToken, build_application, connect
from bot.web.server import OWN_ADDRESS, cannot_listen
from config.settings import Settings

_TELEGRAM = "https://api.telegram.org"
_FREE_RATE = 30
_CLOCK_TOLERANCE = 30.0
_TIMEOUT = aiohttp.ClientTimeout(total=15)


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    good: bool
    words: str


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    yield Finding("settings", True, "can be read")
    yield _send_rate(settings)
    yield await _store(settings)
    yield _answers(settings)
    for finding in await _bot(settings):
        yield finding
    yield await _clock(settings)
    yield await _port(settings)


def _send_rate(settings: Settings) -> Finding:
    """https://core.telegram.org/bots/faq#how-can-i-message-all-of-my-bot-39s-subscribers-at-once"""
    rate = f"{settings.send_rate:g} messages a second"
    if settings.send_rate > _FREE_RATE and not settings.paid_broadcast and settings.api_url == _TELEGRAM:
        mend = "Set NEWSBOT_SEND_RATE to 30, or turn on NEWSBOT_PAID_BROADCAST, which costs Stars."
        return Finding("send rate", False, f"{rate} are more than Telegram lets through for free. {mend}")
    if settings.paid_broadcast and settings.send_rate <= _FREE_RATE:
        return Finding(
            "send rate", True, f"{rate}; to go beyond, as you may with paid broadcasts, set NEWSBOT_SEND_RATE"
        )
    return Finding("send rate", True, rate)


async def _store(settings: Settings) -> Finding:
    where = "the server of NEWSBOT_REDIS_URL" if settings.redis_url else f"the server in {settings.data_folder}"
    try:
        async with open_stores(settings) as stores:
            version = (await stores.redis.info("server")).get("redis_version", "0")
            articles = await stores.articles.count()
    except (*StoreError, ServerError, OSError) as error:
        return Finding("store", False, f"{where} does not answer ({error}). Is it running, is the address right?")
    if int(str(version).split(".")[0]) < 7:
        return Finding("store", False, f"{where} is version {version}; 7 or later is needed.")
    return Finding("store", True, f"{where} answers; {articles} articles are stored")


def _answers(settings: Settings) -> Finding:
    if not settings.answers_by_meaning:
        return Finding("answers", True, "are found by words, as NEWSBOT_ANSWERS_BY_MEANING says")
    if not available():
        return Finding(
            "answers", True, "are found by words; to find them by meaning too: pip install 'newsbot[answers]'"
        )
    return Finding("answers", True, "are found by words and, in English, by meaning")


async def _bot(settings: Settings) -> list[Finding]:
    if settings.token is None:
        return [Finding("token", False, "NEWSBOT_TOKEN is not set. Get a token from @BotFather and put it in .env.")]
    application = build_application(settings.token.get_secret_value(), settings.api_url)
    try:
        token = Finding("token", True, f"it belongs to @{await connect(application)}")
        return [token, _inline_mode(on=application.bot.supports_inline_queries)]
    except UnknownToken:
        return [Finding("token", False, "Telegram does not know it. Copy it again from @BotFather.")]
    except NoAnswer as error:
        return [Finding("token", False, f"{settings.api_url} does not answer ({error}). Is the network up?")]
    finally:
        await application.shutdown()


def _inline_mode(*, on: bool) -> Finding:
    """https://core.telegram.org/bots/inline; all else works without it."""
    if on:
        return Finding("inline mode", True, "articles and answers are offered in any chat")
    return Finding("inline mode", True, "is off; to offer articles in any chat, send /setinline to @BotFather")


async def _clock(settings: Settings) -> Finding:
    """By the Date of the Bot API server's answer: RFC 9110, 6.6.1."""
    try:
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as session, session.get(settings.api_url) as response:
            there = parsedate_to_datetime(response.headers["Date"])
    except (aiohttp.ClientError, TimeoutError, KeyError, ValueError):
        return Finding("clock", False, f"{settings.api_url} does not tell the time, so the clock was not compared.")
    off = (datetime.now(UTC) - there).total_seconds()
    if abs(off) > _CLOCK_TOLERANCE:
        return Finding("clock", False, f"it is {off:+.0f} s off. Turn on time synchronisation (NTP).")
    return Finding("clock", True, "agrees with the Bot API server's")


async def _port(settings: Settings) -> Finding:
    if settings.web_port == 0:
        return Finding("web port", True, "any free one is taken")
    place = f"{settings.web_host}:{settings.web_port}"
    problem = cannot_listen(settings.web_host, settings.web_port)
    if not problem:
        return Finding("web port", True, f"{place} is free")
    if await _is_ours(place):
        return Finding("web port", True, f"this bot is running on {place}")
    mend = f"Set NEWSBOT_WEB_PORT to another one, or {OWN_ADDRESS}."
    return Finding("web port", False, f"{place} cannot be used ({problem}). {mend}")


async def _is_ours(place: str) -> bool:
    try:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT) as session,
            session.get(f"http://{place}/health/live") as reply,
        ):
            return reply.status == 200
    except (aiohttp.ClientError, TimeoutError, UnicodeError):  # the last of a host that no name can be
        return False
