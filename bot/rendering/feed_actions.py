"""What buttons about feeds do, which are for editors."""

from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

from bot.domain.category import Slug
from bot.rendering.callback import Action, Position

FeedMark = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12}$")]


class FeedTask(StrEnum):
    SHOW = "show"
    CHECK = "check"
    MODE = "mode"
    CATEGORY = "cat"
    REMOVE = "del"


class ListFeeds(Action):
    code = "fl"
    skip: Position


class ManageFeed(Action):
    """`feed`: its mark, see bot.domain.feed; `arg`: what the task sets, empty where it only shows or asks."""

    code = "fm"
    feed: FeedMark
    task: FeedTask
    arg: str = ""


class FileFeed(Action):
    """Adds what was offered, see bot.storage.offers, to a category."""

    code = "fa"
    offer: FeedMark
    slug: Slug


class RemoveFailing(Action):
    """Those of an added list that could not be read."""

    code = "fx"
    offer: FeedMark


class ExportFeeds(Action):
    code = "fo"


FeedAction = ListFeeds | ManageFeed | FileFeed | RemoveFailing | ExportFeeds
