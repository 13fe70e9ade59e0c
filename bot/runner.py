"""The life of a process: its parts are started, run until a signal or a failure, and end in order.

store → services → Telegram → parts … stop: no new updates, no new sends → what is in flight ends → web → store
"""

import asyncio
import gc
import hashlib
import logging
import signal
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, suppress
from enum import StrEnum
from typing import TypeVar

from aiohttp import web

from bot.bootstrap import (
    Stores,
    build_desk,
    build_services,
    build_worker,
    messages_in_flight,
    open_reading,
    open_stores,
)
from bot.delivery.messenger import TokenRefused
from bot.delivery.pacer import Pacer
from bot.delivery.worker import Worker
from bot.services import Services
from bot.storage.connection import StoreError
from bot.storage.pace import Pace
from bot.storage.updates import UpdateLog
from bot.telegram.alerts import OwnerAlerts
from bot.telegram.application import (
    NoAnswer,
    UnknownToken,
    build_application,
    connect,
    open_for_updates,
    receive_by_webhook,
)
from bot.telegram.commands import announce
from bot.telegram.context import NewsApplication
from bot.telegram.intake import Intake, TokenInUse, poll, webhook_route
from bot.telegram.messenger import TelegramMessenger
from bot.telegram.progress import end_abandoned
from bot.web.health import health_routes
from bot.web.pages import page_routes
from bot.web.push import push_routes
from bot.web.server import web_server
from config.settings import Settings, Updates
from config.starter import starter_categories
from handlers import routes

_LOG = logging.getLogger(__name__)
T = TypeVar("T")
_RETRY = 1.0
#: Seconds: longer than the sign of life of a killed process stands.
_SIGNS_OF_LIFE = 12
_LONGEST_RETRY = 30.0
_NOT_KNOWN = "Telegram does not know this token. Copy it again from @BotFather into NEWSBOT_TOKEN."
#: Beside those for deliveries.
_CONNECTIONS_FOR_ANSWERS = 64
_WEBHOOK_PATH = "/telegram/webhook"


class Part(StrEnum):
    UPDATES = "updates"
    DIGESTS = "digests"
    DELIVERY = "delivery"
    FEEDS = "feeds"
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
        await _when_store_answers(stores.clock.now, stopping)
        pace = Pace(stores.redis, settings.send_rate)
        application = build_application(
            settings.token.get_secret_value(),
            settings.api_url,
            Pacer(pace),
            connections=messages_in_flight(settings.send_rate) + _CONNECTIONS_FOR_ANSWERS,
        )
        stack.push_async_callback(application.shutdown)
        if not await _insist(lambda: connect(application), stopping):
            return
        reading = await stack.enter_async_context(open_reading(settings, application.bot.username))
        messenger = TelegramMessenger(application.bot, paid_broadcast=settings.paid_broadcast)
        desk = build_desk(stores, settings, application.bot.username, messenger)
        stack.push_async_callback(desk.end)
        services = build_services(stores, settings, application.bot.username, reading, desk)
        await stack.enter_async_context(stores.presence.shown())
        await _when_store_answers(lambda: begin(stores), stopping)
        await _run_parts(settings, parts, stores, services, application, messenger, stopping, ready, stack)


async def begin(stores: Stores) -> None:
    """Makes a store ready for work; a new one gets the starting categories."""
    await stores.outbox.prepare()
    await stores.plans.prepare()
    if not await stores.categories.all():
        for category in starter_categories():
            await stores.categories.add(category)


async def _run_parts(
    settings: Settings,
    parts: frozenset[Part],
    stores: Stores,
    services: Services,
    application: NewsApplication,
    messenger: TelegramMessenger,
    stopping: asyncio.Event,
    ready: Callable[[Services, int | None], Awaitable[None]] | None,
    stack: AsyncExitStack,
) -> None:
    intake = Intake(application, services.updates, stopping)
    webhook = Part.UPDATES in parts and settings.updates is Updates.WEBHOOK
    if Part.UPDATES in parts:
        stack.callback(services.questions.close)
        await services.questions.load()
        open_for_updates(application, services, messenger, routes(services.owners, application.bot.username))
        stack.push_async_callback(application.bot_data.background.end)
    served: list[web.RouteDef] = [*health_routes(services), *page_routes(services), *push_routes(services)]
    if webhook:
        served.append(webhook_route(application, intake, _WEBHOOK_PATH, _webhook_secret(settings)))
    port = await _serve(served, settings, stack) if Part.WEB in parts or webhook else None
    work: list[Coroutine[None, None, None]] = []
    if Part.UPDATES in parts:
        work += [
            services.questions.follow(stopping),
            end_abandoned(services.begun, messenger, services.subscriptions.language_of, stopping),
            announce(application.bot, services.owners, settings.language, services.subscriptions.language_of),
            _receive(settings, application, intake, services.updates, stopping),
        ]
    lasting = {
        Part.DIGESTS: services.planner.run,
        Part.FEEDS: services.feeds.run,
        Part.DELIVERY: _build_delivery(settings, stores, services, messenger).run,
    }
    work += [_keep_going(lasting[part], stores, stopping) for part in lasting.keys() & parts]
    async with asyncio.TaskGroup() as tasks:
        for part in work:
            tasks.create_task(part).add_done_callback(lambda done: _stop_if_failed(done, stopping))
        if ready:
            await ready(services, port)
        _spare_collector()
        _LOG.info("running: %s", ", ".join(sorted(parts)))
        await stopping.wait()
        _LOG.info("stopping")


def _build_delivery(settings: Settings, stores: Stores, services: Services, messenger: TelegramMessenger) -> Worker:
    pace = Pace(stores.redis, settings.send_rate)
    alerts = OwnerAlerts(messenger, services.owners, services.subscriptions.language_of)
    in_flight = messages_in_flight(settings.send_rate)
    return build_worker(stores, services.subscriptions, messenger, alerts, pace, in_flight=in_flight)


async def _serve(served: list[web.RouteDef], settings: Settings, stack: AsyncExitStack) -> int:
    port = await stack.enter_async_context(web_server(served, settings.web_host, settings.web_port))
    _LOG.info("the web part listens on http://%s:%s", settings.web_host, port)
    return port


def _stop_if_failed(part: asyncio.Task[None], stopping: asyncio.Event) -> None:
    """The group cancels the others, but a cancellation can be lost on its way, see delivery/worker."""
    if not part.cancelled() and part.exception():
        stopping.set()


async def _receive(
    settings: Settings,
    application: NewsApplication,
    intake: Intake,
    updates: UpdateLog,
    stopping: asyncio.Event,
) -> None:
    if settings.updates is Updates.WEBHOOK:
        url = f"{settings.public_url}{_WEBHOOK_PATH}"
        await _insist(lambda: receive_by_webhook(application, url, _webhook_secret(settings)), stopping)
        await stopping.wait()
        await intake.drain()
        return
    try:
        if await _become_receiver(updates, stopping):
            await poll(application, intake, stopping)
    except TokenInUse as error:
        raise CannotRun(
            "Another process receives this token's updates, so this one stops. Stop the other, give each its own "
            "token, or run this one with --only digests,delivery,web."
        ) from error
    except TokenRefused as error:
        raise CannotRun(_NOT_KNOWN) from error


async def _become_receiver(updates: UpdateLog, stopping: asyncio.Event) -> bool:
    """One that was killed is seen to be dead after a few seconds; False if told to stop before. Raises TokenInUse."""
    for _ in range(_SIGNS_OF_LIFE):
        if await _when_store_answers(updates.become_receiver, stopping) is not False:
            return not stopping.is_set()
        _LOG.warning("another process receives the updates: waiting to see whether it lives")
        await _pause(stopping, _RETRY)
    raise TokenInUse("it lives")


async def _keep_going(
    part: Callable[[asyncio.Event], Coroutine[None, None, None]], stores: Stores, stopping: asyncio.Event
) -> None:
    """A store that is away is waited for; a fault of ours is logged, and what it stopped is taken up again."""
    while not stopping.is_set():
        try:
            await stores.outbox.prepare()
            await stores.plans.prepare()
            await part(stopping)
        except* StoreError as errors:
            _LOG.warning("the store does not answer, trying again: %s", errors.exceptions[0])
        except* TokenRefused as errors:
            raise CannotRun(_NOT_KNOWN) from errors
        except* Exception as errors:
            _LOG.error("trying again after a fault", exc_info=errors)
        await _pause(stopping, _RETRY)


async def _when_store_answers(call: Callable[[], Awaitable[T]], stopping: asyncio.Event) -> T | None:
    """What it gives as soon as the store answers; None if told to stop before."""
    while not stopping.is_set():
        try:
            return await call()
        except StoreError as error:
            _LOG.warning("the store does not answer, trying again: %s", error)
            await _pause(stopping, _RETRY)
    return None


async def _insist(call: Callable[[], Awaitable[object]], stopping: asyncio.Event) -> bool:
    """Until the Bot API answers; False if told to stop before."""
    wait = _RETRY
    while not stopping.is_set():
        try:
            await call()
        except UnknownToken as error:
            raise CannotRun(_NOT_KNOWN) from error
        except NoAnswer as error:
            _LOG.warning("Telegram does not answer, trying again: %s", error)
            await _pause(stopping, wait)
            wait = min(wait * 2, _LONGEST_RETRY)
        else:
            return True
    return False


def _spare_collector() -> None:
    """What is loaded by now stays: to look through it again and again is a tenth of what sending costs."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


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
