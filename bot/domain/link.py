"""The address of an article: where it is, and what only tells where its reader came from."""

import re
from urllib.parse import parse_qs, unquote, urlsplit

from yarl import URL

from bot.domain.article import is_web_url

#: Parameters that only count readers, whatever they say. Gathered from the addresses of news feeds and the lists of
#: browsers that take them out.
_TRACKING = re.compile(
    r"""(?:utm|mtm|matomo|piwik|pk|hsa|ns|guce|vero|oly|soc|sc)_\w+
    | at_(?:medium|campaign|custom|link|format|ptr|bbc|objective|network|type|variation|creation|emailtype|send)\w*
    | (?:fb|g|dc|msclk|y|ys|tw|tt|ms|rb_)cl(?:id|ickid|kid) | gbraid | wbraid | msclkid | igshid? | zanpid
    | mc_[ce]id | mkt_tok | _hs(?:enc|mi) | hsctatracking | wt[._]?z?mc(?:_id)? | wt\.tsrc | maca | xtor | xtref
    | cmp(?:id)? | intcmp | i?cid_rss | ocid | ncid | s_cid | s_kwcid | mbid | ftag | emc | smid | smtyp | ito | taid
    | guccounter | ref_(?:src|url) | __twitter_impression | echobox | traffic_source | spm | trk | trkcampaign
    | dm_i | wickedid | feed(?:type|name) | rss_?(?:id|feed)? | _r | partner | xmt""",
    re.I | re.X,
)
#: Parameters that count readers when they say something like this; else they may choose the page.
_MAYBE_TRACKING = re.compile(
    r"(?:source|src|ref|refer|referr?er|from|feature|mod|origin|via|tag|channel|publisher|medium|c?id|r)", re.I
)
_WHERE_FROM = re.compile(
    r"(?:.*[-_.:+])?(?:rss|feeds?|atom|newsletter|newsstand|twitter|facebook)(?:[-_.:+\d].*)?", re.I
)

#: Addresses that only lead on to the one in a parameter: the host but for `www.`, how its path begins, the parameter.
_LEADING_ON = (
    (re.compile(r"google\.[a-z.]{2,6}"), "/url", ("url", "q")),
    (re.compile(r"youtube\.com"), "/redirect", ("q",)),
    (re.compile(r"(?:lm?\.)?(?:facebook|instagram)\.com"), "/l.php", ("u",)),
    (re.compile(r"l\.instagram\.com"), "/", ("u",)),
    (re.compile(r"bing\.com"), "/news/apiclick.aspx", ("url",)),
    (re.compile(r"out\.reddit\.com"), "/", ("url",)),
    (re.compile(r"t\.umblr\.com"), "/redirect", ("z",)),
    (re.compile(r"away\.vk\.com|vk\.com"), "/away.php", ("to",)),
    (re.compile(r"go\.redirectingat\.com|slack-redir\.net|disq\.us|exit\.sc"), "/", ("url",)),
)
_MAY_LEAD_ON = re.compile(
    r"https?://[^/]*(?:google|youtube|facebook|instagram|bing|reddit|umblr|vk|redirectingat|slack-redir|disq|exit)\.",
    re.I,
)
_WWW = re.compile(r"\A(?:www\.)+")
_LOGIN = re.compile(r"\A([a-z][a-z0-9+.-]*://)[^/?#]*@", re.I)
_SECRET = re.compile(
    r"((?<=[?&;#])(?:[^=&;#?]*(?:token|secret|key|auth|passw|pwd|credential|signature|session)[^=&;#?]*"
    r"|pass|sig|sid|hash)=)[^&;#]+",
    re.I,
)
#: Of an address that leads on.
_MOST_PARAMETERS = 100


def without_tracking(url: str) -> str:
    """The address that readers get: where it leads in the end, as far as it says so itself, without what only counts
    them. All else stays as it was written."""
    bare = _uncounted(url)
    while onward := _onward(bare):  # each stood in the one before, so that there is an end
        bare = _uncounted(onward)
    return bare


def _uncounted(url: str) -> str:
    """Without what only counts readers."""
    bare, _, fragment = url.partition("#")
    address, _, query = bare.partition("?")
    if query := "&".join(part for part in query.split("&") if part and not _counts(part)):
        address += "?" + query
    if fragment and not all(_counts(part) for part in fragment.split("&")):
        address += "#" + fragment
    return address


def without_login(url: str) -> str:
    """Without the name and password of whoever may fetch it, which are for nobody else to see."""
    return _LOGIN.sub(r"\1", url, count=1)


def without_secrets(url: str) -> str:
    """As it may be shown: without its login, and without the values of parameters that let in whoever knows them."""
    return _SECRET.sub(r"\1…", without_login(url))


def canonical(url: str) -> str:
    """What two addresses of one article have in common: without its scheme's kind, `www.`, the usual port, fragment,
    tracking parameters and a slash at the end. For comparing only: it need not lead anywhere."""
    url = without_tracking(url.strip())
    try:
        parsed = URL(url)
        # yarl leaves the case of a host that breaks the rules for names, and yet lowers it the next time.
        host, port = _WWW.sub("", (parsed.raw_host or "").lower()), parsed.explicit_port
    except ValueError:
        return url
    if parsed.scheme not in {"http", "https"} or not host:
        return url
    address = f"https://{host}" + ("" if port in {None, 80, 443} else f":{port}") + parsed.raw_path.rstrip("/")
    if parsed.raw_query_string:
        address += "?" + parsed.raw_query_string
    return address + ("#" + parsed.raw_fragment if parsed.raw_fragment.startswith("!") else "")


def _counts(part: str) -> bool:
    name, _, value = part.partition("=")
    if "%" in part:  # the same is meant, however it is written
        name, value = unquote(name), unquote(value)
    name = name.removeprefix("amp;")
    if _TRACKING.fullmatch(name):
        return True
    return bool(value and _MAYBE_TRACKING.fullmatch(name) and _WHERE_FROM.fullmatch(value))


def _is_good(url: str) -> bool:
    """Nothing that a reader of addresses would have to guess at."""
    return url.startswith(("http://", "https://")) and url.isprintable() and is_web_url(url)


def _onward(url: str) -> str | None:
    if not _MAY_LEAD_ON.match(url):
        return None
    try:
        parts = urlsplit(url)
        host = _WWW.sub("", parts.hostname or "")
    except ValueError:
        return None
    for hosts, path, names in _LEADING_ON:
        if not (hosts.fullmatch(host) and parts.path.startswith(path)):
            continue
        values = parse_qs(parts.query) if parts.query.count("&") < _MOST_PARAMETERS else {}
        onward = (values.get(name, [""])[0].strip().replace(" ", "%20") for name in names)
        return next(filter(_is_good, onward), None)
    return None
