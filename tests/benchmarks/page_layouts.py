"""Pages as news sites lay them out: what each says of itself, and how well it does so."""

import html
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from tests.benchmarks.page_stories import STORIES, Story

#: Bytes.
_HYDRATION = 300_000
_CARDS = 10
_STYLE = "".join(f".c{n}{{margin:0 auto;padding:{n}px;color:#123456}}" for n in range(1_000))
_ICON = '<svg viewBox="0 0 9 9"><title>Icon</title><path d="M1.2 3.4c5.6 7.8 9.1 2.3 4.5 6.7z"/></svg>'
_MENU = ("Home", "Politics", "Economy", "Culture", "Sport", "Science", "Weather", "Opinion", "Podcasts", "About us")


@dataclass(frozen=True)
class Layout:
    """What stands in <head>, before and within the article; `shell`: what the site puts around it."""

    head: str
    article: str
    shell: bool = True
    menu: int = 6
    logo: str = '<a class="logo" href="/"><img src="/logo.svg" alt="logo"></a>'
    more: dict[str, Any] = field(default_factory=dict)

    def html(self, story: Story, charset: str = '<meta charset="utf-8">') -> str:
        before, after = (_before(story, self), _after(story)) if self.shell else ("", "")
        return (
            f'<!DOCTYPE html>\n<html lang="{story.language}"><head>{charset}'
            f'<meta name="viewport" content="width=device-width">{self.head}</head>\n<body class="page">'
            f'{before}<main><article class="post">{self.article}</article></main>{after}</body></html>'
        )


def _wordpress(story: Story) -> Layout:
    """The graph that the most common plug-in for search engines writes."""
    url = f"https://{story.host}/harbour"
    graph = _ld(
        {"@type": "WebSite", "@id": f"https://{story.host}/#website", "name": story.site, "description": "Just news"},
        {"@type": "WebPage", "@id": url, "url": url, "name": f"{story.title} - {story.site}"},
        _node(story, mainEntityOfPage={"@id": url}, wordCount=300),
        {"@type": "BreadcrumbList", "itemListElement": [{"@type": "ListItem", "position": 1, "name": "Home"}]},
    )
    head = f"<title>{_e(story.title)} - {_e(story.site)}</title>" + _named({"description": story.lead})
    head += (
        _meta(og_title=f"{story.title} - {story.site}", og_description=story.lead, og_site_name=story.site) + graph
    )
    return Layout(head, f"<h1 class='entry-title'>{_e(story.title)}</h1>{_byline(story)}{_text(story)}")


def open_graph(story: Story) -> Layout:
    """With a kicker in the heading."""
    head = f"<title>{_e(story.title)} | {_e(story.site)}</title>" + _meta(
        og_title=story.title,
        og_description=story.lead,
        og_type="article",
        article_published_time=story.when.isoformat(),
    )
    heading = f"<h1><span class='kicker'>Exclusive</span> <span>{_e(story.title)}</span></h1>"
    return Layout(head, heading + _byline(story) + _text(story))


def _heading_alone(story: Story) -> Layout:
    time = f'<time datetime="{story.when.isoformat()}">{story.when:%d %b %Y}</time>'
    article = f"<h1>{_e(story.title)}</h1>{_byline(story)}{time}<p class='lead'>{_e(story.lead)}</p>{_text(story)}"
    return Layout(f"<title>{_e(story.title)}</title>", article)


def _logo_as_heading(story: Story) -> Layout:
    """An old template: the only <h1> is the site's name, the title is an <h2>."""
    head = f"<title>{_e(story.title)} - {_e(story.site)}</title>" + _named({"description": story.lead})
    article = f"<h2 class='title'>{_e(story.title)}</h2><p class='date'>{story.when:%d.%m.%Y}</p>{_text(story)}"
    return Layout(head, article, logo=f'<h1 id="logo"><a href="/">{_e(story.site)}</a></h1>')


def _two_headings(story: Story) -> Layout:
    """The site's name and the title are <h1>; the section stands in the <title> too."""
    head = f"<title>{_e(story.title)} | Economy | {_e(story.site)}</title>" + _named({"description": story.lead})
    article = f"<h1>{_e(story.title)}</h1><p class='date'>{story.when:%Y-%m-%d}</p>{_text(story)}"
    return Layout(head, article, logo=f'<h1 class="site"><a href="/">{_e(story.site)}</a></h1>')


def _site_first(story: Story) -> Layout:
    """As blogs were: the site's name first, the title in an <h3>."""
    head = f"<title>{_e(story.site)}: {_e(story.title)}</title>"
    article = (
        f'<h2 class="date-header">{story.when:%A, %B %d, %Y}</h2><h3 class="post-title entry-title" itemprop="name">'
        f"{_e(story.title)}</h3><div class='post-body'><p>{_e(story.lead)}</p>{_text(story)}</div>"
    )
    return Layout(head, article, logo=f"<h1 class='title'>{_e(story.site)}</h1>")


def _microdata(story: Story) -> Layout:
    """schema.org's words as attributes, which came before its scripts."""
    article = (
        f'<div itemscope itemtype="https://schema.org/NewsArticle"><h1 itemprop="headline">{_e(story.title)}</h1>'
        f'<span itemprop="datePublished" content="{story.when.isoformat()}">{story.when:%d.%m.}</span>'
        f'<p itemprop="description">{_e(story.lead)}</p><div itemprop="articleBody">{_text(story)}</div></div>'
    )
    logo = f'<h1 class="brand"><a href="/">{_e(story.site)}</a></h1>'
    return Layout(f"<title>{_e(story.site)}</title>", article, logo=logo)


def _dublin_core(story: Story) -> Layout:
    """An authority's."""
    told = {
        "dcterms.title": story.title,
        "DC.description": story.lead,
        "dcterms.date": story.day,
        "DC.date": story.day,
    }
    head = f"<title>Ministry - Press releases - {_e(story.title)}</title>" + _named(told)
    article = f"<div class='h1'>{_e(story.title)}</div>{_text(story)}"
    return Layout(head, article)


def _questions(story: Story) -> Layout:
    asked = {
        "@type": "FAQPage",
        "mainEntity": [
            {"@type": "Question", "name": f"Why {n}?", "acceptedAnswer": {"@type": "Answer", "text": f"Because {n}."}}
            for n in range(1, 6)
        ],
    }
    head = f"<title>{_e(story.title)} – {_e(story.site)}</title>" + _named({"description": story.lead}) + _ld(asked)
    time = f'<time datetime="{story.day}">{story.day}</time>'
    return Layout(head + _meta(og_site_name=story.site), f"<h1>{_e(story.title)}</h1>{time}{_text(story)}")


def _nothing_said(story: Story) -> Layout:
    """No shell, no metadata; lines that are broken instead of paragraphs."""
    lines = "<br><br>\n".join(map(_e, (story.lead, *story.paragraphs)))
    body = f"<center><font size=+2><b>{_e(story.title)}</b></font></center><hr><div>{lines}</div>"
    return Layout(f"<title>{_e(story.title)}</title>", body, shell=False, more={"day": None})


def _large_menu(story: Story) -> Layout:
    head = f"<title>{_e(story.title)} — {_e(story.site)}</title>" + _meta(
        article_published_time=story.when.isoformat()
    )
    article = f"<h1>{_e(story.title)}</h1><p>{_e(story.lead)}</p>{_text(story)}"
    return Layout(head, article, menu=150)


def _live(story: Story) -> Layout:
    updates = [
        {"@type": "BlogPosting", "headline": f"Update {n}: {other.title}", "datePublished": "2026-11-21T09:00:00Z"}
        for n, other in enumerate(STORIES)
        if other is not story
    ]
    head = f"<title>{_e(story.title)} – live</title>" + _meta(og_title=story.title, og_description=story.lead)
    shown = "".join(f"<h2>{_e(one['headline'])}</h2><p>{_e(story.paragraphs[0])}</p>" for one in updates)
    head += _ld(_node(story, **{"@type": "LiveBlogPosting", "liveBlogUpdate": updates, "description": story.lead}))
    return Layout(head, f"<h1>{_e(story.title)}</h1>{shown}")


def _video(story: Story) -> Layout:
    video = {
        "@type": "VideoObject", "name": story.title, "description": story.lead, "uploadDate": story.when.isoformat(),
        "thumbnailUrl": "/v.jpg",
    }  # fmt: skip
    head = f"<title>{_e(story.title)} - {_e(story.site)} Video</title>" + _ld(video)
    head += _meta(og_title=f"{story.title} - {story.site}", og_description=story.lead, og_site_name=story.site)
    return Layout(head, f"<h1>{_e(story.title)}</h1><video src='/v.mp4'></video><p>{_e(story.lead)}</p>")


def _hydrated(story: Story) -> Layout:
    """Everything once more as a script, as frameworks of today have it."""
    state = json.dumps({"props": {"pageProps": {"x": ["filler words"] * (_HYDRATION // 16)}}})
    head = f"<title>{_e(story.title)} | {_e(story.site)}</title>" + _ld(_node(story, description=story.lead))
    script = f'<script id="__NEXT_DATA__" type="application/json">{state}</script>'
    classes = "css-1a2b3c sc-bdnxRM"
    text = "".join(f'<div class="{classes}"><p class="{classes}">{_e(one)}</p></div>' for one in story.paragraphs)
    return Layout(head, f"<div id='__next'><h1 class='{classes}'>{_e(story.title)}</h1>{text}</div>{script}")


def _other_articles_first(story: Story) -> Layout:
    """A list of related articles before the page's own."""
    others = [_node(other, url=f"https://{other.host}/{n}") for n, other in enumerate(STORIES) if other is not story]
    own = _node(story, description=story.lead, mainEntityOfPage=f"https://{story.host}/news/2026/story.html")
    scripts = _ld({"@type": "ItemList", "itemListElement": others}) + _ld(own)
    link = f'<link rel="canonical" href="https://{story.host}/news/2026/story.html">'
    return Layout(f"<title>{_e(story.title)}</title>{link}{scripts}", f"<h1>{_e(story.title)}</h1>{_text(story)}")


def _broken_script(story: Story) -> Layout:
    script = (
        f'<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "{story.title}" "x": }}</script>'
    )
    head = f"<title>{_e(story.title)} • {_e(story.site)}</title>{script}"
    head += _meta(og_title=story.title, og_description=story.lead, og_site_name=story.site)
    time = f'<p class="meta">Published <time datetime="{story.when.isoformat()}">yesterday</time></p>'
    return Layout(head, f"<h1>{_e(story.title)}</h1>{time}{_text(story)}")


def _cut(story: Story) -> Layout:
    """Headline and description as search engines once demanded them; the whole of both stands in the page."""
    head = _ld(_node(story, headline=story.title[:25] + "...", description=story.lead[:40] + " [...]"))
    head += f"<title>{_e(story.title)}</title>" + _meta(og_title=story.title, og_description=story.lead[:40] + "…")
    return Layout(head, f"<h1>{_e(story.title)}</h1><p><strong>{_e(story.lead)}</strong></p>{_text(story)}")


def _escaped_twice(story: Story) -> Layout:
    twice = replace(story, title=_e(story.title), lead=_e(story.lead))
    head = f"<title>{_e(_e(story.title))}</title>" + _ld(_node(twice, description=twice.lead))
    return Layout(
        head + _meta(og_title=twice.title, og_description=twice.lead), f"<h1>{_e(story.title)}</h1>{_text(story)}"
    )


def _site_in_the_headline(story: Story) -> Layout:
    titled = f"{story.title} | {story.site}"
    head = f"<title>{_e(titled)}</title>" + _ld(_node(story, headline=titled)) + _meta(og_description=story.lead)
    return Layout(head, f"<h1>{_e(story.title)}</h1>{_text(story)}")


def _ticker(story: Story) -> Layout:
    """Times of other articles stand before its own."""
    logo = "".join(
        f'<a href="/t/{n}"><time datetime="2026-11-23T0{n}:00:00Z">0{n}:00</time> News {n}</a>' for n in range(5)
    )
    time = f'<time datetime="{story.when.isoformat()}" class="published">{story.when:%d.%m.%Y}</time>'
    head = f"<title>{_e(story.title)}</title>" + _meta(og_title=story.title)
    article = f"<h1>{_e(story.title)}</h1>{time}<p class='standfirst'>{_e(story.lead)}</p>{_text(story)}"
    return Layout(head, article, logo=f"<div class='ticker'>{logo}</div>")


def _shared(story: Story) -> Layout:
    told = {"twitter:card": "summary", "twitter:title": story.title, "twitter:description": story.lead}
    head = f"<title>{_e(story.site)}</title>" + _named({**told, "date": story.day})
    return Layout(head, f"<div class='headline'>{_e(story.title)}</div>{_text(story)}")


def _amp(story: Story) -> Layout:
    head = f'<title>{_e(story.title)}</title><link rel="canonical" href="https://{story.host}/story">'
    head += "<style amp-boilerplate>body{visibility:hidden}</style>" + _ld(_node(story, description=story.lead))
    return Layout(head, f"<h1>{_e(story.title)}</h1><amp-img src='/x.jpg'></amp-img>{_text(story)}")


def _byline_first(story: Story) -> Layout:
    """Nothing but the text tells its teaser, and a caption and its author stand before that."""
    article = (
        f"<h1>{_e(story.title)}</h1>"
        f"<figure><img src='/x.jpg'><figcaption>Photo: {_e(story.author)}</figcaption></figure>"
        f"<p class='author'>By {_e(story.author)}</p><p class='date'>Updated {story.when:%B %d, %Y}</p>"
        f"<p>{_e(story.lead)}</p>{_text(story)}"
    )
    return Layout(f"<title>{_e(story.title)} | {_e(story.site)}</title>", article)


def site_after_underscores(story: Story) -> Layout:
    """As portals of China have it."""
    head = f"<title>{_e(story.title)}_News_{_e(story.site)}</title>" + _named({"description": story.lead})
    article = f"<div class='h1'>{_e(story.title)}</div><span class='date'>{story.day}</span>{_text(story)}"
    return Layout(head + _meta(og_site_name=story.site), article)


LAYOUTS: tuple[Callable[[Story], Layout], ...] = (
    _wordpress, open_graph, _heading_alone, _logo_as_heading, _two_headings, _site_first, _microdata, _dublin_core,
    _questions, _nothing_said, _large_menu, _live, _video, _hydrated, _other_articles_first, _broken_script, _cut,
    _escaped_twice, _site_in_the_headline, _ticker, _shared, _amp, _byline_first,
)  # fmt: skip


# -- pieces ---------------------------------------------------------------------------------------------------------


def _before(story: Story, layout: Layout) -> str:
    entries = "".join(
        f'<li class="nav__item"><a class="nav__link" href="/{name.lower()}/{n}">{_ICON}<span>{name}</span></a></li>'
        for n in range(layout.menu)
        for name in _MENU
    )
    return (
        '<div id="consent" class="cookie-banner"><p>We and our partners use cookies to show you advertisements.</p>'
        "<button>Accept all</button></div>"
        "<script>window.dataLayer=window.dataLayer||[];function gtag(){dataLayer.push(arguments)}</script>"
        f"<style>{_STYLE}</style><header>{layout.logo}<nav><ul>{entries}</ul></nav></header>"
    )


def _after(story: Story) -> str:
    others = [other for other in STORIES if other is not story]
    related = "".join(
        f'<div class="card"><a href="/{n}"><picture><source srcset="/{n}.webp"><img src="/{n}.jpg" alt=""></picture>'
        f'<h3>{other.title}</h3></a><p>{other.lead}</p><span class="tag">{_ICON}{other.site}</span></div>'
        for n, other in enumerate(others * _CARDS)
    )
    return (
        f'<aside class="related"><h2>Most read</h2>{related}</aside>'
        '<section id="comments"><h2>3 comments</h2><p>Anna: I have said so for years.</p></section>'
        f"<footer><p>© 2026 {story.site}. All rights reserved.</p><a href='/imprint'>Imprint</a></footer>"
        '<script async src="https://ads.example/a.js"></script>'
    )


def _text(story: Story) -> str:
    return "".join(f"<p>{_e(paragraph)}</p>\n" for paragraph in story.paragraphs)


def _e(text: str) -> str:
    return html.escape(text, quote=True)


def _meta(**told: str) -> str:
    return "".join(
        f'<meta property="{name.replace("_", ":", 1)}" content="{_e(text)}">' for name, text in told.items()
    )


def _named(told: dict[str, str]) -> str:
    return "".join(f'<meta name="{name}" content="{_e(text)}">' for name, text in told.items())


def _ld(*nodes: dict[str, Any]) -> str:
    value: Any = {"@context": "https://schema.org", "@graph": nodes} if len(nodes) > 1 else nodes[0]
    return f'<script type="application/ld+json">{json.dumps(value, ensure_ascii=False)}</script>'


def _node(story: Story, **more: Any) -> dict[str, Any]:
    return {
        "@type": "NewsArticle",
        "headline": story.title,
        "datePublished": story.when.isoformat(),
        "author": {"@type": "Person", "name": story.author},
        "publisher": {"@type": "Organization", "name": story.site, "logo": {"url": f"https://{story.host}/logo.png"}},
        **more,
    }


def _byline(story: Story) -> str:
    return f'<div class="byline"><span>{_e(story.author)}</span></div>'
