"""Health and metrics, for whoever runs the bot.

Metrics are in Prometheus' text format: https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from collections.abc import Iterator

from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.services import Services
from bot.storage.connection import StoreError

_WAITING = {
    "chunks_waiting": "Chunks of recipients in the outbox",
    "plans_waiting": "Published articles whose recipients are not yet in the outbox",
    "postponed_waiting": "Deliveries postponed to a later time",
}


def health_routes(services: Services) -> list[web.RouteDef]:
    async def live(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def ready(_: web.Request) -> web.Response:
        try:
            await services.clock.now()
        except StoreError:
            return web.json_response({"status": "the store does not answer"}, status=503)
        return web.json_response({"status": "ok"})

    async def metrics(_: web.Request) -> web.Response:
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Counts(await services.outbox.counts(), await services.articles.count()))
        return web.Response(body=generate_latest(registry), headers={"Content-Type": "text/plain; version=0.0.4"})

    return [web.get("/health/live", live), web.get("/health/ready", ready), web.get("/metrics", metrics)]


class _Counts(Collector):
    def __init__(self, counts: dict[str, int], articles: int) -> None:
        self._counts = counts
        self._articles = articles

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("newsbot_articles", "Stored articles", self._articles)
        for name, meaning in _WAITING.items():
            yield GaugeMetricFamily(f"newsbot_{name}", meaning, self._counts[name])
        ended = CounterMetricFamily("newsbot_deliveries", "Deliveries by how they ended", labels=["outcome"])
        for name, count in self._counts.items():
            if name not in _WAITING:
                ended.add_metric([name], count)
        yield ended
