"""python -m tests.fuzz CHECK [SECONDS], with atheris installed: `make fuzz`.

What it finds stands in the current folder as `crash-…`; shortened, it belongs into tests/data/fuzz/CHECK.
"""

import sys
import tempfile
from pathlib import Path

import atheris

_DATA = Path(__file__).parents[1] / "data"
_SEEDS = {"feed": "feeds/*", "article": "article*.txt"}


def main(name: str, seconds: str = "600") -> None:
    atheris.enabled_hooks.add("str")
    with atheris.instrument_imports(include=["bot.ingest", "bot.domain.link", "feedparser"]):
        from tests.fuzz.checks import CHECKS
    seeds = [*(_DATA / "fuzz" / name).iterdir(), *_DATA.glob(_SEEDS.get(name, "fuzz/none"))]
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(seeds):
            Path(folder, f"{number}").write_bytes(seed.read_bytes())
        options = [f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=1500", "-max_len=4096"]
        atheris.Setup([sys.argv[0], folder, *options], CHECKS[name])
        atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
