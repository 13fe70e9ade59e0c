"""`make run` without what it installs."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.process import environment

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("line", "started"),
    [
        ("NEWSBOT_TOKEN=1:a", "run"),
        ("NEWSBOT_TOKEN = 1:a", "run"),
        ("export NEWSBOT_TOKEN='1:a'", "run"),
        ("NEWSBOT_TOKEN=", "demo"),
        ("NEWSBOT_TOKEN= ", "demo"),
        ("# NEWSBOT_TOKEN=1:a", "demo"),
    ],
)
def test_a_token_is_seen_however_the_settings_read_it(tmp_path: Path, line: str, started: str) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / ".env").write_text(f"NEWSBOT_OWNERS=1\n{line}\n")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    for name in ("requirements.lock", "pyproject.toml", ".venv/python.done", ".venv/run.done", ".venv/words.done"):
        (tmp_path / name).touch()
    newsbot = tmp_path / ".venv" / "bin" / "newsbot"
    newsbot.write_text('#!/bin/sh\necho "$@"\n')
    newsbot.chmod(0o700)
    made = subprocess.run(["make", "run"], cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, check=True)
    assert started in made.stdout.decode().splitlines()
