"""What an answer means that is none."""

import errno
import ssl
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from socket import EAI_AGAIN, EAI_NONAME, gaierror

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.feed import Failure, Fault
from bot.ingest.refusals import LONGEST_PAUSE, failure, refusal, retry_after

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (401, Fault.BLOCKED),
        (403, Fault.BLOCKED),
        (404, Fault.STATUS),
        (410, Fault.GONE),
        (429, Fault.BUSY),
        (500, Fault.STATUS),
        (503, Fault.BUSY),
        (304, Fault.STATUS),
        (302, Fault.STATUS),
        (999, Fault.STATUS),
    ],
)
def test_a_status_that_is_no_success_is_a_failure(status: int, fault: Fault) -> None:
    assert refusal(status, {}, NOW) == Failure(fault=fault, detail=str(status))


@pytest.mark.parametrize("status", [200, 203, 226])
def test_a_success_is_none(status: int) -> None:
    assert refusal(status, {}, NOW) is None


def test_a_challenge_asks_for_a_human_whatever_its_status() -> None:
    for status in (200, 403, 503):
        refused = refusal(status, {"cf-mitigated": "challenge", "Retry-After": "5"}, NOW)
        assert refused == Failure(fault=Fault.BLOCKED, detail="challenge")


def test_only_a_busy_server_says_how_long_to_wait() -> None:
    for status, wait in ((429, 120), (503, 120), (500, None), (403, None)):
        refused = refusal(status, {"Retry-After": "120"}, NOW)
        assert refused is not None
        assert refused.retry_after == wait


@given(st.integers(0, int(LONGEST_PAUSE)))
def test_seconds_and_dates_say_the_same(seconds: int) -> None:
    until = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert retry_after(str(seconds), NOW) == retry_after(until, NOW) == seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("", None),
        ("soon", None),
        ("-5", None),
        ("²", None),
        ("1.5", None),
        ("inf", None),
        ("Sun, 32 Jun 2025 12:00:00 GMT", None),
        ("Sun, 01 Jun 99999 12:00:00 GMT", None),
        (" 60 ", 60),
        ("9" * 5000, LONGEST_PAUSE),
        ("Sun, 01 Jun 2025 12:01:00 -0000", 60),
        ("Sun, 01 Jun 2025 11:00:00 GMT", 0),
        ("Sun, 01 Jun 2026 12:00:00 GMT", LONGEST_PAUSE),
    ],
)
def test_a_wait_is_read_or_passed_over(value: str, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


@given(st.text())
def test_any_wait_is_one_that_can_be_kept(value: str) -> None:
    seconds = retry_after(value, NOW)
    assert seconds is None or 0 <= seconds <= LONGEST_PAUSE


KEY = aiohttp.client_reqrep.ConnectionKey("example.org", 443, True, True, None, None, None)


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (aiohttp.ClientConnectorDNSError(KEY, gaierror(EAI_NONAME, "unknown")), Fault.NO_ADDRESS),
        (aiohttp.ClientConnectorDNSError(KEY, gaierror(EAI_AGAIN, "no name server")), Fault.NO_CONNECTION),
        (aiohttp.ClientConnectorCertificateError(KEY, ssl.SSLCertVerificationError("expired")), Fault.CERTIFICATE),
        (aiohttp.ClientConnectorSSLError(KEY, ssl.SSLError("wrong version")), Fault.NO_CONNECTION),
        (aiohttp.ClientConnectorError(KEY, OSError(errno.ECONNREFUSED, "refused")), Fault.NO_CONNECTION),
        (aiohttp.ConnectionTimeoutError("example.org"), Fault.TIMEOUT),
        (ConnectionResetError(), Fault.NO_CONNECTION),
        (UnicodeError("label too long"), Fault.NO_ADDRESS),
    ],
)
def test_what_keeps_a_connection_from_coming_about_is_told_apart(error: Exception, fault: Fault) -> None:
    assert failure(error).fault is fault
