"""How long `newsbot demo` takes to be up, and what `newsbot run` with a thousand articles holds and idles away.

.venv/bin/python -m tests.benchmarks.footprint
"""

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

import psutil

from bot.sandbox.server import Sandbox
from tests.process import newsbot, newsbot_once

TOKEN = "4242:a-token-that-only-this-sandbox-knows"
ARTICLES = 1000
IDLE_SECONDS = 20
WORDS = [
    "harbour",
    "council",
    "bridge",
    "comet",
    "ferry",
    "toll",
    "bread",
    "wool",
    "meadow",
    "tide",
    "lamp",
    "library",
    "tram",
    "cottage",
    "runner",
    "valley",
]


def _article(number: int) -> dict[str, object]:
    def prose(seed: int, length: int) -> str:
        return " ".join(WORDS[(seed * 7 + n * n) % len(WORDS)] + str((seed + n) % 97) for n in range(length))

    return {
        "type": "article",
        "id": f"a{number}",
        "category": "policy",
        "title": prose(number, 10),
        "teaser": prose(number + 1, 25),
        "body": [prose(number + paragraph, 80) for paragraph in range(5)],
        "faq": [{"question": prose(number, 8) + "?", "answer": prose(number + 3, 30)}],
        "published": f"2026-11-{number % 20 + 1:02}T10:00:00Z",
    }


async def _startup(folder: Path) -> float:
    began = time.monotonic()
    async with newsbot("demo", "--no-browser", "--port", "0", folder=folder, until="chat page", web_port=0):
        return time.monotonic() - began


async def measure() -> dict[str, object]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        startups = [await _startup(folder) for _ in range(3)]
        lines = "".join(json.dumps(_article(number)) + "\n" for number in range(ARTICLES))
        (folder / "articles.jsonl").write_text(lines)
        began = time.monotonic()
        code, said = await newsbot_once("import", "articles.jsonl", folder=folder)
        if code:
            raise RuntimeError(said)
        imported = time.monotonic() - began
        async with Sandbox(token=TOKEN) as sandbox:
            settings: dict[str, object] = {"token": TOKEN, "api_url": sandbox.url, "web_port": 0}
            async with newsbot("run", folder=folder, until="running", **settings) as process:
                bot = psutil.Process(process.running.pid)
                await asyncio.sleep(3)
                before = bot.cpu_times()
                await asyncio.sleep(IDLE_SECONDS)
                after = bot.cpu_times()
                busy = after.user + after.system - before.user - before.system
                server = [child for child in psutil.process_iter() if _serves(child, folder)]
                return {
                    "demo_up_seconds": [round(seconds, 2) for seconds in startups],
                    "import_1000_articles_seconds": round(imported, 2),
                    "resident_mb_with_1000_articles": round(bot.memory_info().rss / 1e6, 1),
                    "store_resident_mb": round(sum(one.memory_info().rss for one in server) / 1e6, 1),
                    "idle_cpu_percent": round(busy / IDLE_SECONDS * 100, 2),
                }


def _serves(process: psutil.Process, folder: Path) -> bool:
    try:
        return any(str(folder) in argument for argument in process.cmdline()) and "valkey" in process.name()
    except psutil.Error:
        return False


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(measure()), indent=2) + "\n")
