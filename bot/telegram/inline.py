"""Answers to inline queries: https://core.telegram.org/bots/api#answerinlinequery"""

from collections.abc import Sequence
from datetime import timedelta

from telegram import InlineQuery, InlineQueryResultArticle, InlineQueryResultsButton, InputTextMessageContent
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.rendering.inline import Offered
from bot.telegram.markup import keyboard, preview

#: Telegram gives the same answer again for so long: what is corrected or taken back must not be offered for longer.
_CACHED = timedelta(seconds=5)
_NO_LONGER_WAITED_FOR = "query id is invalid"


async def answer(query: InlineQuery, offered: Sequence[Offered], *, then: str = "", button: str = "") -> None:
    """`then`: the offset at which the next page begins; `button`: a label above the list that opens the chat with the
    bot. Raises TelegramError, but not where the person has typed on and no longer waits for this answer."""
    try:
        await _answer(query, offered, then, button)
    except BadRequest as error:
        if _NO_LONGER_WAITED_FOR in error.message.casefold():
            return
        if not any(one.picture for one in offered):
            raise
        await _answer(query, offered, then, button, pictures=False)  # one bad address refuses the whole answer


async def _answer(
    query: InlineQuery, offered: Sequence[Offered], then: str, button: str, *, pictures: bool = True
) -> None:
    """Personal, since it is in the person's own language."""
    await query.answer(
        [_result(one, one.picture if pictures else None) for one in offered],
        cache_time=_CACHED,
        is_personal=True,
        next_offset=then,
        button=InlineQueryResultsButton(button, start_parameter="inline") if button else None,
    )


def _result(offered: Offered, picture: str | None) -> InlineQueryResultArticle:
    message = offered.message
    return InlineQueryResultArticle(
        offered.id,
        offered.title,
        InputTextMessageContent(message.text, ParseMode.HTML, link_preview_options=preview(message)),
        keyboard(message),
        description=offered.description,
        thumbnail_url=picture,
    )
