"""What a server's answer, or that none comes, means for a fetch."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from socket import EAI_AGAIN

import aiohttp
from yarl import URL

from bot.domain.feed import Failure, Fault
from bot.ingest.addresses import RefusedAddress
from bot.ingest.decoding import BadEncoding, TooLarge

#: Seconds: the longest that a server may ask to be left alone.
LONGEST_PAUSE = 24 * 3600.0

_OF_STATUS = {401: Fault.BLOCKED, 403: Fault.BLOCKED, 410: Fault.GONE, 429: Fault.BUSY, 503: Fault.BUSY}


def refusal(status: int, headers: Mapping[str, str], now: datetime) -> Failure | None:
    """None for a good answer."""
    if headers.get("cf-mitigated") == "challenge":  # https://developers.cloudflare.com/cloudflare-challenges
        return Failure(fault=Fault.BLOCKED, detail="challenge")
    if 200 <= status < 300:
        return None
    fault = _OF_STATUS.get(status, Fault.STATUS)
    wait = retry_after(headers.get("Retry-After", ""), now) if fault is Fault.BUSY else None
    return Failure(fault=fault, detail=str(status), retry_after=wait)


def of_url(url: URL) -> Failure | None:
    """Whether there is no asking there at all; private addresses are found out when it comes to a connection."""
    if url.scheme not in ("http", "https"):
        return Failure(fault=Fault.REFUSED_ADDRESS, detail=url.scheme)
    return None if url.host else Failure(fault=Fault.NO_ADDRESS)


def retry_after(value: str, now: datetime) -> float | None:
    """Seconds (RFC 9110, 10.2.3: so many, or until a date); None if it says nothing of use."""
    try:
        if value.strip().isdecimal():
            seconds = float(value)
        else:
            until = parsedate_to_datetime(value)
            seconds = (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.0), LONGEST_PAUSE)


def failure(error: Exception) -> Failure:
    """What came of a try that ended with this exception."""
    return Failure(fault=_fault(error), detail=type(error).__name__)


def _fault(error: Exception) -> Fault:
    match error:
        case TooLarge():
            return Fault.TOO_LARGE
        case TimeoutError():
            return Fault.TIMEOUT
        case aiohttp.ClientConnectorCertificateError():
            return Fault.CERTIFICATE
        case aiohttp.ClientConnectorDNSError(os_error=cause) if cause.errno != EAI_AGAIN:
            return Fault.NO_ADDRESS
        case aiohttp.ClientConnectorError(os_error=RefusedAddress()):
            return Fault.REFUSED_ADDRESS
        case BadEncoding() | aiohttp.ClientPayloadError() | aiohttp.ClientResponseError():
            return Fault.BAD_ANSWER
        case aiohttp.InvalidURL() | ValueError():
            return Fault.NO_ADDRESS
        case _:
            return Fault.NO_CONNECTION
