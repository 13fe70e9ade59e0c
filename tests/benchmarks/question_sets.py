"""Articles, and questions of which it is known what answers them, and the stores that are made of them.

They come as files of JSON lines. An article's line is one that `newsbot import` takes; a question's has `question`,
`article` (null if none answers it), `paragraph` (its number in the article's body; null if an FAQ pair answers it),
`answers` (strings of which any is right) and `answerable`. A file may hold both.
"""

import json
import random
import re
import string
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bot.domain.article import Article

_PARAGRAPHS = 5
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_PUNCTUATION = str.maketrans(dict.fromkeys(string.punctuation + "“”‘’–—«»¿¡،؟", " "))
_LEFT_OUT = frozenset({"a", "an", "the"})


@dataclass(frozen=True, slots=True)
class Asked:
    """`answers`: normalised, see `normal`."""

    question: str
    article: str | None
    paragraph: int | None
    answers: tuple[str, ...]
    answerable: bool


@dataclass(frozen=True, slots=True)
class Stored:
    """What is to be stored for these questions."""

    articles: tuple[Article, ...] = ()
    questions: tuple[Asked, ...] = ()

    def __or__(self, other: "Stored") -> "Stored":
        each = {article.id: article for article in (*self.articles, *other.articles)}
        return Stored(tuple(each.values()), self.questions + other.questions)

    @property
    def passages(self) -> int:
        return sum(len(one.body) + bool(one.teaser) + len(one.faq) for one in self.articles)

    def some(self, questions: int) -> "Stored":
        """As many of the questions, evenly."""
        step = max(1, -(-len(self.questions) // questions))
        return replace(self, questions=self.questions[::step])


@dataclass(frozen=True, slots=True)
class Sets:
    """What the files hold, by what is asked for: `paragraphs` of longer texts, FAQ `pairs`, and `intents`, which are
    pairs whose file has nothing else but questions that none of them answers; `foreign` questions nothing answers;
    `others` are articles nobody asks about."""

    paragraphs: Stored = field(default_factory=Stored)
    pairs: Stored = field(default_factory=Stored)
    intents: Stored = field(default_factory=Stored)
    foreign: tuple[Asked, ...] = ()
    others: tuple[Article, ...] = ()


def read_sets(article_files: Iterable[Path], question_files: Iterable[Path], *, quick: bool = False) -> Sets:
    """`quick`: every tenth question."""
    articles = [[_article(line) for line in _lines(file) if line.get("type") == "article"] for file in article_files]
    paragraphs, pairs, intents, foreign = list[Asked](), list[Asked](), list[Asked](), list[Asked]()
    for file in question_files:
        asked = [_asked(line) for line in _lines(file) if "question" in line][:: 10 if quick else 1]
        of_pairs = [one for one in asked if one.answerable and one.article and one.paragraph is None]
        without = [one for one in asked if not one.answerable and one.article is None]
        of_paragraphs = [one for one in asked if one.answerable and one.paragraph is not None]
        paragraphs += of_paragraphs
        if of_pairs and without and not of_paragraphs:
            intents += of_pairs + without
        else:
            pairs += of_pairs
            foreign += without
    known = {one.article for one in paragraphs + pairs + intents}
    return Sets(
        paragraphs=_stored(articles, paragraphs),
        pairs=_stored(articles, pairs),
        intents=_stored(articles, intents),
        foreign=tuple(foreign),
        others=tuple(one for file in articles if known.isdisjoint(a.id for a in file) for one in file),
    )


def in_parts(stored: Stored) -> Stored:
    """Each article as several of five paragraphs, as long as a story in the news."""
    parts, questions = list[Article](), list[Asked]()
    names: dict[tuple[str | None, int], str] = {}
    for article in stored.articles:
        for first in range(0, len(article.body), _PARAGRAPHS):
            part = article.model_copy(
                update={"id": f"part{len(parts)}", "body": article.body[first : first + _PARAGRAPHS]}
            )
            parts.append(part)
            names[article.id, first // _PARAGRAPHS] = part.id
    for one in stored.questions:
        part_number, paragraph = divmod(one.paragraph or 0, _PARAGRAPHS)
        questions.append(replace(one, article=names[one.article, part_number], paragraph=paragraph))
    return Stored(tuple(parts), tuple(questions))


def without_a_third(stored: Stored) -> tuple[Stored, tuple[Asked, ...]]:
    """Every third article left out, and the questions that only it would have answered."""
    kept = tuple(article for number, article in enumerate(stored.articles) if number % 3 != 2)
    ids = {article.id for article in kept}
    asked = tuple(one for one in stored.questions if one.article in ids)
    return Stored(kept, asked), tuple(one for one in stored.questions if one.article not in ids)


def filled_up(stored: Stored, passages: int) -> Stored:
    """To so many passages, in articles of sentences that stand in others: as costly, though nobody would ask."""
    missing = passages - stored.passages
    return replace(stored, articles=stored.articles + tuple(_recombined(stored.articles, missing)))


def _recombined(articles: Sequence[Article], passages: int) -> Iterator[Article]:
    chance = random.Random(1)  # noqa: S311 – the same ones each time
    like = [_SENTENCE_END.split(text) for article in articles for text in article.body]
    sentences = [sentence for paragraph in like for sentence in paragraph]
    titles = [article.title.split() for article in articles]
    for number, first in enumerate(range(0, passages, _PARAGRAPHS)):
        lengths = [len(chance.choice(like)) for _ in range(min(_PARAGRAPHS, passages - first))]
        body = tuple(" ".join(chance.choices(sentences, k=length)) for length in lengths)
        title = " ".join(chance.choice(titles)[:4] + chance.choice(titles)[-4:])
        yield articles[0].model_copy(update={"id": f"made{number}", "title": title, "body": body, "faq": ()})


def sentence_count(text: str) -> int:
    """Or more, where an abbreviation looks like an end."""
    return len(_SENTENCE_END.split(text))


def normal(text: str) -> str:
    """In small letters, without punctuation and articles; what answers is compared so."""
    words = text.casefold().translate(_PUNCTUATION).split()
    return " ".join(word for word in words if word not in _LEFT_OUT)


def holds(text: str, answers: Iterable[str]) -> bool:
    """Whether any of the normalised answers stands in the text, as whole words."""
    within = f" {normal(text)} "
    return any(f" {answer} " in within for answer in answers)


def _stored(files: Sequence[Sequence[Article]], questions: Sequence[Asked]) -> Stored:
    """With all articles of each file of which one is asked about."""
    wanted = {one.article for one in questions} - {None}
    articles = tuple(one for file in files if not wanted.isdisjoint(a.id for a in file) for one in file)
    known = {article.id for article in articles}
    return Stored(articles, tuple(one for one in questions if one.article is None or one.article in known))


def _article(line: dict[str, Any]) -> Article:
    return Article.model_validate(line)


def _asked(line: dict[str, Any]) -> Asked:
    answers = (normal(answer) for answer in line.get("answers", ()))
    return Asked(
        question=line["question"],
        article=line.get("article"),
        paragraph=line.get("paragraph"),
        answers=tuple(answer for answer in answers if answer),
        answerable=line.get("answerable", True),
    )


def _lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").split("\n") if line.strip()]
