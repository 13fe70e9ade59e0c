"""An article's own page, for readers outside Telegram and for articles without a source's link."""

from html import escape

from aiohttp import web

from bot.domain.article import Article
from bot.rendering.articles import also_at, correction_line
from bot.rendering.figures import date
from bot.rendering.names import Names, name_of, names_of
from bot.rendering.wording import _, isolated, language
from bot.services import Services

#: Whole, however long it is, and with all that a browser may make of it.
_CORRECTION = 10_000, 10_000
_STYLE = (
    "body{font:1.1rem/1.6 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem;"
    "color-scheme:light dark}summary{cursor:pointer;font-weight:600}footer{margin-top:2rem;opacity:.75}"
)
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def page_routes(services: Services) -> list[web.RouteDef]:
    async def article_page(request: web.Request) -> web.Response:
        article = await services.articles.get(request.match_info["id"])
        if article is None:
            gone = _("This article is not stored, or was taken back.")
            return _page(_("Not found"), f"<p>{gone}</p>", status=404)
        names = names_of(await services.categories.all())
        return _page(article.title, _body(article, names, services.links.to_chat(f"a_{article.id}")))

    return [web.get(r"/a/{id:[A-Za-z0-9_-]{1,40}}", article_page)]


def _body(article: Article, names: Names, chat_url: str) -> str:
    parts = [f"<p>{correction_line(article, one, *_CORRECTION)}</p>" for one in article.corrections]
    parts += [f"<p><em>{escape(article.teaser)}</em></p>"] if article.teaser else []
    parts += [f"<p>{escape(text)}</p>" for text in article.body]
    for pair in article.faq:
        answer = "".join(f"<p>{escape(text)}</p>" for text in pair.answer.split("\n\n"))
        parts.append(f"<details><summary>{escape(pair.question)}</summary>{answer}</details>")
    facts = [isolated(escape(name_of(article.category, names))), date(article.published)]
    if article.source and article.source.url:
        label = _("Continue reading at {source} →").format(source=escape(article.source.name))
        facts.append(f'<a href="{escape(article.source.url)}">{label}</a>')
    if others := also_at(article):
        facts.append(others)
    ask = _("Ask about it in Telegram")
    facts.append(f'<a href="{escape(chat_url)}">{ask}</a>')
    parts.append(f'<footer dir="auto">{" · ".join(facts)}</footer>')
    return "".join(parts)


def _page(title: str, body: str, *, status: int = 200) -> web.Response:
    text = (
        f'<!doctype html><html lang="{language()}" dir="auto"><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style>'
        f'<main dir="auto"><h1>{escape(title)}</h1>{body}</main></html>'
    )
    return web.Response(text=text, content_type="text/html", headers=_HEADERS, status=status)
