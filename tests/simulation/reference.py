"""What a chat is owed and when, told slowly and in another way than the bot does: every chat has piles of articles
that wait, and the moments of its schedules are looked up in the list of all of them.

The rules, as a reader would tell them:

- at once: whatever is published in the chat's categories while it can be written to
- digests: at each moment of the category's schedule all that it has brought since the last; nothing, if that is
  nothing
- a moment that passed while the service was down, or by a change of settings, is made up as soon as that can be, if
  the last one is less than six hours ago; else it waits for the next
- a change of schedule brings at once what still waits, unless digests stay digests
- what is published while nobody works is planned by the settings that hold when somebody does again
- in quiet hours nothing comes, but breaking news if that is wished; what would have come comes when they end
- in a pause nothing comes at all; then, or when it is ended, what would have come, also what was published while the
  bot was blocked meanwhile
- what has a muted word when it would be planned never comes
- a category that brings more than some articles within an hour is made hourly, the first time
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial, singledispatchmethod

from tests.simulation.local_time import local_time, slots
from tests.simulation.scenario import (
    MOST_AN_HOUR,
    Act,
    AskForDigest,
    BeQuiet,
    Block,
    ComeBack,
    Mute,
    News,
    Outage,
    Pause,
    Reschedule,
    Resume,
    Scenario,
    Subscribe,
    Travel,
    Unmute,
    Unsubscribe,
)

#: Who has blocked the bot for so long is forgotten.
_FORGOTTEN_AFTER = timedelta(days=180)
_MADE_UP = timedelta(hours=6)
_HOUR = timedelta(hours=1)


@dataclass(slots=True)
class _Category:
    """`settled`: when it last brought all that waited."""

    when: str
    settled: datetime
    waiting: list[News] = field(default_factory=list)

    @property
    def instant(self) -> bool:
        return self.when == "instant"


class Reference:
    """One chat."""

    def __init__(self, story: Scenario) -> None:
        self.owed: dict[str, datetime] = {}
        self._story = story
        self._arrivals = defaultdict[str, list[datetime]](list)
        for news in story.news:
            self._arrivals[news.category].append(news.at)
        self._when = "instant"
        self._zone = "UTC"
        self._categories: dict[str, _Category] = {}
        self._blocked: datetime | None = None
        self._quiet: BeQuiet = BeQuiet(None)
        self._paused: datetime | None = None
        self._muted: set[str] = set()
        self._calmed: set[str] = set()
        self._held: list[News] = []  # by quiet hours or a pause
        self._down = False
        self._unplanned: list[News] = []  # published while nobody works
        self._unsent: list[News] = []  # planned meanwhile, by a change of settings

    # -- what happens -------------------------------------------------------------------------------------------

    def outage(self) -> None:
        self._down = True

    def recovery(self, now: datetime) -> None:
        self._down = False
        unsent, self._unsent = self._unsent, []
        if self._categories and not self._blocked:
            self.owed.update(dict.fromkeys((news.id for news in unsent), now))
        unplanned, self._unplanned = self._unplanned, []
        for place, news in enumerate(unplanned):
            self._fan_out(news, now, unplanned[place + 1 :])

    def published(self, news: News) -> None:
        category = self._categories.get(news.category)
        if category and not category.instant:
            category.waiting.append(news)
        elif category and (self._paused or self._held) and not self._passes(news):
            self._held.append(news)
        elif self._down:
            self._unplanned.append(news)
        else:
            self._fan_out(news, news.at, [])

    @singledispatchmethod
    def act(self, act: Act, now: datetime) -> None:
        raise NotImplementedError(act)

    @act.register
    def _(self, act: Subscribe, now: datetime) -> None:
        self._forget_if_gone(now)
        self._blocked = None
        for slug in act.slugs:
            self._categories.setdefault(slug, _Category(self._when, now))

    @act.register
    def _(self, act: Unsubscribe, now: datetime) -> None:
        for slug in act.slugs:
            self._categories.pop(slug, None)
        self._held = [news for news in self._held if news.category in self._categories]

    @act.register
    def _(self, act: Reschedule, now: datetime) -> None:
        changing = self._categories if act.slug is None else {act.slug} & self._categories.keys()
        if act.slug is None:
            self._when = act.when
        coming: list[News] = []
        for slug in [slug for slug in self._categories if slug in changing]:
            category = self._categories[slug]
            if category.instant and act.when != "instant":
                coming += [news for news in self._unplanned if news.category == slug and self._wants(news)]
                category.settled = now
            elif not category.instant and act.when == "instant":
                coming += category.waiting
                self._categories[slug] = category = _Category(act.when, now)
            category.when = act.when
        self._bring(coming, now)

    @act.register
    def _(self, act: Travel, now: datetime) -> None:
        self._zone = act.zone

    @act.register
    def _(self, act: Block, now: datetime) -> None:
        self._blocked = now

    @act.register
    def _(self, act: ComeBack, now: datetime) -> None:
        self._forget_if_gone(now)
        self._blocked = None

    @act.register
    def _(self, act: AskForDigest, now: datetime) -> None:
        self._settle([slug for slug, one in self._categories.items() if not one.instant], now)
        self._release(now)

    @act.register
    def _(self, act: BeQuiet, now: datetime) -> None:
        self._quiet = act

    @act.register
    def _(self, act: Pause, now: datetime) -> None:
        if self._categories:
            self._paused = now + act.length
            for news in [one for one in self._unplanned if self._wants(one)]:
                if self._categories[news.category].instant:
                    self._unplanned.remove(news)
                    self._held.append(news)

    @act.register
    def _(self, act: Resume, now: datetime) -> None:
        if self._paused:
            self._paused = None
            self._settle([slug for slug, one in self._categories.items() if not one.instant], now)
            self._release(now)

    @act.register
    def _(self, act: Mute, now: datetime) -> None:
        self._muted.add(act.word.casefold())

    @act.register
    def _(self, act: Unmute, now: datetime) -> None:
        self._muted.discard(act.word.casefold())

    # -- what follows -------------------------------------------------------------------------------------------

    def due(self, now: datetime) -> datetime | None:
        """The next time, from now on, at which a digest is made."""
        if self._down or self._blocked:
            return None
        times = [self._comes(one, now) for one in self._categories.values() if not one.instant]
        if self._held or self._paused:
            times.append(self._awake(now))
        return min(times, default=None)

    def digest(self, now: datetime) -> None:
        due = [slug for slug, one in self._categories.items() if not one.instant and self._comes(one, now) == now]
        if self._paused and self._paused <= now:
            self._paused = None
        self._settle(due, now)
        self._release(now)

    def _comes(self, category: _Category, now: datetime) -> datetime:
        """The next digest of a category."""
        moments = slots(category.when, self._zone, self._story.begins, self._story.ends)
        first = moments[bisect_right(moments, category.settled)]
        at = self._awake(max(now, first))
        if at > self._story.ends:
            return at
        last = moments[bisect_right(moments, at) - 1]
        if at - self._awake(last) < _MADE_UP:
            return at
        return self._awake(moments[bisect_right(moments, at)])

    def _awake(self, moment: datetime) -> datetime:
        """The first one from then on at which the chat wants to hear anything."""
        if self._paused:
            moment = max(moment, self._paused)
        if self._quiet.hours is None or moment > self._story.ends:
            return moment
        return local_time(self._zone, self._story.begins, self._story.ends).after(moment, *self._quiet.hours)

    def _settle(self, slugs: list[str], now: datetime) -> None:
        for slug in slugs:
            category = self._categories[slug]
            self._bring(category.waiting, now)
            self._categories[slug] = _Category(category.when, now)

    def _release(self, now: datetime) -> None:
        held, self._held = self._held, []
        self._bring(held, now)

    def _wants(self, news: News) -> bool:
        category = self._categories.get(news.category)
        return category is not None and not self._blocked and category.settled < news.at

    def _fan_out(self, news: News, now: datetime, others: list[News]) -> None:
        """`others`: still to come after it."""
        if not self._wants(news) or not self._categories[news.category].instant:
            return
        if self._awake(now) > now and not self._passes(news):
            self._held.append(news)
            return
        self._bring([news], now)
        if self._too_many(news):
            self._bring([other for other in others if other.category == news.category], now)
            self._categories[news.category] = _Category("hourly", now)
            self._calmed.add(news.category)

    def _passes(self, news: News) -> bool:
        """Through quiet hours."""
        return news.breaking and self._quiet.breaking and not self._paused

    def _too_many(self, news: News) -> bool:
        """Within the hour up to it, whenever it is that this is asked."""
        if news.breaking or news.category in self._calmed:
            return False
        arrivals = self._arrivals[news.category]
        return bisect_right(arrivals, news.at) - bisect_right(arrivals, news.at - _HOUR) > MOST_AN_HOUR

    def _bring(self, some: Iterable[News], now: datetime) -> None:
        wanted = [news for news in some if news.word.casefold() not in self._muted]
        if self._down:
            self._unsent += wanted
        else:
            self.owed.update(dict.fromkeys((news.id for news in wanted), now))

    def _forget_if_gone(self, now: datetime) -> None:
        if self._blocked and now - self._blocked > _FORGOTTEN_AFTER:
            owed = self.owed
            self.__init__(self._story)  # type: ignore[misc]
            self.owed = owed


def owed(story: Scenario, chat_id: int, outages: list[Outage]) -> dict[str, datetime]:
    """When which article must come to a chat; those not named must not. `outages`: all there were."""
    chat, now = Reference(story), story.begins
    for at, happen in sorted(_happenings(story, chat_id, outages, chat), key=lambda one: one[0]):
        while (due := chat.due(now)) and due < at:
            chat.digest(due)
            now = due
        happen()
        now = at
    return chat.owed


def _happenings(
    story: Scenario, chat_id: int, outages: list[Outage], chat: Reference
) -> Iterator[tuple[datetime, Callable[[], None]]]:
    for news in story.news:
        yield news.at, partial(chat.published, news)
    for at, act in story.acts[chat_id]:
        yield at, partial(chat.act, act, at)
    for outage in outages:
        yield outage.begins, chat.outage
        yield outage.ends, partial(chat.recovery, outage.ends)
    yield story.ends, lambda: None
