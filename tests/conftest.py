"""One store for all tests that need one, emptied before each; Hypothesis without its clock; the words as they are."""

import io
import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hypothesis import HealthCheck, settings

from bot.bootstrap import Stores, open_stores
from bot.rendering.wording import LOCALES
from bot.storage.connection import Client, connect
from bot.storage.server import embedded_server
from config.settings import Settings

settings.register_profile(
    "tests", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("tests")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def redis_url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The server that NEWSBOT_TEST_REDIS_URL names, else an embedded one; tests empty its database."""
    if url := os.environ.get("NEWSBOT_TEST_REDIS_URL"):
        yield url
        return
    async with embedded_server(tmp_path_factory.mktemp("store")) as embedded:
        yield embedded


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Client]:
    client = connect(redis_url)
    await client.flushdb()
    yield client
    await client.aclose()


@pytest.fixture
async def stores(redis_url: str, redis: Client) -> AsyncIterator[Stores]:
    """Every store, over the emptied server."""
    async with open_stores(Settings.model_validate({"redis_url": redis_url})) as opened:
        await opened.outbox.prepare()
        await opened.plans.prepare()
        await opened.presence.show()
        yield opened


def pytest_configure(config: pytest.Config) -> None:
    """The catalogues are compiled where they have changed, so that what is tested are the words that are written."""
    if hasattr(config, "workerinput"):
        return  # done by the process that started this one
    for written in LOCALES.glob("*/LC_MESSAGES/*.po"):
        compiled = written.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < written.stat().st_mtime:
            content = io.BytesIO()
            with written.open("rb") as file:
                write_mo(content, read_po(file))
            compiled.write_bytes(content.getvalue())


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With NEWSBOT_TEST_NO_SKIPS, as in continuous integration, a skipped test is a failed run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("NEWSBOT_TEST_NO_SKIPS") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
