"""Who is next."""

from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.delivery.line import Delivery, Line
from bot.domain.edition import Mark, Urgency
from bot.domain.subscription import Subscription
from bot.storage.outbox import Chunk
from bot.storage.records import Record

BREAKING, REGULAR, CATCH_UP = Urgency


def delivery(chat_id: int, urgency: Urgency = REGULAR) -> Delivery:
    chunk = Chunk(urgency, "1-1", "e", (chat_id,), [Mark.OWED])
    return Delivery(chunk, 0, Mark.OWED, Record(chat_id, Subscription(chat_id=chat_id), b""))


def line_of(*deliveries: Delivery) -> Line:
    line = Line()
    for one in deliveries:
        line.add(one)
    return line


def chats(deliveries: list[Delivery]) -> list[int]:
    return [one.chat_id for one in deliveries]


def test_the_most_urgent_goes_first() -> None:
    line = line_of(
        delivery(1, CATCH_UP), delivery(2, CATCH_UP), delivery(2, CATCH_UP), delivery(3), delivery(4, BREAKING)
    )
    assert chats(line.take(0, 9)) == [4, 3, 2, 1]


def test_among_equals_who_has_most_left_and_then_who_came_first() -> None:
    line = line_of(delivery(1), delivery(2), delivery(3), delivery(3), delivery(2))
    assert chats(line.take(0, 9)) == [2, 3, 1]


def test_within_a_chat_the_most_urgent_and_then_in_their_order() -> None:
    deliveries = [delivery(1), delivery(1), delivery(1, BREAKING), delivery(1, CATCH_UP), delivery(1)]
    line = line_of(*deliveries)
    taken = []
    while line:
        taken += line.take(0, 9)
        line.free(1)
    assert taken == [deliveries[place] for place in (2, 0, 1, 4, 3)]


def test_a_chat_has_one_on_its_way() -> None:
    line = line_of(delivery(1), delivery(1))
    assert len(line.take(0, 9)) == 1
    assert line.take(0, 9) == []
    line.add(delivery(1, BREAKING))
    assert line.take(0, 9) == []
    assert line.next_ready(0) is None
    line.free(1)
    assert [one.chunk.urgency for one in line.take(0, 9)] == [BREAKING]


def test_no_more_are_taken_than_asked_for() -> None:
    line = line_of(*(delivery(chat) for chat in range(9)))
    assert chats(line.take(0, 4)) == [0, 1, 2, 3]
    assert line.take(0, 0) == []
    assert len(line) == 5


def test_a_chat_that_waits_is_offered_when_its_time_has_come() -> None:
    line = line_of(delivery(1), delivery(1), delivery(2))
    line.take(0, 1)
    line.free(1, 5.0)
    line.add(delivery(1, BREAKING))
    assert chats(line.take(4.9, 9)) == [2]
    assert line.next_ready(4.0) == 1.0
    assert chats(line.take(5.0, 9)) == [1]


def test_what_is_put_back_comes_first_again() -> None:
    first, second = delivery(1), delivery(1)
    line = line_of(first, second)
    (taken,) = line.take(0, 1)
    line.put_back(taken)
    line.free(1)
    assert line.take(0, 1) == [first]


def test_what_comes_more_urgent_meanwhile_goes_before_what_was_put_back() -> None:
    first, urgent = delivery(1), delivery(1, BREAKING)
    line = line_of(first)
    line.put_back(line.take(0, 1)[0])
    line.add(urgent)
    line.free(1)
    assert line.take(0, 1) == [urgent]


def test_a_chat_that_is_dropped_is_out_of_the_line() -> None:
    deliveries = [delivery(1), delivery(1), delivery(1, BREAKING), delivery(2)]
    line = line_of(*deliveries)
    (taken,) = line.take(0, 1)
    assert taken is deliveries[2]
    assert line.drop_chat(1) == deliveries[:2]
    line.free(1, 3.0)
    assert (len(line), line.drop_chat(7)) == (1, [])
    assert chats(line.take(9, 9)) == [2]


def test_a_chat_that_is_freed_without_having_anything_is_no_chat() -> None:
    line = line_of(delivery(1))
    line.take(0, 1)
    line.free(1, 100.0)
    line.free(2)
    assert line.next_ready(0) is None
    line.add(delivery(1))
    assert chats(line.take(0, 1)) == [1]


def test_all_that_was_in_it_is_given_back() -> None:
    deliveries = [delivery(1), delivery(2), delivery(2, BREAKING), delivery(3)]
    line = line_of(*deliveries)
    (taken,) = line.take(0, 1)
    assert {id(one) for one in line.clear()} == {id(one) for one in deliveries} - {id(taken)}
    assert (len(line), line.take(9, 9), line.next_ready(9)) == (0, [], None)


def test_sizes_count_what_is_as_urgent_or_more() -> None:
    line = line_of(delivery(1, CATCH_UP), delivery(1, BREAKING), delivery(2), delivery(2))
    assert [line.size(urgency) for urgency in Urgency] == [1, 3, 4]
    line.take(0, 1)
    assert [line.size(urgency) for urgency in Urgency] == [0, 2, 3]


def test_a_delivery_may_have_arrived_when_someone_tried_it() -> None:
    assert not delivery(1).again
    chunk = Chunk(REGULAR, "1-1", "e", (1,), [Mark.TRYING], attempt=3, again=True)
    record = Record(1, Subscription(chat_id=1), b"")
    tried = Delivery(chunk, 0, Mark.OWED, record)
    assert (tried.again, tried.attempt, tried.number) == (True, 3, 1)
    assert Delivery(Chunk(REGULAR, "1-1", "e", (1,), [Mark.TRYING]), 0, Mark.TRYING, record).again


# -- against a slow and obvious one ----------------------------------------------------------------------------------


@dataclass
class SlowChat:
    """`ready` is its place among those that are; none while it waits or has one on its way."""

    owed: list[Delivery] = field(default_factory=list)
    ready: int | None = None
    until: float = 0.0
    out: Delivery | None = None

    def next(self) -> Delivery:
        return min(self.owed, key=lambda one: list(Urgency).index(one.chunk.urgency))

    def order(self) -> tuple[int, int, int]:
        assert self.ready is not None
        return list(Urgency).index(self.next().chunk.urgency), -len(self.owed), self.ready


class Lines(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.line = Line()
        self.slow: dict[int, SlowChat] = {}
        self.now = 0.0
        self.came = 0

    def come(self, chat: SlowChat) -> None:
        self.came += 1
        chat.ready = self.came

    @rule(chat_id=st.integers(1, 4), urgency=st.sampled_from(Urgency))
    def add(self, chat_id: int, urgency: Urgency) -> None:
        one = delivery(chat_id, urgency)
        self.line.add(one)
        chat = self.slow.setdefault(chat_id, SlowChat())
        chat.owed.append(one)
        if chat.ready is None and chat.out is None and not chat.until:
            self.come(chat)

    @rule(count=st.integers(0, 5), later=st.sampled_from([0.0, 0.5, 3.0]))
    def take(self, count: int, later: float) -> None:
        self.now += later
        for chat in sorted(self.slow.values(), key=lambda chat: chat.until):
            if chat.until and chat.until <= self.now:
                chat.until = 0.0
                self.come(chat)
        ready = sorted((chat for chat in self.slow.values() if chat.ready is not None), key=SlowChat.order)[:count]
        for chat in ready:
            chat.out, chat.ready = chat.next(), None
            chat.owed.remove(chat.out)
        assert self.line.take(self.now, count) == [chat.out for chat in ready]

    @precondition(lambda self: any(chat.out for chat in self.slow.values()))
    @rule(data=st.data(), back=st.booleans(), drop=st.booleans(), wait=st.sampled_from([0.0, 0.0, 1.0, 2.0]))
    def end(self, data: st.DataObject, back: bool, drop: bool, wait: float) -> None:
        chat_id = data.draw(st.sampled_from([number for number, chat in self.slow.items() if chat.out]))
        chat = self.slow[chat_id]
        assert chat.out
        if back:
            self.line.put_back(chat.out)
            chat.owed.insert(0, chat.out)
        if drop:
            dropped = self.line.drop_chat(chat_id)
            assert sorted(map(id, dropped)) == sorted(map(id, chat.owed))
            chat.owed.clear()
        # No two wait until the same moment, between which the choice would be free.
        until = self.now + wait + self.came * 1e-6 if wait else 0.0
        self.came += 1
        self.line.free(chat_id, until)
        chat.out = None
        if not chat.owed:
            del self.slow[chat_id]
        elif until:
            chat.until = until
        else:
            self.come(chat)

    @rule()
    def clear(self) -> None:
        expected = [one for chat in self.slow.values() for one in chat.owed]
        assert sorted(map(id, self.line.clear())) == sorted(map(id, expected))
        self.slow.clear()

    @invariant()
    def holds_as_many(self) -> None:
        held = [one.chunk.urgency for chat in self.slow.values() for one in chat.owed]
        assert len(self.line) == len(held)
        for place, urgency in enumerate(Urgency, 1):
            assert self.line.size(urgency) == sum(one in list(Urgency)[:place] for one in held)

    @invariant()
    def knows_when_the_next_is_ready(self) -> None:
        found = self.line.next_ready(self.now)
        waits = [max(0.0, chat.until - self.now) for chat in self.slow.values() if chat.until]
        if any(chat.ready is not None for chat in self.slow.values()):
            assert found == 0.0
        elif waits:
            assert found is not None
            assert found <= min(waits)


TestLines = Lines.TestCase
TestLines.settings = settings(max_examples=150, stateful_step_count=40)
