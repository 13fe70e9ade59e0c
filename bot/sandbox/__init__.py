"""A local Telegram: a Bot API server and a chat page over one in-memory state, for a bot without a token.

A bot meets it by its base URL alone. Refusals come in Telegram's words, so that what passes here passes there,
as far as it is imitated. Not imitated: Markdown, media in rich messages, inline results but articles, stickers,
polls, payments, business accounts and web apps; keyboards below the input field are checked but not shown.
"""
