"""What the buttons of the editors' inbox do."""

from typing import Annotated

from pydantic import StringConstraints

from bot.domain.article import ArticleId
from bot.rendering.callback import Action, Position

InquiryId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12}$")]


class ListInbox(Action):
    code = "il"
    skip: Position


class OpenInquiry(Action):
    """As a message of its own, to which an editor replies."""

    code = "io"
    inquiry: InquiryId


class ShowInquiry(Action):
    """The same in place."""

    code = "is"
    inquiry: InquiryId


class AttachInquiry(Action):
    """The answer belongs to the article of that id, or to the one for a category's general questions. Where it is
    `chosen`, a reply to the message goes there."""

    code = "ia"
    inquiry: InquiryId
    id: ArticleId
    chosen: bool


class FileGenerally(Action):
    """Asks for the category to whose general questions the answer belongs."""

    code = "ig"
    inquiry: InquiryId


class DropInquiry(Action):
    """It is no question, and nobody is told; asks unless `sure`."""

    code = "ix"
    inquiry: InquiryId
    sure: bool


InboxAction = ListInbox | OpenInquiry | ShowInquiry | AttachInquiry | FileGenerally | DropInquiry
