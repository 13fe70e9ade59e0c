"""Health and metrics, for whoever runs the bot.

Metrics are in Prometheus' text format: https://prometheus.io/docs/instrumenting/exposition_formats/
"""

import asyncio
from collections.abc import Awaitable, Iterator, Mapping
from typing import TypeVar

from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.domain.status import Status
from bot.services import Services
from bot.storage.connection import StoreError

_T = TypeVar("_T")
#: Seconds: a store that hangs must not hang whoever asks.
_STORE_ANSWERS_WITHIN = 2.0
_NO_STORE = f"the store did not answer within {_STORE_ANSWERS_WITHIN:.0f} seconds"


def health_routes(services: Services) -> list[web.RouteDef]:
    async def live(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def ready(_: web.Request) -> web.Response:
        """Still ready while sending rests: people get their answers, and a new process would rest as well."""
        try:
            resting = await _soon(services.reports.resting())
        except _NoStore:
            return web.json_response({"status": _NO_STORE}, status=503)
        if resting:
            words = f"sending rests until {resting.until:%H:%M:%S} UTC: many chats failed alike ({resting.cause})"
            return web.json_response({"status": words})
        return web.json_response({"status": "ok"})

    async def metrics(_: web.Request) -> web.Response:
        registry = CollectorRegistry(auto_describe=False)
        try:
            registry.register(
                _Metrics(await _soon(services.reports.status()), await _soon(services.articles.count()))
            )
        except _NoStore:
            return web.Response(text=f"{_NO_STORE}\n", status=503)
        return web.Response(body=generate_latest(registry), headers={"Content-Type": "text/plain; version=0.0.4"})

    return [web.get("/health/live", live), web.get("/health/ready", ready), web.get("/metrics", metrics)]


class _NoStore(Exception):
    """It is away, or hangs."""


async def _soon(call: Awaitable[_T]) -> _T:
    """Raises _NoStore."""
    try:
        async with asyncio.timeout(_STORE_ANSWERS_WITHIN):
            return await call
    except (*StoreError, TimeoutError) as error:
        raise _NoStore from error


class _Metrics(Collector):
    def __init__(self, status: Status, articles: int) -> None:
        self._status = status
        self._articles = articles

    def collect(self) -> Iterator[Metric]:
        status = self._status
        resting = (status.resting.until - status.at).total_seconds() if status.resting else 0
        gauges = {
            "articles": ("Stored articles", self._articles),
            "plans_waiting": ("Published articles whose recipients are not yet in the outbox", status.unplanned),
            "chunks_waiting": ("Chunks of recipients in the outbox", status.chunks),
            "deliveries_waiting": ("Deliveries owed and not ended", status.left),
            "in_flight": ("Deliveries under way", status.in_flight),
            "postponed_waiting": ("Deliveries postponed to a later time", status.postponed),
            "doubts_waiting": ("Deliveries whose chat may be out of reach", status.in_doubt),
            "send_rate": ("Messages a second at present", status.rate),
            "send_rate_set": ("Messages a second as set", status.rate_set),
            "paused_seconds": ("How long Telegram has asked everyone to wait", status.paused.total_seconds()),
            "resting_seconds": ("How long sending rests, since many chats failed alike", resting),
            "feeds": ("Feeds that articles come from", status.feeds),
            "feeds_in_trouble": ("Feeds that cannot be read", len(status.feeds_in_trouble)),
            "refused_messages": ("Messages that Telegram did not take within a week", len(status.refused)),
        }
        for name, (meaning, value) in gauges.items():
            yield GaugeMetricFamily(f"newsbot_{name}", meaning, value)
        yield _labelled(
            GaugeMetricFamily("newsbot_parked_chats", "Chats out of reach", labels=["cause"]),
            {cause.value: count for cause, count in status.parked.items()},
        )
        yield _labelled(
            GaugeMetricFamily("newsbot_recent_tries", "What tries of the last minutes came to", labels=["outcome"]),
            status.tries,
        )
        yield _labelled(
            CounterMetricFamily("newsbot_feed_polls", "Feeds asked, by what came of it", labels=["outcome"]),
            status.polls,
        )
        yield CounterMetricFamily("newsbot_deliveries_owed", "Deliveries ever owed", status.owed)
        yield _labelled(
            CounterMetricFamily("newsbot_deliveries", "Deliveries by how they ended", labels=["outcome"]),
            status.ended,
        )


_Family = TypeVar("_Family", GaugeMetricFamily, CounterMetricFamily)


def _labelled(family: _Family, values: Mapping[str, int]) -> _Family:
    for name, value in values.items():
        family.add_metric([name], value)
    return family
