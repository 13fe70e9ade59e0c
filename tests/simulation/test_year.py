"""Some days around the changes of clocks; `python -m tests.simulation.year` takes a year of a thousand chats."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.simulation.check import compare
from tests.simulation.clock import needs_library
from tests.simulation.scenario import Size, scenario
from tests.simulation.year import simulate

#: A process that is killed leaves what it was just about to begin.
pytestmark = [needs_library, pytest.mark.filterwarnings("ignore:.*never awaited", "ignore:Exception ignored in")]
SIZE = Size(chats=10, days=8, news_a_day=10, days_between_acts=1, days_between_outages=1)


@pytest.mark.parametrize(
    ("seed", "begins"),
    [
        (1, datetime(2027, 3, 10, tzinfo=UTC)),  # America, Ramadan in Morocco
        (2, datetime(2027, 3, 20, tzinfo=UTC)),  # Europe, Asia
        (3, datetime(2027, 9, 25, tzinfo=UTC)),  # the Pacific
        (4, datetime(2027, 10, 23, tzinfo=UTC)),  # Europe, America
    ],
)
async def test_every_article_that_a_chat_is_owed_reaches_it_once_in_the_right_slot(
    tmp_path: Path, seed: int, begins: datetime
) -> None:
    story = scenario(seed, begins, SIZE)
    found = compare(story, await simulate(story, tmp_path, killed=0.07, restarted=0.07))
    assert [str(difference) for difference in found.differences] == []
    assert found.owed > 100
