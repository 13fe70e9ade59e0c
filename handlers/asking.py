"""Questions, and the buttons below their answers."""

import re

from telegram import Update
from telegram.constants import ChatType

from bot.domain.answer import Answer, Place, Quote
from bot.domain.message import Message
from bot.questions.conversations import Asked, Asking, Kind, NoRoom
from bot.questions.small_talk import Kind as SmallTalk
from bot.questions.small_talk import small_talk, without_greeting
from bot.rendering import answers, articles, posting, scopes
from bot.rendering.actions import AskStored, ExplainArticle, ListQuestions, ReadArticle
from bot.rendering.answer_actions import AskEditors, AskEverywhere, RateAnswer, ShowPassage, ShowQuote
from bot.rendering.wording import language
from bot.telegram.context import Context, chat_of, message_of, offered
from bot.telegram.pressed import buttons_left, text_of

_NEWEST = 5
_AROUND_NAME = " \t\n,:;–—-"


async def ask(update: Update, context: Context) -> None:
    """`/ask QUESTION`, a plain sentence, or a reply to a message about an article."""
    await _ask(update, context, called=True)


async def ask_what(update: Update, context: Context) -> None:
    await context.reply(update, answers.ask_what(await context.services.articles.latest(count=_NEWEST)))


async def ask_in_group(update: Update, context: Context) -> None:
    """There only what names the bot, or replies to a message of its that tells of articles, is meant for it; thanks
    and the like need no answer."""
    text = context.text(update)
    named = without_name(text, context.bot.username) != text
    if not named and small_talk(text, ()) is SmallTalk.WRONG:
        await said_wrong(update, context)
        return
    replied = bool(articles_replied_to(update) or _answering(update))
    if named or (replied and small_talk(text, ()) is None):
        await _ask(update, context, called=named)


async def _ask(update: Update, context: Context, *, called: bool) -> None:
    """`called`: the bot was, and says so if it understands nothing; else people may be talking to each other."""
    question = without_greeting(without_name(context.text(update), context.bot.username))
    if not question:
        await ask_what(update, context)
        return
    asked = await context.services.conversations.ask(await _asking(update, context, question))
    if called or asked.kind is not Kind.UNCLEAR:
        await context.reply(update, await _worded(update, context, asked))


async def ask_stored(update: Update, context: Context) -> None:
    """An article's own question was pressed."""
    if not isinstance(context.action, AskStored):
        return
    if await context.is_draft(update, context.action.id):
        await context.note(update, posting.not_published_yet(), alert=True)
        return
    action = context.action
    quote = await context.services.questions.stored(action.id, action.position, action.asked)
    if quote is None and await context.services.articles.get(context.action.id):
        await context.note(update, answers.has_changed(), alert=True)
        return
    await context.note(update)
    await _tell(update, context, quote)


async def list_questions(update: Update, context: Context) -> None:
    if not isinstance(context.action, ListQuestions):
        return
    if await context.is_draft(update, context.action.id):
        await context.note(update, posting.not_published_yet(), alert=True)
        return
    await context.note(update)
    article = await context.services.articles.get(context.action.id)
    if article:
        await context.services.conversations.begin_about(context.here(update), language(), article)
    await context.reply(update, articles.question_list(article) if article else articles.not_stored())


async def show_quote(update: Update, context: Context) -> None:
    """Another answer to the same question."""
    if isinstance(context.action, ShowQuote) and (quote := await _at(update, context, context.action)):
        await context.note(update)
        await _tell(update, context, quote)


async def show_passage(update: Update, context: Context) -> None:
    """The message keeps its other buttons."""
    if isinstance(context.action, ShowPassage) and (quote := await _at(update, context, context.action)):
        await context.note(update)
        message = message_of(update)
        rated = not any(isinstance(action, RateAnswer) for action in offered(message))
        shown = answers.passage(quote, context.services.links, rated=rated)
        left = buttons_left(update, ShowPassage)
        await context.replace(update, shown.model_copy(update={"buttons": left}) if left else shown)


async def rate(update: Update, context: Context) -> None:
    """The first press counts, whoever's it is."""
    if not isinstance(context.action, RateAnswer):
        return
    exchange, right = context.action.exchange, context.action.right
    conversations, chat_id = context.services.conversations, chat_of(update).id
    first = await conversations.rate(chat_id, exchange, right=right)
    if not first:
        await context.note(update, answers.too_long_ago() if first is None else answers.rated_already())
        return
    await context.note(update, answers.thanks() if right else "")
    html = text_of(update)
    if right:
        left = buttons_left(update, RateAnswer, ShowQuote)
        message = Message(text=answers.without_rating(html), buttons=left)
    else:
        left = buttons_left(update, RateAnswer)
        others = any(isinstance(action, ShowQuote) for action in offered(message_of(update)))
        nearest = [] if others else await conversations.nearest(chat_id, exchange)
        message = answers.was_wrong(html, left, nearest, exchange)
    if html:
        await context.replace(update, message)


async def said_wrong(update: Update, context: Context) -> bool:
    """As a press of 👎 under the answer that is replied to, or, where nobody else writes, the one just given; False
    if there is none."""
    conversations, here, answering = context.services.conversations, context.here(update), _answering(update)
    then = await conversations.exchange(here.chat_id, answering) if answering else None
    if answering is None and chat_of(update).type == ChatType.PRIVATE:
        then = await conversations.just_answered(here)
    if then is None or not then.told:
        return False
    if await conversations.rate(here.chat_id, then.id, right=False):
        nearest = await conversations.nearest(here.chat_id, then.id)
        await context.reply(update, answers.was_wrong("", (), nearest, then.id))
    else:
        await context.reply(update, Message(text=answers.rated_already()))
    return True


async def ask_editors(update: Update, context: Context) -> None:
    if not isinstance(context.action, AskEditors):
        return
    exchange = context.action.exchange
    try:
        first = await context.services.conversations.ask_editors(chat_of(update).id, exchange)
    except NoRoom:
        await context.note(update, answers.editors_are_busy(), alert=True)
        return
    if first is None:
        await context.note(update, answers.too_long_ago(), alert=True)
        return
    await context.note(update, answers.editors_have_it(first=first), alert=True)
    await context.swap_button(update, answers.asked_editors(exchange))


async def ask_everywhere(update: Update, context: Context) -> None:
    """The answer takes the place of the one that was narrowed."""
    if not isinstance(context.action, AskEverywhere):
        return
    asking = await _asking(update, context, "")
    asked = await context.services.conversations.ask_everywhere(asking, context.action.exchange)
    await context.note(update, "" if asked else answers.too_long_ago(), alert=asked is None)
    if asked:
        await context.replace(update, await _worded(update, context, asked))


def article_replied_to(update: Update) -> str | None:
    """The one article that the message replied to is about; a digest is about none in particular."""
    about = articles_replied_to(update)
    return about[0] if len(about) == 1 else None


def articles_replied_to(update: Update) -> list[str]:
    """Those that the buttons of the message replied to are about, in their order."""
    message = message_of(update)
    replied = message.reply_to_message if message else None
    about = (ReadArticle, ListQuestions, AskStored, ExplainArticle)
    return list(dict.fromkeys(action.id for action in offered(replied) if isinstance(action, about)))


async def _asking(update: Update, context: Context, question: str) -> Asking:
    subscription = await context.services.subscriptions.get(context.reader(update))
    here, answering = context.here(update), _answering(update)
    then = await context.services.conversations.exchange(here.chat_id, answering) if answering else None
    about = then.article if then else article_replied_to(update)  # below a refusal are the nearest articles
    private = chat_of(update).type == ChatType.PRIVATE
    return Asking(here, question, subscription.zone, language(), about, private, answering)


def _answering(update: Update) -> str | None:
    """The exchange that the message replied to has ended."""
    message = message_of(update)
    below = offered(message.reply_to_message) if message else []
    return next((one.exchange for one in below if isinstance(one, RateAnswer | AskEditors)), None)


async def _worded(update: Update, context: Context, asked: Asked) -> Message:
    services, found = context.services, asked.answer
    if asked.kind is Kind.UNCLEAR:
        return answers.about_what()
    if asked.kind is Kind.FOLLOW_UP and found.quote is None:
        return answers.nothing_more(found, asked.id)
    zone = (await services.subscriptions.get(context.reader(update))).zone
    names = {**_sources(found), **await context.names()}
    if asked.kind is Kind.NEWS:
        heading = scopes.news_heading(found.scope, names, zone)
        return answers.news(found, heading, services.links, exchange=asked.id, narrowed=bool(found.scope))
    narrowed = scopes.in_words(found.scope, names, zone)
    return answers.answer(found, services.links, exchange=asked.id, narrowed=narrowed)


def _sources(found: Answer) -> dict[str, str]:
    """What they call themselves, by their names in small letters."""
    told = (*([found.quote.article] if found.quote else []), *found.news, *found.nearest)
    return {source.name.casefold(): source.name for article in told for source in (article.told_by, *article.also_at)}


async def _at(update: Update, context: Context, action: ShowPassage | ShowQuote) -> Quote | None:
    """None, and they are told, if the article says something else there now."""
    place = Place.read(action.place)
    quote = await context.services.questions.at(action.id, place) if place else None
    if quote is None:
        await context.note(update, answers.has_changed(), alert=True)
    return quote


async def _tell(update: Update, context: Context, quote: Quote | None) -> None:
    if quote is None:
        await context.reply(update, articles.not_stored())
        return
    await context.services.conversations.told(context.here(update), language(), quote)
    await context.reply(update, answers.quote(quote, context.services.links))


def without_name(text: str, username: str) -> str:
    """What is said to the bot by its name."""
    rest = re.sub(rf"(?i)(?<!\w)@{re.escape(username)}(?!\w)", " ", text)
    return text if rest == text else rest.strip(_AROUND_NAME)
