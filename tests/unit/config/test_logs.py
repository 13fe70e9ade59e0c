import io
import json
import logging
from collections.abc import Iterator

import pytest

from bot.domain.link import without_secrets
from config import logs

TOKEN = "123456:AAF-x_9876543210abcdefghijklmnop"


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in logs._TALKATIVE}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, old in levels.items():
        logging.getLogger(name).setLevel(old)


def written(*, json: bool, secrets: tuple[str, ...] = ()) -> io.StringIO:
    stream = io.StringIO()
    logs.set_up(stream, json=json, secrets=secrets)
    return stream


def test_json_is_one_object_a_line() -> None:
    stream = written(json=True)
    logging.getLogger("bot.x").warning("two\nlines and %s", "“words”")
    logging.getLogger("bot.y").info("more")
    first, second = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert first["event"] == "two\nlines and “words”"
    assert (first["level"], first["logger"]) == ("warning", "bot.x")
    assert first["timestamp"].endswith("Z")
    assert second["event"] == "more"


def test_a_console_line_tells_level_logger_and_words() -> None:
    stream = written(json=False)
    logging.getLogger("bot.x").error("it %s", "broke")
    assert all(part in stream.getvalue() for part in ("error", "bot.x", "it broke"))
    assert "\x1b" not in stream.getvalue()


@pytest.mark.parametrize("as_json", [True, False])
def test_no_token_gets_in_wherever_it_stands(as_json: bool) -> None:
    stream = written(json=as_json, secrets=("short-secret", ""))
    log = logging.getLogger("bot.x")
    log.info("https://api.telegram.org/bot%s/getMe", TOKEN)
    log.info("short-secret")
    log.info("%r", {"token": TOKEN})
    local_variable = TOKEN
    try:
        raise ValueError(f"no way in with {local_variable}")
    except ValueError:
        log.exception("failed with short-secret")
    text = stream.getvalue()
    assert "ValueError" in text
    assert "Traceback" in text
    assert TOKEN not in text
    assert TOKEN.split(":")[1] not in text
    assert "short-secret" not in text
    assert text.count("<hidden>") >= 5
    if as_json:
        assert len([json.loads(line) for line in text.splitlines()]) == 4


def test_talkative_libraries_are_quiet() -> None:
    stream = written(json=True)
    logging.getLogger("aiohttp.access").info("GET /")
    logging.getLogger("telegram.ext").info("polling")
    assert stream.getvalue() == ""


def test_set_up_twice_writes_once() -> None:
    written(json=True)
    stream = written(json=True)
    logging.getLogger("bot.x").info("once")
    assert len(stream.getvalue().splitlines()) == 1


@pytest.mark.parametrize("as_json", [True, False])
def test_passwords_in_addresses_are_hidden(as_json: bool) -> None:
    stream = written(json=as_json)
    try:
        raise ValueError("https://me:s3c@ret@e.example/feed?of=a@b&token=s3cret")
    except ValueError:
        logging.getLogger("bot.x").exception("no luck with %s", "redis://:s3cret@store")
    assert "s3c" not in stream.getvalue()
    assert "e.example/feed?of=a@b" in stream.getvalue()
    assert stream.getvalue().count("&token=<hidden>") == 2
    assert "store" in stream.getvalue()


@pytest.mark.parametrize("name", ["api_key", "sig", "pass", "sid", "hash"])
@pytest.mark.parametrize("before", ["?", "?of=a&", "?of=a;", "#"])
def test_parameters_that_nobody_is_shown_are_hidden(name: str, before: str) -> None:
    stream = written(json=True)
    address = f"https://e.example/feed{before}{name}=s3cret"
    assert "s3cret" not in without_secrets(address)
    logging.getLogger("bot.x").info("the feed %s has moved to %s", address, f"{address}&b=1")
    assert "s3cret" not in stream.getvalue()
    assert "&b=1" in stream.getvalue()
