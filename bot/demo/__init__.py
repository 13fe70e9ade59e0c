"""The demo: the whole bot against a Telegram of its own, with a chat page, people and something to read."""

import asyncio
import logging
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import aiohttp
from pydantic import SecretStr

from bot.demo.courier import SECTIONS, Courier
from bot.domain.draft import Unreadable
from bot.domain.feed import Feed
from bot.ingest.article_text import read_article
from bot.runner import Part, run
from bot.sandbox.client import Client, Person
from bot.sandbox.server import Sandbox
from bot.services import Services
from bot.web.server import cannot_listen
from config.settings import Settings, Updates

_LOG = logging.getLogger(__name__)
#: Of the form of a token; it opens nothing but the sandbox of this process.
_TOKEN = "1000001:demo-token-of-the-local-sandbox-only"  # noqa: S105
_EDITOR_ID = 2001
_READER_ID = 1001
#: Seconds between two news of the demo's own site.
_NEWS_EVERY = 120.0


async def run_demo(settings: Settings, port: int, tell: Callable[[str], None]) -> None:
    """Until a signal; `tell` gets the address of the chat page. Everything is forgotten at the end."""
    with tempfile.TemporaryDirectory(prefix="newsbot-demo-") as folder:
        courier = Courier(_files("courier.toml"))
        async with _sandbox(port, courier) as sandbox, aiohttp.ClientSession() as session:
            sandbox.introduce(_intro(sandbox.url))
            client = Client(sandbox.url, session)
            reader = await client.new_person("Rita", id=_READER_ID, note="reader")
            editor = await client.new_person("Ed", id=_EDITOR_ID, note="editor")

            news: list[asyncio.Task[None]] = []

            async def ready(services: Services, _: int | None) -> None:
                draft = await _stock(services, sandbox.url)
                tell(sandbox.url)
                await _open_chats(reader, editor, draft)
                news.append(asyncio.create_task(_bring_news(services, courier, sandbox.url)))

            await run(_demo_settings(settings, sandbox, Path(folder)), frozenset(Part), ready=ready)
            for task in news:
                task.cancel()
            await asyncio.gather(*news, return_exceptions=True)


def _sandbox(port: int, courier: Courier) -> Sandbox:
    port = 0 if cannot_listen("127.0.0.1", port) else port
    return Sandbox(
        token=_TOKEN,
        username="demo_news_bot",
        name="Demo News",
        port=port,
        pictures=_files("pictures"),
        site=courier.answer,
    )


def _intro(url: str) -> dict[str, Any]:
    return {
        "title": "A news bot for Telegram, running here on this computer",
        "text": "Readers choose categories; each article that an editor publishes comes to them as a teaser. Try it:",
        "steps": [
            "In Rita’s chat, tap Policy to subscribe.",
            "In Ed’s chat, press Publish under his draft: the teaser comes to Rita.",
            "Press the question under the teaser, or just ask Rita’s bot one, such as “Who saw the comet first?”",
            f"In Ed’s chat, add a news site: /addfeed {url}/courier/sport sports",
        ],
    }


async def _bring_news(services: Services, courier: Courier, url: str) -> None:
    """The site's front page has a feed that is there from the beginning; what the site brings later comes at once,
    as if it were pushed."""
    folder, slug, title = SECTIONS["news"]
    await services.feeds.add(Feed(url=f"{url}{folder}/feed.xml", category=slug, name=title))
    while True:
        await asyncio.sleep(_NEWS_EVERY)
        if section := courier.grow():
            await services.feeds.check_now(f"{url}{SECTIONS[section][0]}/feed.xml")


def _demo_settings(settings: Settings, sandbox: Sandbox, folder: Path) -> Settings:
    web_port = 0 if cannot_listen(settings.web_host, settings.web_port) else settings.web_port
    return settings.model_copy(
        update={
            "token": SecretStr(_TOKEN),
            "api_url": sandbox.url,
            "owners": (_EDITOR_ID,),
            "redis_url": None,
            "data_dir": folder,
            "public_url": None,
            "updates": Updates.POLLING,
            "web_port": web_port,
            "allow_private_addresses": True,
        }
    )


async def _stock(services: Services, url: str) -> str:
    """Stores the articles, some hours apart, those with a picture that is served under `url` with that; the first is
    kept back as a draft, and given as text."""
    now = await services.clock.now()
    categories = await services.categories.all()
    draft, *paths = sorted(_files("articles").glob("*.txt"))
    for age, path in enumerate(paths, 1):
        article = read_article(path.read_text("utf-8"), categories, now - timedelta(hours=5 * age))
        if isinstance(article, Unreadable):
            raise TypeError(f"a demo article cannot be read: {article}")
        picture = _files("pictures") / f"{path.stem}.svg"
        image = f"{url}/pictures/{picture.name}" if picture.is_file() else None
        await services.articles.keep(article.model_copy(update={"image": image}))
    return draft.read_text("utf-8")


async def _open_chats(reader: Person, editor: Person, draft: str) -> None:
    """The first words are said, so that there is something to press."""
    await reader.private.say("/start")
    with suppress(TimeoutError):
        await reader.private.next(timeout=5)
    await editor.private.say(f"/post {draft}")


def _files(folder: str) -> Path:
    return Path(str(files("bot.demo") / folder))
