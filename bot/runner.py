"""The life of a process: its parts are started, run until a signal or a failure, and end in order.

store → services → Telegram → parts … stop: no new updates, no new sends → what is in flight ends → web → store
"""

import asyncio
import hashlib
import logging
import signal
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, suppress
from enum import StrEnum

from aiohttp import web

from bot.bootstrap import Stores, build_services, build_worker, open_stores
from bot.services import Services
from bot.storage.connection import StoreError
from bot.telegram.application import (
    NoAnswer,
    UnknownToken,
    announce,
    build_application,
    connect,
    open_for_updates,
    receive_by_webhook,
)
from bot.telegram.context import NewsApplication
from bot.telegram.intake import Intake, TokenInUse, poll, webhook_route
from bot.telegram.messenger import TelegramMessenger
from bot.web.health import health_routes
from bot.web.pages import page_routes
from bot.web.server import web_server
from config.settings import Settings, Updates
from config.starter import starter_categories
from handlers import routes

_LOG = logging.getLogger(__name__)
_RETRY = 1.0
_LONGEST_RETRY = 30.0
_WEBHOOK_PATH = "/telegram/webhook"


class Part(StrEnum):
    UPDATES = "updates"
    DIGESTS = "digests"
    DELIVERY = "delivery"
    WEB = "web"


class CannotRun(Exception):
    """The process cannot do its work; the text says what to do."""


async def run(
    settings: Settings,
    parts: frozenset[Part],
    *,
    stopping: asyncio.Event | None = None,
    ready: Callable[[Services, int | None], Awaitable[None]] | None = None,
) -> None:
    """Until SIGTERM, SIGINT, SIGHUP or `stopping`; `ready` is told when all parts run, with the port of the web part.

    Raises CannotRun, storage.server.ServerError, OSError for a web port that is taken.
    """
    stopping = stopping or _stop_on_signals()
    if settings.token is None:
        raise CannotRun("NEWSBOT_TOKEN is not set: get a token from @BotFather, or try the bot with `newsbot demo`.")
    async with AsyncExitStack() as stack:
        stores = await stack.enter_async_context(open_stores(settings))
        await _await_store(stores, stopping)
        application = build_application(settings.token.get_secret_value(), settings.api_url)
        stack.push_async_callback(application.shutdown)
        if not await _insist(lambda: connect(application), stopping):
            return
        services = build_services(stores, settings, application.bot.username)
        await stack.enter_async_context(stores.presence.shown())
        await begin(stores)
        await _run_parts(settings, parts, stores, services, application, stopping, ready, stack)


async def begin(stores: Stores) -> None:
    """Makes a store ready for work; a new one gets the starting categories."""
    await stores.outbox.prepare()
    if not await stores.categories.all():
        for category in starter_categories():
            await stores.categories.add(category)


async def _run_parts(
    settings: Settings,
    parts: frozenset[Part],
    stores: Stores,
    services: Services,
    application: NewsApplication,
    stopping: asyncio.Event,
    ready: Callable[[Services, int | None], Awaitable[None]] | None,
    stack: AsyncExitStack,
) -> None:
    messenger = TelegramMessenger(application.bot, paid_broadcast=settings.paid_broadcast)
    intake = Intake(application, services.updates, stopping)
    webhook = Part.UPDATES in parts and settings.updates is Updates.WEBHOOK
    if Part.UPDATES in parts:
        await services.questions.load()
        open_for_updates(application, services, messenger, routes(services.owners, application.bot.username))
    port = None
    if Part.WEB in parts or webhook:
        served: list[web.RouteDef] = [*health_routes(services), *page_routes(services)]
        if webhook:
            served.append(webhook_route(application, intake, _WEBHOOK_PATH, _webhook_secret(settings)))
        port = await stack.enter_async_context(web_server(served, settings.web_host, settings.web_port))
        _LOG.info("the web part listens on http://%s:%s", settings.web_host, port)
    async with asyncio.TaskGroup() as tasks:
        if Part.UPDATES in parts:
            tasks.create_task(services.questions.follow(stopping))
            tasks.create_task(announce(application, services.owners))
            tasks.create_task(_receive(settings, application, intake, stopping))
        if Part.DIGESTS in parts:
            tasks.create_task(_keep_going(services.planner.run, stores, stopping))
        if Part.DELIVERY in parts:
            worker = build_worker(stores, services, settings, messenger)
            tasks.create_task(_keep_going(worker.run, stores, stopping))
        if ready:
            await ready(services, port)
        _LOG.info("running: %s", ", ".join(sorted(parts)))
        await stopping.wait()
        _LOG.info("stopping")


async def _receive(settings: Settings, application: NewsApplication, intake: Intake, stopping: asyncio.Event) -> None:
    if settings.updates is Updates.WEBHOOK:
        url = f"{settings.public_url}{_WEBHOOK_PATH}"
        await _insist(lambda: receive_by_webhook(application, url, _webhook_secret(settings)), stopping)
        await stopping.wait()
        await intake.drain()
        return
    try:
        await poll(application, intake, stopping)
    except TokenInUse as error:
        raise CannotRun(
            "Another process receives this token's updates, so this one stops. Stop the other, or give each "
            "its own token."
        ) from error


async def _keep_going(
    part: Callable[[asyncio.Event], Coroutine[None, None, None]], stores: Stores, stopping: asyncio.Event
) -> None:
    """A store that is away is waited for; a fault of ours is logged, and what it stopped is taken up again."""
    while not stopping.is_set():
        try:
            await stores.outbox.prepare()
            await part(stopping)
        except* StoreError as errors:
            _LOG.warning("the store does not answer, trying again: %s", errors.exceptions[0])
        except* Exception as errors:
            _LOG.error("trying again after a fault", exc_info=errors)
        await _pause(stopping, _RETRY)


async def _await_store(stores: Stores, stopping: asyncio.Event) -> None:
    while not stopping.is_set():
        try:
            await stores.clock.now()
        except StoreError as error:
            _LOG.warning("the store does not answer, trying again: %s", error)
            await _pause(stopping, _RETRY)
        else:
            return


async def _insist(call: Callable[[], Awaitable[object]], stopping: asyncio.Event) -> bool:
    """Until the Bot API answers; False if told to stop before."""
    wait = _RETRY
    while not stopping.is_set():
        try:
            await call()
        except UnknownToken as error:
            raise CannotRun(
                "Telegram does not know this token. Copy it again from @BotFather into NEWSBOT_TOKEN."
            ) from error
        except NoAnswer as error:
            _LOG.warning("Telegram does not answer, trying again: %s", error)
            await _pause(stopping, wait)
            wait = min(wait * 2, _LONGEST_RETRY)
        else:
            return True
    return False


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), seconds)


def _webhook_secret(settings: Settings) -> str:
    """The same in every process that has the token, and of no use to find it."""
    token = settings.token.get_secret_value() if settings.token else ""
    return hashlib.sha256(f"webhook:{token}".encode()).hexdigest()


def _stop_on_signals() -> asyncio.Event:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stopping.set)
    return stopping
