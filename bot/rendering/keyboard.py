"""How many buttons stand below a message, and in which rows."""

from collections.abc import Callable, Iterable, Sequence

from bot.domain.message import Button
from bot.rendering.callback import Action
from bot.rendering.wording import _

#: Telegram takes 100 buttons in a keyboard (telegram.constants.InlineKeyboardMarkupLimit) and some 10 kB of JSON,
#: else “reply markup is too long”; room is left for what stands below a list.
MOST_BUTTONS = 90
_MOST_BYTES = 9_000

Rows = tuple[tuple[Button, ...], ...]


def choices(buttons: Iterable[Button]) -> list[Button]:
    """As many as a keyboard holds; whatever a list has more can still be typed."""
    held, size = list[Button](), 0
    for button in buttons:
        size += len(button.model_dump_json().encode())
        if size > _MOST_BYTES or len(held) == MOST_BUTTONS:
            break
        held.append(button)
    return held


def in_rows(buttons: Sequence[Button], width: int = 2) -> Rows:
    return tuple(tuple(buttons[start : start + width]) for start in range(0, len(buttons), width))


def turning(page: Callable[[int], Action], *, skip: int, shown: int, total: int, size: int) -> Rows:
    """The row that turns the pages of a list, the newest first; none where all is shown. `page`: what shows the one
    after so many."""
    newer = [page(max(0, skip - size)).button(_("‹ Newer"))] if skip else []
    older = [page(skip + size).button(_("Older ›"))] if skip + shown < total else []
    return ((*newer, *older),) if newer or older else ()
