"""Setting up a channel or a group from one's private chat."""

from collections.abc import Sequence

from bot.domain.category import Category
from bot.domain.message import Button, Message
from bot.domain.subscription import ChatKind, Subscription
from bot.rendering.actions import OpenMenu, StopManaging
from bot.rendering.markup import bold, escape, shorten
from bot.rendering.schedules import summary
from bot.rendering.subscribing import category_buttons
from bot.rendering.wording import _, isolated
from bot.storage.managers import Managed

_TITLE_LIMIT = 60


def about(message: Message, managed: Managed) -> Message:
    """The same with the chat that it is about in its first line, and the way back as its last button."""
    back = StopManaging(chat_id=managed.chat_id).button(_("⬅️ Back to my own chat"))
    heading = f"{_icon(managed)} {bold(_named(managed))}"
    return message.model_copy(
        update={"text": f"{heading}\n\n{message.text}", "buttons": (*message.buttons, (back,)), "rich": None}
    )


def how(managed: Managed | None) -> Message:
    text = _(
        "You can set up a channel or a group of which you are an administrator from here: choose it below, write "
        "{example}, or forward a post of the channel to me."
    ).format(example=bold("/manage @channel"))
    choose = OpenMenu(name="chats").button(_("📣 Choose a chat"))
    if managed is None:
        own = _("What you set here is this chat’s own.")
        return Message(text=f"{own}\n\n{text}", buttons=((choose,),))
    now = _("What you set here now is that of {name}.").format(name=bold(_named(managed)))
    back = StopManaging(chat_id=managed.chat_id).button(_("⬅️ Back to my own chat"))
    return Message(text=f"{now}\n\n{text}", buttons=((choose,), (back,)))


def which() -> Message:
    return Message(
        text=_("Press one of the buttons below, and choose. Where I am not there yet, Telegram adds me."),
        asks_channel=_("📣 A channel"),
        asks_group=_("👥 A group"),
    )


def chosen() -> Message:
    """Takes those buttons away again."""
    return Message(text=_("Found it."), ends_keyboard=True)


def begun(categories: Sequence[Category], subscription: Subscription) -> Message:
    text = _(
        "For an hour, what you set in this chat is set there: /subscribe, /schedule, /timezone and the rest. "
        "/manage off ends it."
    )
    told = summary(subscription, categories)
    return Message(text=f"{text}\n\n{told}", buttons=category_buttons(categories, subscription))


def in_private(link: str) -> Message:
    """`link` begins it in the private chat."""
    return Message(
        text=_("You can set this up here, or in your private chat with me."),
        buttons=((Button(label=_("⚙️ In private"), url=link),),),
    )


def cannot(word: str) -> Message:
    text = _(
        "I cannot set up “{word}” for you. Make me a member of it (in a channel, an administrator); and you must be "
        "one of its administrators."
    )
    return Message(text=text.format(word=escape(shorten(word, _TITLE_LIMIT))))


def ended(managed: Managed | None) -> Message:
    if managed is None:
        return Message(text=_("What you set here is this chat’s own."))
    text = _("Done with {name}. What you set here is this chat's own again.")
    return Message(text=text.format(name=bold(_named(managed))))


def lost(managed: Managed) -> str:
    """Plain, and short enough for a note over a button."""
    text = _("You can no longer set up {name}: you are not one of its administrators, or I am not there any more.")
    return text.format(name=_named(managed))


def over() -> str:
    """Likewise."""
    return _("This was about another chat, which you no longer set up from here. /manage begins again.")


def _icon(managed: Managed) -> str:
    return "📣" if managed.kind is ChatKind.CHANNEL else "👥"


def _named(managed: Managed) -> str:
    title = shorten(managed.title, _TITLE_LIMIT)
    return (_("Channel {title}") if managed.kind is ChatKind.CHANNEL else _("Group {title}")).format(
        title=isolated(title)
    )
