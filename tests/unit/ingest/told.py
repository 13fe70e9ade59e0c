"""Stories of a place that does not exist, as several sources tell them."""

from datetime import datetime, timedelta

from bot.domain.article import Article, Source
from tests.unit.samples import NOW, article


def told(
    article_id: str,
    source: str,
    title: str,
    teaser: str = "",
    *,
    category: str = "world",
    published: datetime = NOW,
    **fields: object,
) -> Article:
    """By a source whose name is also its host."""
    address = Source(name=source, url=f"https://www.{source.lower()}.example/{article_id}")
    return article(
        article_id, category, title=title, teaser=teaser, source=address, published=published, **fields
    )  # fmt: skip


TOLL = told(
    "toll1",
    "Courier",
    "Vell raises its harbour toll by a third from May",
    "The council of Vell has voted to raise the toll that ships pay in its harbour by a third.",
)
TOLL_AGAIN = told(
    "toll2",
    "Gazette",
    "Harbour toll in Vell rises by a third",
    "Ships will pay a third more in the harbour of Vell from May, its council has voted after long talks.",
    published=NOW + timedelta(hours=2),
)
TOLL_THIRD = told(
    "toll3",
    "Mirror",
    "Vell’s council votes for a higher harbour toll",
    "A third more: ships in Vell’s harbour pay a higher toll from May on, the council decided by one vote.",
    published=NOW + timedelta(hours=3),
)
FERRY = told(
    "ferry",
    "Mirror",
    "Night ferry to Orsa stops for the winter",
    "The operator says too few travellers took the night boat, and will sell it.",
)
COMET = told(
    "comet",
    "Gazette",
    "Comet Maravel seen with the naked eye",
    "Observers in the north report a tail as long as the moon is wide.",
)
