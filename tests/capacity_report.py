"""The commands in docs/capacity.md, run: what they say goes below them, what they draw beside it.

.venv/bin/python -m tests.capacity_report     writes the report and its pictures anew
"""

import re
import shlex
from pathlib import Path

from click.testing import CliRunner

from bot.cli import main

DOCS = Path(__file__).parent.parent / "docs"
REPORT = DOCS / "capacity.md"
_BLOCK = re.compile(r"(?m)^    \$ newsbot (.+)\n((?:    .*\n|\n(?=    |\n    ))*)")


def rewritten(text: str, folder: Path) -> str:
    """The report with what its commands say now; pictures go into `folder`."""

    def run(block: re.Match[str]) -> str:
        arguments = [word.replace("docs/", f"{folder}/") for word in shlex.split(block[1])]
        lines = CliRunner().invoke(main, arguments).output.splitlines()
        said = "".join(f"    {line}\n" if line else "\n" for line in ["", *lines])
        return f"    $ newsbot {block[1]}\n{said}"

    return _BLOCK.sub(run, text)


if __name__ == "__main__":
    REPORT.write_text(rewritten(REPORT.read_text("utf-8"), DOCS), "utf-8")
