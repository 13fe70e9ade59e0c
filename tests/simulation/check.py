"""What arrived, beside what was owed."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.simulation.reference import owed
from tests.simulation.scenario import Outage, Scenario
from tests.simulation.world import MOMENT, Arrival, World

#: What is due between two minutes is seen a second later.
_SOON = timedelta(seconds=2)
#: On time, when another process went on: each for one arrival, or for two.
_ONCE = ([(True, False)], [(False, True)], [(True, False), (False, True)])


@dataclass(frozen=True, slots=True)
class Difference:
    chat_id: int
    article_id: str
    due: datetime | None
    came: tuple[Arrival, ...]

    def __str__(self) -> str:
        due = f"due at {self.due:%m-%d %H:%M:%S}" if self.due else "not owed"
        came = [f"{one.at:%m-%d %H:%M:%S}{' silently' if one.silent else ''}" for one in self.came]
        return f"chat {self.chat_id}, {self.article_id}: {due}, came {', '.join(came) or 'never'}"


@dataclass(frozen=True, slots=True)
class Found:
    """`owed` counts articles, each for each chat; `repeated` those that came again, silently, since it was in doubt
    after a crash whether they had come."""

    differences: list[Difference]
    owed: int
    repeated: int


def compare(story: Scenario, world: World) -> Found:
    outages = [*story.outages, *world.lapses]
    # Whoever was killed may also have done nothing at all.
    longer = [*story.outages, *(Outage(lapse.begins - MOMENT * 1.5, lapse.ends) for lapse in world.lapses)]
    differences, count, repeated = list[Difference](), 0, 0
    for chat_id in story.acts:
        due, came = owed(story, chat_id, outages), _by_article(world.chats.arrivals[chat_id])
        count += len(due)
        repeated += sum(len(arrivals) > 1 for arrivals in came.values())
        wrong = [one for one in {**due, **came} if not _fits(due.get(one), came.get(one, ()), world.lapses)]
        late = owed(story, chat_id, longer) if wrong else {}
        for article_id in wrong:
            arrivals = tuple(came.get(article_id, ()))
            if article_id not in due or not _fits(late.get(article_id), arrivals, world.lapses):
                differences.append(Difference(chat_id, article_id, due.get(article_id), arrivals))
    return Found(differences, count, repeated)


def _fits(due: datetime | None, arrivals: Sequence[Arrival], lapses: Sequence[Outage]) -> bool:
    """Once, at its time. Where the process was killed that was just about it: then, or when another went on, or both
    times, of which the second is silent."""
    if due is None:
        return not arrivals
    on_time = [timedelta() <= one.at - due < _SOON for one in arrivals]
    begun = bisect_left(lapses, due, key=lambda lapse: lapse.begins)
    resumed = lapses[begun].ends if begun < len(lapses) and lapses[begun].begins - due < _SOON else None
    if resumed is None:
        return on_time == [True] and not arrivals[0].silent
    on_time = [early and one.at < resumed for early, one in zip(on_time, arrivals, strict=True)]
    again = [one.at == resumed for one in arrivals]
    loud = [not one.silent for one in arrivals]
    return [*zip(on_time, again, strict=True)] in _ONCE and loud in ([True], [False], [True, False])


def _by_article(arrivals: Iterable[Arrival]) -> dict[str, list[Arrival]]:
    found = defaultdict[str, list[Arrival]](list)
    for arrival in arrivals:
        for article_id in arrival.ids:
            found[article_id].append(arrival)
    return found
