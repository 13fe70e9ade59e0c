"""Why a feed or a page could not be had, in words."""

from datetime import timedelta

from bot.domain.feed import Failure, Fault
from bot.rendering.figures import duration
from bot.rendering.markup import escape, shorten
from bot.rendering.wording import N_, _

#: English, to be worded by `fault`.
_WORDS = {
    Fault.REFUSED_ADDRESS: N_("Its address is not a public one, and only those are fetched."),
    Fault.NO_ADDRESS: N_("There is no server of that name."),
    Fault.NO_CONNECTION: N_("Its server cannot be reached."),
    Fault.CERTIFICATE: N_("Its server cannot show that it is the one meant: its certificate is not valid."),
    Fault.TIMEOUT: N_("Its server takes too long to answer."),
    Fault.TOO_LARGE: N_("It is too large."),
    Fault.TOO_MANY_REDIRECTS: N_("Its server sends from one address to the next without end."),
    Fault.BAD_ANSWER: N_("What its server answers cannot be read."),
    Fault.STATUS: N_("Its server answers with error {detail}."),
    Fault.BLOCKED: N_("Its server lets only people in, no programs ({detail})."),
    Fault.BUSY: N_("Its server is too busy and asks to wait."),
    Fault.GONE: N_("It is gone for good."),
    Fault.NOT_A_FEED: N_("There is no feed there."),
    Fault.NOT_AN_ARTICLE: N_("There is no article there."),
    Fault.TOO_COSTLY: N_("To read it takes more time or memory than one is given."),
}


def fault(failure: Failure) -> str:
    """A sentence, in markup."""
    if failure.fault is Fault.STATUS and failure.detail == "404":
        return _("Its server has nothing at that address (404).")
    if failure.fault is Fault.BLOCKED and failure.detail == "401":
        return _("Its server wants to know a name and a password (401).")
    if failure.fault is Fault.BUSY and failure.retry_after:
        wait = duration(timedelta(seconds=failure.retry_after))
        return _("Its server is too busy and asks to wait {duration}.").format(duration=wait)
    detail = escape(shorten(failure.detail, 100))
    if failure.fault is Fault.BLOCKED and not detail:
        return _("Its server lets only people in, no programs.")
    return _(_WORDS[failure.fault]).format(detail=detail)
