"""Editors answer what nobody could."""

from collections.abc import Sequence
from functools import wraps

from telegram import Update

from bot.domain.article import Article
from bot.domain.category import Category
from bot.domain.inquiry import general_slug
from bot.domain.message import Message
from bot.questions.inbox import Answered, Question
from bot.rendering import inbox as words
from bot.rendering.callback import Action
from bot.rendering.inbox_actions import (
    AttachInquiry,
    DropInquiry,
    FileGenerally,
    ListInbox,
    OpenInquiry,
    ShowInquiry,
)
from bot.rendering.markup import visible
from bot.telegram.context import Context, message_of, offered
from handlers.drafting import may_go_on
from handlers.permissions import Handler


async def inbox(update: Update, context: Context) -> None:
    await context.reply(update, await _page(context, 0))


async def turn_page(update: Update, context: Context) -> None:
    if isinstance(context.action, ListInbox):
        await context.note(update)
        await context.replace(update, await _page(context, context.action.skip))


async def open_inquiry(update: Update, context: Context) -> None:
    if isinstance(context.action, OpenInquiry) and (found := await _known(update, context, context.action.inquiry)):
        await context.reply(update, await _shown(context, found))


async def show(update: Update, context: Context) -> None:
    if isinstance(context.action, ShowInquiry) and (found := await _known(update, context, context.action.inquiry)):
        await context.replace(update, await _shown(context, found))


async def attach(update: Update, context: Context) -> None:
    """The article is chosen; a reply that waited for that goes there."""
    action = context.action
    if not isinstance(action, AttachInquiry):
        return
    if done := await context.services.inbox.attach(action.inquiry, action.id):
        await context.note(update)
        await context.replace(update, await _done(context, action.inquiry, done))
    elif found := await _known(update, context, action.inquiry):
        await context.replace(update, await _shown(context, found, action.id))


async def choose_category(update: Update, context: Context) -> None:
    action = context.action
    if isinstance(action, FileGenerally) and (found := await _known(update, context, action.inquiry)):
        categories = await context.services.categories.all()
        await context.replace(update, words.choose_category(found.id, found.question, categories))


async def drop(update: Update, context: Context) -> None:
    """Asks first."""
    action = context.action
    if not isinstance(action, DropInquiry) or not (found := await _known(update, context, action.inquiry)):
        return
    if action.sure:
        await context.services.inbox.drop(found.id)
        await context.replace(update, words.dropped(found.question))
    else:
        await context.replace(update, words.drop_sure(found.id, found.question, len(found.asked)))


def unless_answering(handler: Handler) -> Handler:
    """For messages: an editor's reply to a question of the inbox is its answer; all else goes on."""

    @wraps(handler)
    async def answered(update: Update, context: Context) -> None:
        meant = _replied_to(update) if context.is_editor(update) else None
        if meant is None:
            await handler(update, context)
        else:
            await _answer(update, context, *meant)

    return answered


async def _answer(update: Update, context: Context, inquiry_id: str, target: str) -> None:
    reply = context.text(update)
    if not visible(reply):
        await context.reply(update, words.empty_reply())
        return
    unanswered = any(isinstance(action, DropInquiry) for action in _below_replied_to(update))
    if unanswered and await go_on(update, context, inquiry_id):
        return
    done = await context.services.inbox.answer(inquiry_id, target, reply, unanswered=unanswered)
    if done and not done.before and update.effective_user:
        more = inquiry_id if may_go_on(reply) else None
        await context.services.inbox.expect_more(update.effective_user.id, more)
    await context.reply(update, await _done(context, inquiry_id, done) if done else words.gone_with_reply())


async def go_on(update: Update, context: Context, inquiry_id: str | None = None) -> bool:
    """The rest of the answer that filled the editor's last message, be it a reply or not; False if that did not, or
    was to another question than this."""
    editor, rest, answers = update.effective_user, context.text(update), context.services.inbox
    begun = await answers.unfinished(editor.id) if editor else None
    if editor is None or begun is None or inquiry_id not in (None, begun) or not visible(rest):
        return False
    done = await answers.go_on(begun, rest)
    await answers.expect_more(editor.id, begun if may_go_on(rest) else None)
    if done:
        await context.reply(update, words.gone_on(await _done(context, begun, done)))
    return done is not None


def _replied_to(update: Update) -> tuple[str, str] | None:
    """The question in the message replied to, and the article that is chosen there, if one is."""
    actions = _below_replied_to(update)
    attaching = [action for action in actions if isinstance(action, AttachInquiry)]
    if chosen := next((action for action in attaching if action.chosen), None):
        return chosen.inquiry, chosen.id
    known = (action for action in actions if isinstance(action, AttachInquiry | FileGenerally | DropInquiry))
    asking = next(known, None)
    return (asking.inquiry, "") if asking else None


def _below_replied_to(update: Update) -> list[Action]:
    message = message_of(update)
    return offered(message.reply_to_message) if message else []


async def _done(context: Context, inquiry_id: str, done: Answered) -> Message:
    if done.article:
        return words.answered(inquiry_id, done.given, done.article, done.told)
    found = await context.services.inbox.open(inquiry_id)
    if found is None:
        return words.gone_with_reply()
    shown = await _shown(context, found)
    return words.answered_before(shown) if done.before else shown


async def _known(update: Update, context: Context, inquiry_id: str) -> Question | None:
    found = await context.services.inbox.open(inquiry_id)
    await context.note(update, "" if found else words.gone(), alert=found is None)
    return found


async def _shown(context: Context, found: Question, target: str = "") -> Message:
    """With the article chosen to which the answer belongs: that one, else where it stands, else the nearest; none
    where an answer waits for that to be chosen."""
    given, near = found.given, found.near
    belongs = None
    if given is None or given.article:
        stands = given.article if given else ""
        belongs = await _first(context, [target, stands, *(article.id for article in near)])
    return words.inquiry(found.id, found.question, found.asked, given, near, belongs)


async def _first(context: Context, targets: Sequence[str]) -> Article | Category | None:
    """Of those that are stored."""
    for target in filter(None, targets):
        slug = general_slug(target)
        services = context.services
        if found := await (services.categories.get(slug) if slug else services.articles.get(target)):
            return found
    return None


async def _page(context: Context, skip: int) -> Message:
    waiting, total = await context.services.inbox.waiting(skip=skip, count=words.PAGE)
    return words.inbox(waiting, skip=skip, total=total)
