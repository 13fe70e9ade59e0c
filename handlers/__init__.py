"""Every route, in the order in which they are asked: the first that takes an update has it."""

from collections.abc import Collection
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CallbackQueryHandler, ChatMemberHandler, CommandHandler, MessageHandler, filters

from bot.rendering import actions
from bot.telegram.context import ActionHandler, Context
from handlers import (
    asking,
    curating,
    explaining,
    helping,
    membership,
    posting,
    privacy,
    reading,
    scheduling,
    status,
    subscribing,
)
from handlers.permissions import Handler, for_editors, for_managers

#: An edited message is no new command, and a forwarded one is somebody else's words.
_NEW = filters.UpdateType.MESSAGE | filters.UpdateType.CHANNEL_POST
_OWN = _NEW & ~filters.FORWARDED

Route = BaseHandler[Update, Context, Any]


def routes(editors: Collection[int], username: str) -> list[Route]:
    """`editors`: the Telegram user ids of those for whom the editors' commands exist; `username`: the bot's."""
    return [*_commands(editors), *_buttons(), *_messages(editors, username)]


def _commands(editors: Collection[int]) -> list[Route]:
    by_editors = _OWN & filters.User(list(editors))
    for_all: dict[str, Handler] = {
        "start": subscribing.start,
        "subscribe": for_managers(subscribing.subscribe),
        "unsubscribe": for_managers(subscribing.unsubscribe),
        "categories": subscribing.categories,
        "latest": reading.latest,
        "digest": for_managers(scheduling.digest),
        "schedule": for_managers(scheduling.schedule),
        "timezone": for_managers(scheduling.timezone),
        "article": reading.article,
        "search": reading.search,
        "ask": asking.ask,
        "why": explaining.why,
        "mydata": for_managers(privacy.my_data),
        "forget": for_managers(privacy.ask_to_forget),
        "privacy": privacy.privacy,
        "help": helping.help_me,
    }
    for_editors_only: dict[str, Handler] = {
        "post": posting.post,
        "articles": curating.articles,
        "correct": curating.correct,
        "retract": curating.retract,
        "addcategory": curating.add_category,
        "status": status.status,
    }
    return [
        *(CommandHandler(name, handler, _OWN) for name, handler in for_all.items()),
        *(CommandHandler(name, handler, by_editors) for name, handler in for_editors_only.items()),
    ]


def _buttons() -> list[Route]:
    return [
        ActionHandler(actions.OpenMenu, helping.open_menu),
        ActionHandler(actions.ToggleCategory, for_managers(subscribing.toggle)),
        ActionHandler(actions.ShowLatest, reading.turn_page),
        ActionHandler(actions.ReadArticle, reading.read_here),
        ActionHandler(actions.ListQuestions, asking.list_questions),
        ActionHandler(actions.AskStored, asking.ask_stored),
        ActionHandler(actions.SetSchedule, for_managers(scheduling.pick_schedule)),
        ActionHandler(actions.SetTimezone, for_managers(scheduling.pick_timezone)),
        ActionHandler(actions.Forget, for_managers(privacy.forget)),
        ActionHandler(actions.PublishDraft, for_editors(posting.publish)),
        ActionHandler(actions.PublishBreaking, for_editors(posting.publish)),
        ActionHandler(actions.DiscardDraft, for_editors(posting.discard)),
        ActionHandler(actions.FileDraft, for_editors(posting.file_draft)),
        ActionHandler(actions.ListArticles, for_editors(curating.turn_page)),
        ActionHandler(actions.ManageArticle, for_editors(curating.manage)),
        ActionHandler(actions.Retract, for_editors(curating.retract_now)),
        ActionHandler(actions.ExplainArticle, explaining.explain),
        ActionHandler(actions.ShowStatus, for_editors(status.refresh)),
        CallbackQueryHandler(helping.stale_button),
    ]


def _messages(editors: Collection[int], username: str) -> list[Route]:
    private = filters.ChatType.PRIVATE
    by_editors = private & filters.User(list(editors))
    replied = filters.ChatType.GROUPS & filters.REPLY
    files = private & filters.Document.ALL
    post_caption = filters.CaptionRegex(rf"(?i)^/post(@{username})?(\s|$)")
    return [
        ChatMemberHandler(membership.changed, ChatMemberHandler.MY_CHAT_MEMBER),
        MessageHandler(filters.StatusUpdate.MIGRATE, membership.migrated),
        MessageHandler(
            by_editors & _NEW & filters.FORWARDED & (filters.TEXT | filters.Document.ALL), posting.forwarded
        ),
        MessageHandler(_OWN & filters.User(list(editors)) & (files | post_caption), posting.post),
        MessageHandler(_OWN & filters.COMMAND, helping.unknown_command),
        MessageHandler(_OWN & by_editors & filters.TEXT, posting.go_on_or_ask),
        MessageHandler(_NEW & private & filters.TEXT, asking.ask),
        MessageHandler(_OWN & replied & filters.TEXT, asking.ask_in_group),
        MessageHandler(_NEW & private & ~filters.StatusUpdate.ALL, helping.only_text),
    ]
