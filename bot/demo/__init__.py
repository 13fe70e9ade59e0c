"""The demo: the whole bot against a Telegram of its own, with a chat page, people and something to read."""

import logging
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import aiohttp
from pydantic import SecretStr

from bot.domain.draft import Unreadable
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
_INTRO = {
    "title": "A news bot for Telegram, running here on this computer",
    "text": "Readers choose categories; each article that an editor publishes comes to them as a teaser. Try it:",
    "steps": [
        "In Rita’s chat, tap Policy to subscribe.",
        "In Ed’s chat, press Publish under his draft: the teaser comes to Rita.",
        "Press Questions under the teaser, or just ask Rita’s bot something, such as “Who saw the comet first?”",
    ],
}


async def run_demo(settings: Settings, port: int, tell: Callable[[str], None]) -> None:
    """Until a signal; `tell` gets the address of the chat page. Everything is forgotten at the end."""
    with tempfile.TemporaryDirectory(prefix="newsbot-demo-") as folder:
        async with _sandbox(port) as sandbox, aiohttp.ClientSession() as session:
            client = Client(sandbox.url, session)
            reader = await client.new_person("Rita", id=_READER_ID, note="reader")
            editor = await client.new_person("Ed", id=_EDITOR_ID, note="editor")

            async def ready(services: Services, _: int | None) -> None:
                draft = await _stock(services, sandbox.url)
                tell(sandbox.url)
                await _open_chats(reader, editor, draft)

            await run(_demo_settings(settings, sandbox, Path(folder)), frozenset(Part), ready=ready)


def _sandbox(port: int) -> Sandbox:
    port = 0 if cannot_listen("127.0.0.1", port) else port
    return Sandbox(
        token=_TOKEN, username="demo_news_bot", name="Demo News", port=port, intro=_INTRO, pictures=_files("pictures")
    )


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
