"""What of an address tells where an article is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.link import canonical, without_secrets, without_tracking

NEWS = "https://news.example/a"


@pytest.mark.parametrize(
    ("url", "bare"),
    [
        (f"{NEWS}?utm_source=rss&utm_medium=feed", NEWS),
        (f"{NEWS}?id=7&UTM_Source=rss&page=2", f"{NEWS}?id=7&page=2"),
        (f"{NEWS}?id=7&amp;utm_source=rss", f"{NEWS}?id=7"),
        (f"{NEWS}?partner=rss&emc=rss&_r=1", NEWS),
        (f"{NEWS}?wt_mc=rss.red&maca=en-rss", NEWS),
        (f"{NEWS}?at_medium=RSS&at_campaign=KARANGA", NEWS),
        (f"{NEWS}?CMP=share#xtor=RSS-1", NEWS),
        (f"{NEWS}#publisher=newsstand", NEWS),
        (f"{NEWS}?xtor=RSS-3208#section-2", f"{NEWS}#section-2"),
        (f"{NEWS}?source=rss&fbclid=x&gclid=y&mc_cid=z", NEWS),
        (f"{NEWS}?mod=rss_whats_news_us", NEWS),
        (f"{NEWS}?traffic_source=rss", NEWS),
        (f"{NEWS}?ref=rss", NEWS),
        (f"{NEWS}?ref=site%2Drss&%75tm_source=x", NEWS),
        # These choose the page.
        (f"{NEWS}?source=archive&ref=12&id=3&from=2020", f"{NEWS}?source=archive&ref=12&id=3&from=2020"),
        (f"{NEWS}?q=utm_source", f"{NEWS}?q=utm_source"),
        (f"{NEWS}?a=%20b+c&d", f"{NEWS}?a=%20b+c&d"),
        (f"{NEWS}#a=b&utm_source=x", f"{NEWS}#a=b&utm_source=x"),
        # These only lead on.
        ("https://www.google.com/url?rct=j&sa=t&url=https%3A%2F%2Fnews.example%2Fa%3Futm_source%3Dx&ct=ga", NEWS),
        ("https://www.google.co.uk/url?q=https://news.example/a&sa=D", NEWS),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fnews.example%2Fa&h=x", NEWS),
        ("http://www.bing.com/news/apiclick.aspx?ref=FexRss&url=https%3a%2f%2fnews.example%2fa&c=1", NEWS),
        ("https://out.reddit.com/t3_1?url=https%3A%2F%2Fnews.example%2Fa", NEWS),
        ("https://www.google.com/url?q=javascript:alert(1)", "https://www.google.com/url?q=javascript:alert(1)"),
        (
            "https://www.google.com/search?q=https://news.example/a",
            "https://www.google.com/search?q=https://news.example/a",
        ),
        ("https://notgoogle.com/url?q=https://news.example/a", "https://notgoogle.com/url?q=https://news.example/a"),
        ("http://[::1", "http://[::1"),
    ],
)
def test_without_tracking(url: str, bare: str) -> None:
    assert without_tracking(url) == bare


@pytest.mark.parametrize(
    "url",
    [
        "http://news.example/a",
        "https://www.news.example/a",
        "HTTPS://News.Example/a/",
        "https://news.example/%61",
        "https://news.example:443/a",
        "http://news.example:80/a#top",
        "https://news.example/a?utm_source=rss#comments",
        " https://news.example/a ",
        "https://www.google.com/url?url=http://www.news.example/a/",
    ],
)
def test_one_article_has_one_canonical_address(url: str) -> None:
    assert canonical(url) == NEWS


def test_the_case_of_a_host_that_breaks_the_rules_for_names_does_not_count() -> None:
    assert canonical("https://é=.Example/a") == canonical("https://é=.example/a")


def test_other_articles_have_others() -> None:
    urls = [
        NEWS,
        NEWS + "?id=1",
        NEWS + "?id=2",
        NEWS + "b",
        "https://m.news.example/a",
        "https://news.example:8080/a",
    ]
    urls += [NEWS + "#!/one", NEWS + "#!/two", "https://news.example/A", "https://news.example"]
    assert len({canonical(url) for url in urls}) == len(urls)


def test_letters_that_are_written_in_two_ways() -> None:
    assert canonical("https://bücher.example/größe") == canonical("https://xn--bcher-kva.example/gr%C3%B6%C3%9Fe")


URLS = st.builds(
    "{}://{}{}{}{}".format,
    st.sampled_from(["http", "https"]),
    st.sampled_from(["e.example", "www.e.example", "www.google.com", "e.example:80", "[::1]", "\u00e9.example"]),
    st.sampled_from(["", "/", "/a/", "/url", "/a//b/"]),
    st.sampled_from(["", "?", "?q=http://e.example/x", "?a=1&utm_x=2&&b", "?utm_a", "?=", "?url=https://www.google.com/url?url=http://a.b/"]),
    st.sampled_from(["", "#", "#a", "#utm_source=x", "#!a"]),
)  # fmt: skip


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.example/feed?page=2&tag=key#x", "https://a.example/feed?page=2&tag=key#x"),
        ("https://me:pw@a.example/feed", "https://a.example/feed"),
        ("https://a.example/feed?token=abc&x=1", "https://a.example/feed?token=…&x=1"),
        ("https://a.example/feed?x=1;ACCESS-KEY=a=b#c", "https://a.example/feed?x=1;ACCESS-KEY=…#c"),
        (
            "https://a.example/?session_id=1&sig=2&pass=3&design=4",
            "https://a.example/?session_id=…&sig=…&pass=…&design=4",
        ),
    ],
)
def test_what_may_be_shown_of_an_address(url: str, shown: str) -> None:
    assert without_secrets(url) == shown


@given(st.one_of(URLS, st.text(max_size=60)))
def test_done_twice_is_done_once(url: str) -> None:
    assert without_tracking(without_tracking(url)) == without_tracking(url)
    canonical(url)


@given(URLS)
def test_tracking_makes_no_other_article(url: str) -> None:
    assert canonical(canonical(url)) == canonical(url) == canonical(without_tracking(url))
