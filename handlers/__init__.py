"""Every route, in the order in which they are asked: the first that takes an update has it."""

from collections.abc import Collection
from typing import Any

from telegram import Update
from telegram.ext import (
    BaseHandler,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    InlineQueryHandler,
    MessageHandler,
    filters,
)

from bot.rendering import actions, answer_actions, editor_actions, feed_actions, inbox_actions
from bot.telegram.action_handler import ActionHandler
from bot.telegram.context import Context
from handlers import (
    adding,
    asking,
    curating,
    drafting,
    explaining,
    feeding,
    helping,
    hushing,
    importing,
    inbox,
    inline,
    joining,
    locating,
    managing,
    membership,
    posting,
    privacy,
    reading,
    saving,
    scheduling,
    settings,
    small_talk,
    speaking,
    status,
    subscribing,
)
from handlers.permissions import Handler, about_chat, for_editors, for_managers

#: An edited message is no new command, a forwarded one is somebody else's words, and what is sent in inline mode is a
#: bot's, mostly our own.
_NEW = (filters.UpdateType.MESSAGE | filters.UpdateType.CHANNEL_POST) & (filters.FORWARDED | ~filters.VIA_BOT)
_OWN = _NEW & ~filters.FORWARDED

Route = BaseHandler[Update, Context, Any]


def routes(editors: Collection[int], username: str) -> list[Route]:
    """`editors`: the Telegram user ids of those for whom the editors' commands exist; `username`: the bot's."""
    return [*_commands(editors), *_buttons(), InlineQueryHandler(inline.offer), *_messages(editors, username)]


def _for_all() -> dict[str, Handler]:
    """By the names of their commands."""
    return {
        "start": subscribing.start,
        "subscribe": for_managers(subscribing.subscribe),
        "unsubscribe": for_managers(subscribing.unsubscribe),
        "categories": about_chat(subscribing.categories),
        "latest": reading.latest,
        "digest": for_managers(scheduling.digest),
        "schedule": for_managers(scheduling.schedule),
        "timezone": for_managers(locating.timezone),
        "language": for_managers(speaking.language),
        "quiet": for_managers(hushing.quiet),
        "pause": for_managers(hushing.pause),
        "resume": for_managers(hushing.resume),
        "mute": for_managers(hushing.mute),
        "unmute": for_managers(hushing.unmute),
        "article": reading.article,
        "search": reading.search,
        "ask": small_talk.unless_small_talk(asking.ask, {}),
        "why": about_chat(explaining.why),
        "manage": managing.manage,
        "settings": for_managers(settings.show_settings),
        "saved": saving.list_saved,
        "mydata": for_managers(privacy.my_data),
        "forget": for_managers(privacy.ask_to_forget),
        "privacy": privacy.privacy,
        "help": helping.help_me,
    }


def _commands(editors: Collection[int]) -> list[Route]:
    by_editors = _OWN & filters.User(list(editors))
    for_editors_only: dict[str, Handler] = {
        "post": posting.post,
        "drafts": drafting.drafts,
        "articles": curating.articles,
        "correct": curating.correct,
        "retract": curating.retract,
        "addcategory": curating.add_category,
        "renamecategory": curating.rename_category,
        "feeds": feeding.feeds,
        "addfeed": adding.add,
        "removefeed": feeding.remove,
        "inbox": inbox.inbox,
        "status": status.status,
    }
    return [
        *(CommandHandler(name, handler, _OWN) for name, handler in _for_all().items()),
        *(CommandHandler(name, handler, by_editors) for name, handler in for_editors_only.items()),
    ]


def _buttons() -> list[Route]:
    return [
        ActionHandler(actions.OpenMenu, helping.open_menu),
        ActionHandler(actions.ToggleCategory, for_managers(subscribing.toggle)),
        ActionHandler(actions.SetCategory, for_managers(subscribing.toggle)),
        ActionHandler(actions.ShowLatest, reading.turn_page),
        ActionHandler(actions.ReadArticle, reading.read_here),
        ActionHandler(actions.ShowMore, reading.show_more),
        ActionHandler(actions.SaveArticle, saving.save),
        ActionHandler(actions.UnsaveArticle, saving.unsave),
        ActionHandler(actions.ListSaved, saving.turn_page),
        ActionHandler(actions.RemoveSaved, saving.remove),
        ActionHandler(actions.ListQuestions, asking.list_questions),
        ActionHandler(actions.AskStored, asking.ask_stored),
        ActionHandler(answer_actions.ShowQuote, asking.show_quote),
        ActionHandler(answer_actions.ShowPassage, asking.show_passage),
        ActionHandler(answer_actions.RateAnswer, asking.rate),
        ActionHandler(answer_actions.AskEditors, asking.ask_editors),
        ActionHandler(answer_actions.AskEverywhere, asking.ask_everywhere),
        ActionHandler(actions.OpenPage, for_managers(settings.open_page)),
        ActionHandler(actions.Choose, for_managers(settings.choose)),
        ActionHandler(actions.StopManaging, managing.stop),
        ActionHandler(actions.SetSchedule, for_managers(scheduling.pick_schedule)),
        ActionHandler(actions.SetCategorySchedule, for_managers(scheduling.pick_schedule)),
        ActionHandler(actions.ChooseSchedule, about_chat(scheduling.choose_in_place)),
        ActionHandler(actions.SetTimezone, for_managers(locating.pick_timezone)),
        ActionHandler(actions.SetQuiet, for_managers(hushing.pick_quiet)),
        ActionHandler(actions.Pause, for_managers(hushing.pick_pause)),
        ActionHandler(actions.Resume, for_managers(hushing.resume)),
        ActionHandler(actions.Unmute, for_managers(hushing.pick_unmute)),
        ActionHandler(actions.SetLanguage, for_managers(speaking.pick_language)),
        ActionHandler(actions.Forget, for_managers(privacy.forget)),
        ActionHandler(editor_actions.PublishDraft, for_editors(posting.publish)),
        ActionHandler(editor_actions.PublishBreaking, for_editors(posting.publish)),
        ActionHandler(editor_actions.DiscardDraft, for_editors(posting.discard)),
        ActionHandler(editor_actions.FileDraft, for_editors(drafting.file_draft)),
        ActionHandler(editor_actions.EditDraft, for_editors(drafting.edit)),
        ActionHandler(editor_actions.KeepDraft, for_editors(drafting.keep)),
        ActionHandler(editor_actions.OpenDraft, for_editors(drafting.open_draft)),
        ActionHandler(editor_actions.ListDrafts, for_editors(drafting.turn_page)),
        ActionHandler(editor_actions.ListArticles, for_editors(curating.turn_page)),
        ActionHandler(editor_actions.ManageArticle, for_editors(curating.manage)),
        ActionHandler(editor_actions.Retract, for_editors(curating.retract_now)),
        ActionHandler(editor_actions.ShowStory, for_editors(joining.show)),
        ActionHandler(editor_actions.ChooseStory, for_editors(joining.choose)),
        ActionHandler(editor_actions.JoinStory, for_editors(joining.join)),
        ActionHandler(editor_actions.SplitStory, for_editors(joining.split)),
        ActionHandler(feed_actions.ListFeeds, for_editors(feeding.turn_page)),
        ActionHandler(feed_actions.ManageFeed, for_editors(feeding.manage)),
        ActionHandler(feed_actions.FileFeed, for_editors(adding.file_offered)),
        ActionHandler(feed_actions.RemoveFailing, for_editors(importing.remove_failing)),
        ActionHandler(feed_actions.ExportFeeds, for_editors(feeding.export)),
        ActionHandler(inbox_actions.ListInbox, for_editors(inbox.turn_page)),
        ActionHandler(inbox_actions.OpenInquiry, for_editors(inbox.open_inquiry)),
        ActionHandler(inbox_actions.ShowInquiry, for_editors(inbox.show)),
        ActionHandler(inbox_actions.AttachInquiry, for_editors(inbox.attach)),
        ActionHandler(inbox_actions.FileGenerally, for_editors(inbox.choose_category)),
        ActionHandler(inbox_actions.DropInquiry, for_editors(inbox.drop)),
        ActionHandler(actions.ExplainArticle, explaining.explain),
        ActionHandler(editor_actions.ShowStatus, for_editors(status.refresh)),
        CallbackQueryHandler(helping.stale_button),
    ]


def _messages(editors: Collection[int], username: str) -> list[Route]:
    private = filters.ChatType.PRIVATE
    by_editors = private & filters.User(list(editors))
    to_bot = filters.ChatType.GROUPS & (filters.REPLY | filters.Regex(rf"(?i)@{username}(?!\w)"))
    files = private & filters.Document.ALL
    addfeed_caption = filters.CaptionRegex(rf"(?i)^/addfeed(@{username})?(\s|$)")
    opml = private & filters.Document.FileExtension("opml")
    by_name = _for_all()
    post_caption = filters.CaptionRegex(rf"(?i)^/post(@{username})?(\s|$)")
    return [
        ChatMemberHandler(membership.changed, ChatMemberHandler.MY_CHAT_MEMBER),
        MessageHandler(filters.StatusUpdate.MIGRATE, membership.migrated),
        MessageHandler(filters.StatusUpdate.FORUM_TOPIC_REOPENED, membership.reopened),
        MessageHandler(filters.StatusUpdate.CHAT_SHARED, managing.shared),
        MessageHandler(
            by_editors & _NEW & filters.FORWARDED & (filters.TEXT | filters.Document.ALL),
            managing.unless_begun(posting.forwarded),
        ),
        MessageHandler(_OWN & filters.User(list(editors)) & (opml | addfeed_caption), adding.add),
        MessageHandler(_OWN & filters.User(list(editors)) & (files | post_caption), posting.post),
        MessageHandler(_OWN & filters.COMMAND, helping.unknown_command),
        MessageHandler(
            _OWN & by_editors & filters.TEXT,
            inbox.unless_answering(
                settings.unless_muting(
                    drafting.unless_editing(small_talk.unless_small_talk(posting.go_on_or_ask, by_name))
                )
            ),
        ),
        MessageHandler(
            _NEW & private & filters.TEXT,
            managing.unless_begun(settings.unless_muting(small_talk.unless_small_talk(asking.ask, by_name))),
        ),
        MessageHandler(
            _OWN & to_bot & filters.TEXT,
            inbox.unless_answering(
                settings.unless_muting(
                    drafting.unless_editing(small_talk.unless_small_talk(asking.ask_in_group, by_name))
                )
            ),
        ),
        MessageHandler(_OWN & private & filters.LOCATION, for_managers(locating.located)),
        MessageHandler(_NEW & private & ~filters.StatusUpdate.ALL, managing.unless_begun(helping.only_text)),
    ]
