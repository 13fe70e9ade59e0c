"""The way of a question through the product: an embedded store, its index, and what the bot would show.

As a program (`python -m tests.benchmarks.answering FOLDER`, questions as JSON on its input) it is a process that does
nothing else: what it costs to read the store of that folder, to answer, and to be there.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import quantiles

import psutil

from bot.bootstrap import Stores, build_services, open_stores
from bot.domain.answer import Answer, Place, paragraphs
from bot.domain.article import Article
from bot.questions.answer import Questions
from bot.questions.encoder import Encoded, Encoder
from bot.storage.server import embedded_server
from config.settings import Settings

_AT_ONCE = 500
_WARM_UP = 20


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may be shown as an answer, and how surely it is one; `paragraph`: its number in the article's body."""

    article: str
    place: Place
    text: str
    probability: float
    paragraph: int | None = None


class Answering:
    """`verbatim`: whether each text that was shown stood in the store, word for word."""

    def __init__(self, questions: Questions, articles: Sequence[Article]) -> None:
        self._questions = questions
        self._articles = {article.id: article for article in articles}
        self.verbatim: list[bool] = []

    async def candidates(self, question: str, about: str | None = None) -> list[Candidate]:
        """Best first."""
        ranked = await self._questions.candidates(question, about=about)
        found = [Candidate(one.article, one.place, one.text, one.probability) for one in ranked]
        self.verbatim += [self._stands(one.article, one.place, one.text) for one in found]
        return [replace(one, paragraph=self._paragraph(one)) for one in found]

    async def ask(self, question: str, about: str | None = None) -> Answer:
        answer = await self._questions.ask(question, about=about)
        for quote in (answer.quote, *answer.others):
            if quote:
                self.verbatim.append(self._stands(quote.article.id, quote.place, quote.text))
        return answer

    def _paragraph(self, one: Candidate) -> int | None:
        """The teaser stands before the body."""
        return None if one.place.is_faq else one.place.position - bool(self._articles[one.article].teaser)

    def _stands(self, article_id: str, place: Place, text: str) -> bool:
        article = self._articles[article_id]
        passages = [pair.answer for pair in article.faq] if place.is_faq else paragraphs(article)
        return bool(text) and text in passages[place.position]


@asynccontextmanager
async def filled(folder: Path, articles: Sequence[Article]) -> AsyncIterator[Stores]:
    """A store in that folder with these articles."""
    async with embedded_server(folder / "data"), _opened(folder) as stores:
        for start in range(0, len(articles), _AT_ONCE):
            await asyncio.gather(*(stores.articles.keep(one) for one in articles[start : start + _AT_ONCE]))
        yield stores


@asynccontextmanager
async def answering(folder: Path, articles: Sequence[Article], encoder: Encoder | None) -> AsyncIterator[Answering]:
    async with filled(folder, articles) as stores, _loaded(stores, folder, encoder) as questions:
        yield Answering(questions, articles)


@asynccontextmanager
async def _opened(folder: Path) -> AsyncIterator[Stores]:
    async with open_stores(_settings(folder)) as stores:
        yield stores


class Remembering(Encoder):
    """Makes the vectors of each text once: most sentences are in several stores that are measured."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[str, Encoded] = {}

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        if new := [text for text in dict.fromkeys(texts) if text not in self._known]:
            self._known |= dict(zip(new, super().encode(new), strict=True))
        return [self._known[text] for text in texts]


@asynccontextmanager
async def _loaded(stores: Stores, folder: Path, encoder: Encoder | None = None) -> AsyncIterator[Questions]:
    questions = build_services(stores, _settings(folder), "newsbot").questions
    questions.encoder = encoder
    await questions.load()
    await questions.encode()
    yield questions
    questions.close()


def _settings(folder: Path) -> Settings:
    return Settings.model_validate({"data_dir": folder / "data"})


def without_vectors() -> None:
    """As if what makes them were not installed. Before anything else is imported that looks for it."""
    sys.modules["onnxruntime"] = None  # type: ignore[assignment]  # what import makes of an absent module


async def costs(folder: Path, asked: Sequence[str], encoder: Encoder | None) -> dict[str, float]:
    """Of a process that answers from the store of that folder."""
    async with _opened(folder) as stores:
        began = time.perf_counter()
        async with _loaded(stores, folder, encoder) as questions:
            ready = time.perf_counter() - began
            for question in asked[:_WARM_UP]:
                await questions.ask(question)
            took = [await _timed(questions, question) for question in asked]
            resident = psutil.Process().memory_info().rss / 1e6
    cut = quantiles(took, n=100, method="inclusive") if len(took) > 1 else took * 99
    return {
        "p50_ms": round(cut[49], 2),
        "p99_ms": round(cut[98], 2),
        "resident_mb": round(resident, 1),
        "ready_seconds": round(ready, 2),
    }


async def costs_elsewhere(folder: Path, asked: Sequence[str], *, vectors: bool, building: bool) -> dict[str, float]:
    """The same, in a process of its own; one that is `building` encodes each sentence once."""
    options = [*([] if vectors else ["--without-vectors"]), *(["--building"] if building and vectors else [])]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, str(folder), *options,
        cwd=Path(__file__).parents[2], stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    told, _ = await process.communicate(json.dumps(asked).encode())
    if process.returncode:
        raise RuntimeError(f"the process that was measured ended with {process.returncode}")
    return dict[str, float](json.loads(told))


async def _timed(questions: Questions, question: str) -> float:
    began = time.perf_counter()
    await questions.ask(question)
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    if "--without-vectors" in sys.argv:
        without_vectors()
    known = Remembering() if "--building" in sys.argv else None
    sys.stdout.write(json.dumps(asyncio.run(costs(Path(sys.argv[1]), json.load(sys.stdin), known))))
