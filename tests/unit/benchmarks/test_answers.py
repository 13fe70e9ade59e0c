"""The benchmark of answers reads its files as they are meant, and counts right."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.domain.answer import Place
from tests.benchmarks.answering import Candidate
from tests.benchmarks.answers import answered_all_the_same, auroc, paragraphs, sentences
from tests.benchmarks.question_sets import (
    Asked,
    Sets,
    filled_up,
    holds,
    in_parts,
    read_sets,
    without_a_third,
)

_ROOT = Path(__file__).parents[3]
_TEXTS = {
    "bridge": ["The old bridge opened in 1891.", "Its five arches are of granite.", "Masons repaired them in May."]
    + [f"Pillar {number} stands in the river." for number in range(3, 8)],
    "ferry": ["The ferry leaves Tarn at nine.", "Captain Lind steers it."],
    "market": ["The market sells 40 kinds of cheese.", "It was founded by Ada Roth."],
}


def _asked(question: str, article: str | None = None, paragraph: int | None = None, *answers: str) -> dict[str, Any]:
    return {
        "question": question, "article": article, "paragraph": paragraph, "answers": answers,
        "answerable": article is not None,
    }  # fmt: skip


_QUESTIONS = [
    _asked("When did the old bridge open?", "bridge", 0, "1891", "in 1891"),
    _asked("Which pillar stands in the river beside number six?", "bridge", 6, "Pillar 6", "Pillar 7"),
    _asked("Who steers the ferry?", "ferry", 1, "Captain Lind"),
    _asked("How many kinds of cheese does the market sell?", "market", 0, "40"),
]
_PAIRS = [_asked("How can I pay for a ticket?", "tickets"), _asked("Who won?")]


def _write(file: Path, lines: list[dict[str, Any]]) -> Path:
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return file


@pytest.fixture
def files(tmp_path: Path) -> dict[str, list[Path]]:
    def article(name: str, body: list[str], **more: object) -> dict[str, Any]:
        published = "2026-11-01T00:00:00Z"
        return {"type": "article", "id": name, "category": "city", "title": name, "body": body,
                "published": published, **more}  # fmt: skip

    pair = {"question": "Which ways to pay are there?", "answer": "Cash and card."}
    texts = [article(name, body) for name, body in _TEXTS.items()]
    distractor = article("weather", ["It rains."])
    return {
        "articles": [
            _write(tmp_path / "texts.jsonl", texts + _QUESTIONS),
            _write(tmp_path / "pairs.jsonl", [article("tickets", [], faq=[pair])]),
            _write(tmp_path / "others.jsonl", [distractor]),
        ],
        "questions": [
            tmp_path / "texts.jsonl",
            _write(tmp_path / "asked.jsonl", _PAIRS[:1]),
            _write(tmp_path / "foreign.jsonl", _PAIRS[1:]),
        ],
    }


@pytest.fixture
def sets(files: dict[str, list[Path]]) -> Sets:
    return read_sets(files["articles"], files["questions"])


def test_questions_are_told_by_their_kind(sets: Sets, tmp_path: Path, files: dict[str, list[Path]]) -> None:
    assert [one.id for one in sets.paragraphs.articles] == list(_TEXTS)
    assert [one.paragraph for one in sets.paragraphs.questions] == [0, 6, 1, 0]
    assert sets.paragraphs.passages == 12
    assert ([one.id for one in sets.pairs.articles], len(sets.pairs.questions)) == (["tickets"], 1)
    assert [one.question for one in sets.foreign] == ["Who won?"]
    assert [one.id for one in sets.others] == ["weather"]
    assert sets.intents.questions == ()
    together = read_sets(files["articles"], [_write(tmp_path / "both.jsonl", _PAIRS)])
    assert [one.answerable for one in together.intents.questions] == [True, False]
    assert (together.pairs.questions, together.foreign) == ((), ())
    assert len(read_sets(files["articles"], files["questions"], quick=True).paragraphs.questions) == 1


def test_parts_have_five_paragraphs_and_keep_what_is_asked(sets: Sets) -> None:
    parts = in_parts(sets.paragraphs)
    assert [len(one.body) for one in parts.articles] == [5, 3, 2, 2]
    bodies = {one.id: one.body for one in parts.articles}
    told = [bodies[one.article or ""][one.paragraph or 0] for one in parts.questions]
    assert told == [_TEXTS[one["article"]][one["paragraph"]] for one in _QUESTIONS]


def test_what_is_left_out_is_asked_for(sets: Sets) -> None:
    kept, left_out = without_a_third(sets.paragraphs)
    assert [one.id for one in kept.articles] == ["bridge", "ferry"]
    assert [one.article for one in kept.questions] == ["bridge", "bridge", "ferry"]
    assert [one.article for one in left_out] == ["market"]


def test_filling_up_adds_articles_of_known_sentences(sets: Sets) -> None:
    many = filled_up(sets.paragraphs, 33)
    assert many.passages == 33
    assert len({one.id for one in many.articles}) == len(many.articles) == 3 + 5
    known = {text for body in _TEXTS.values() for text in body}
    assert {text for one in many.articles for text in one.body} <= known


@pytest.mark.parametrize(
    ("text", "right"),
    [("It opened in 1891.", True), ("THE “Year”, of 1891!", True), ("In 18911.", False), ("", False)],
)
def test_an_answer_stands_in_it_as_whole_words(text: str, right: bool) -> None:
    assert holds(text, ("1891",)) is right


def test_each_paragraph_counts_once() -> None:
    def candidate(paragraph: int, first: int, text: str) -> Candidate:
        return Candidate("a", Place(False, paragraph, first, 1), text, 0.5, paragraph)

    asked = Asked("When?", "a", 3, ("may",), answerable=True)
    found = [candidate(1, n, f"Sentence {n}.") for n in range(3)] + [
        candidate(3, 0, "No."),
        candidate(3, 1, "In May."),
    ]
    assert paragraphs([(asked, found), (asked, [])]) == {"first": 0.0, "in_three": 50.0}
    assert sentences([(asked, found)]) == {"first": 0.0, "in_three": 0.0}
    assert sentences([(asked, found[2:])]) == {"first": 0.0, "in_three": 100.0}


def test_scores_of_what_has_an_answer_and_what_has_none() -> None:
    assert auroc([3, 2], [1, 0]) == 100
    assert auroc([1], [1]) == 50
    assert auroc([0, 3], [1, 2]) == 50
    right = [float(score) for score in range(1, 11)]
    assert answered_all_the_same(right, [1.9, 2, 2.1, 0]) == 50
    assert answered_all_the_same(right, [1.9]) == 0


async def test_it_tells_what_the_files_allow(files: dict[str, list[Path]]) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "tests/benchmarks/answers.py", "--passages", "40",
        "--articles", *files["articles"], "--questions", *files["questions"],
        cwd=_ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    told, _ = await process.communicate()
    assert process.returncode == 0
    rows = json.loads(told)
    assert set(rows) == {
        "paragraph", "sentence", "follow_up", "not_stored", "other_domains", "faq", "mixed", "paragraph_among_many",
        "verbatim", "time", "time_among_many",
    }  # fmt: skip
    assert rows["paragraph"]["questions"] == 4
    assert rows["paragraph"]["first"]["reached"] >= 75
    assert rows["verbatim"]["shown"] == {"reached": 100, "at_least": 100, "met": True}
    assert rows["time_among_many"]["passages"] == 40
    assert rows["time"]["resident_mb"]["reached"] > 10
