"""The commands that store editions and owe them, to be run in one step with what this settles."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta

from bot.domain.edition import Edition
from bot.storage import keys

CHUNK_SIZE = 100
#: For so long it is known which editions carry an article.
INDEX_KEPT = timedelta(days=14)
#: Far longer than anything stays owed; once sent, it goes with its receipts.
_EDITION_KEPT = timedelta(days=30)

#: A Redis command with its arguments.
Command = list[str]


def order(edition: Edition, numbers: Sequence[int], planned: int = 0) -> list[Command]:
    """The commands that store an edition and owe it to these subscriptions, chosen at `planned` (ms)."""
    if not numbers:
        return []
    alone = len(numbers) == 1 and edition.action == "send" and edition.category is None
    commands = storing([edition])
    for start in range(0, len(numbers), CHUNK_SIZE):
        chunk = ",".join(str(number) for number in numbers[start : start + CHUNK_SIZE])
        fields = ["e", edition.id, "n", chunk, "p", str(planned)]
        commands.append(["XADD", keys.outbox(edition.urgency), "*", *fields, *(("o", "1") if alone else ())])
    commands.append(["HINCRBY", keys.COUNTERS, "owed", str(len(numbers))])
    return commands


def storing(editions: Iterable[Edition]) -> list[Command]:
    """The commands that store editions, found by the articles that they carry."""
    commands, telling = list[Command](), defaultdict[str, list[str]](list)
    for edition in editions:
        commands.append(setting(edition))
        for article_id in edition.articles:
            telling[keys.editions_of(article_id)].append(edition.id)
    for index, ids in telling.items():
        commands += ["SADD", index, *ids], ["EXPIRE", index, str(int(INDEX_KEPT.total_seconds()))]
    return commands


def setting(edition: Edition) -> Command:
    """Unless it is stored: a later slice of the same plan finds the edition as delivery may have changed it."""
    kept = str(int(_EDITION_KEPT.total_seconds()))
    return ["SET", keys.edition(edition.id), edition.model_dump_json(), "EX", kept, "NX"]
