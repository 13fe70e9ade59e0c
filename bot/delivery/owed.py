"""Whether a chat still wants what was chosen for it."""

from bot.domain.edition import Edition, Urgency
from bot.domain.moment import to_ms
from bot.domain.subscription import Subscription
from bot.storage.outbox import Chunk


def owed_from(chunk: Chunk, edition: Edition, subscription: Subscription) -> bool:
    """The same for a recipient of a chunk. A chat that was out of reach is tried although it is parked."""
    return owed(edition, subscription, chunk.planned, parked=chunk.refusals > 0)


def owed(edition: Edition, subscription: Subscription, planned: int, *, parked: bool = False) -> bool:
    """Whether a chat still wants it: it may have unsubscribed since, or changed between at once and digests.

    A change settles what came before it: a change to digests leaves to them what comes after it; a change to at once
    has sent what waited. What was chosen for this chat before the change is in neither, and still owed. `parked`:
    also to a chat that is, to see whether it can be written to again.
    """
    if edition.action != "send":
        return True
    if (subscription.parked and not parked) or not (subscription.categories or edition.answer):
        return False
    if edition.category is None:
        return True
    schedule = subscription.categories.get(edition.category)
    if schedule is None:
        return False
    hold = subscription.hold
    if hold and schedule.instant and edition.arrived > to_ms(hold.began):
        return edition.urgency is Urgency.BREAKING and hold.breaking  # else it comes with the digest that ends it
    settled = to_ms(subscription.settled_until(edition.category))
    came_after, chosen_before = edition.arrived > settled, planned <= settled
    return (came_after or chosen_before) if schedule.instant else (chosen_before and not came_after)
