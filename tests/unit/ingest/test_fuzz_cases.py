"""What the fuzzer once found."""

from pathlib import Path

import pytest

from tests.fuzz.checks import CHECKS

CASES = sorted((Path(__file__).parents[2] / "data" / "fuzz").glob("*/*"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_it_holds_for_this_too(case: Path) -> None:
    CHECKS[case.parent.name](case.read_bytes())
