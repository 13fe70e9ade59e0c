"""Articles to test with: one that has everything, and, for Hypothesis, any that could ever be stored."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from bot.domain.answer import Place, Quote, mark_of
from bot.domain.article import LONGEST_CORRECTION, Article, Correction, FaqPair, RelatedArticle, Source
from bot.domain.category import Category

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
CATEGORIES = [
    Category(slug="policy", name="Policy"),
    Category(slug="tech", name="Technology"),
    Category(slug="world", name="World News"),
]
NAMES = {category.slug: category.name for category in CATEGORIES}


def article(article_id: str = "a1", category: str = "policy", **fields: object) -> Article:
    values = {"id": article_id, "category": category, "title": f"Title of {article_id}", "published": NOW, **fields}
    return Article.model_validate(values)


def quoted(article: Article, text: str, question: str | None = None) -> Quote:
    return Quote(article, text, Place(question is not None, 0, mark=mark_of(text)), text, question)


FULL = article(
    "full",
    title="Harbour Toll Rises",
    teaser="From May, ships pay more.",
    body=("The council has decided.", "Ships pay by length."),
    source=Source(name="Reuters", url="https://reuters.example/toll"),
    related=(
        RelatedArticle(title="Old Toll"),
        RelatedArticle(title="New Quay", url="https://quay.example/a?b=1&c=2"),
    ),
    faq=(
        FaqPair(question="Who decided?", answer="The council."),
        FaqPair(question="Who pays?", answer="Ships do.\n\nBoats do not."),
    ),
)

_NASTY = st.sampled_from(
    [
        "<b>", "</b>", "<script>", "&amp;", "&#57311;", "&", '"', "'", "\x01", "\x1b", "\u202e", "\u2066", "\u200d",
        "😀", "👩‍👩‍👧‍👦", "é", "ة", "中", ". ", " ", "\n", "\n\n", "|", "\ue000", "\ue001", "\u2028", "\ufeff",
        "#a ", "@name ", "/go ", "a.com ", "1.2.3.4 ", "\u200b", "e\u0301", "🇩🇪", "👍🏽", "ا\u0651", "$USD ",
        "h\u0333" * 9,
        "ß" * 40, "x" * 300, "word " * 40, "&<>" * 60, "😀" * 90,
    ]
)  # fmt: skip
#: Text as people and feeds write it at their worst, now and then very long.
TEXT = st.one_of(
    st.text(max_size=60),
    st.lists(st.one_of(_NASTY, st.text(max_size=12)), max_size=14).map("".join),
    st.builds(
        lambda part, times: part * times, st.one_of(_NASTY, st.text(min_size=1, max_size=9)), st.integers(1, 2000)
    ),
)
LINE = TEXT.filter(lambda text: bool(text.strip()))
URL = st.sampled_from(
    [
        "https://news.example/a",
        'https://news.example/a?b=<1>&c="2"\'',
        "http://xn--mller-kva.example:8080/%22",
        "https://news.example/" + "x" * 1900,
        "https://news.example/?" + "a=1&" * 500,
        "https://news.example/?q=" + "é" * 600,
        "https:news.example",
        "https://münchen.example/é",
    ]
)
SLUG = st.from_regex(r"[a-z0-9](?:[a-z0-9_-]{0,30}[a-z0-9])?", fullmatch=True)
ID = st.from_regex(r"[A-Za-z0-9_-]{1,40}", fullmatch=True)
CORRECTIONS = st.builds(
    Correction,
    text=LINE.map(lambda text: text.strip()[:LONGEST_CORRECTION]),
    at=st.datetimes(timezones=st.just(UTC)),
)
ARTICLES = st.builds(
    Article,
    id=ID,
    category=SLUG,
    title=LINE,
    teaser=TEXT,
    body=st.lists(LINE, max_size=4).map(tuple),
    source=st.none() | st.builds(Source, name=LINE, url=st.none() | URL),
    related=st.lists(st.builds(RelatedArticle, title=LINE, url=st.none() | URL), max_size=12).map(tuple),
    faq=st.lists(st.builds(FaqPair, question=LINE, answer=LINE), max_size=14).map(tuple),
    published=st.datetimes(timezones=st.just(UTC)),
    corrections=st.lists(CORRECTIONS, max_size=3).map(tuple),
    image=st.none() | URL,
    also_at=st.lists(st.builds(Source, name=LINE, url=st.none() | URL), max_size=7).map(tuple),
)
