from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from config.settings import LogFormat, Settings, Updates, describe
from config.starter import starter_categories


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting from outside, and a folder without `.env`."""
    for name, _, _ in describe():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def test_everything_has_a_default(tmp_path: Path) -> None:
    settings = Settings()
    assert settings.token is None
    assert settings.api_url == "https://api.telegram.org"
    assert settings.owners == ()
    assert settings.redis_url is None
    assert settings.data_folder == tmp_path / "data"
    assert settings.public_url is None
    assert settings.updates is Updates.POLLING
    assert (settings.web_host, settings.web_port) == ("127.0.0.1", 8080)
    assert (settings.timezone, settings.language) == ("UTC", "en")
    assert (settings.send_rate, settings.paid_broadcast) == (30, False)
    assert settings.log_format is LogFormat.CONSOLE


def test_the_environment_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "NEWSBOT_TOKEN": "123:abc",
        "NEWSBOT_API_URL": "http://127.0.0.1:8081/",
        "NEWSBOT_OWNERS": " 1, 22 ,,333",
        "NEWSBOT_REDIS_URL": "redis+cluster://h:1",
        "NEWSBOT_DATA_DIR": "/var/lib/newsbot",
        "NEWSBOT_PUBLIC_URL": "https://news.example/x/",
        "NEWSBOT_UPDATES": "webhook",
        "NEWSBOT_WEB_PORT": "0",
        "NEWSBOT_TIMEZONE": "Europe/Berlin",
        "NEWSBOT_SEND_RATE": "0.5",
        "NEWSBOT_PAID_BROADCAST": "true",
        "NEWSBOT_LOG_FORMAT": "json",
    }.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert settings.token == SecretStr("123:abc")
    assert settings.api_url == "http://127.0.0.1:8081"
    assert settings.owners == (1, 22, 333)
    assert settings.data_folder == Path("/var/lib/newsbot")
    assert settings.public_url == "https://news.example/x"
    assert settings.updates is Updates.WEBHOOK
    assert settings.web_port == 0
    assert settings.send_rate == 0.5
    assert settings.paid_broadcast


def test_a_file_sets_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("NEWSBOT_LANGUAGE=de\nNEWSBOT_WEB_PORT=9000\nOTHER=x\n", "utf-8")
    monkeypatch.setenv("NEWSBOT_WEB_PORT", "9001")
    settings = Settings()
    assert (settings.language, settings.web_port) == ("de", 9001)


def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, _, _ in describe():
        monkeypatch.setenv(name, "")
    assert Settings() == Settings.model_validate({})
    assert Settings().web_port == 8080


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("API_URL", "api.telegram.org"),
        ("OWNERS", "1,x"),
        ("REDIS_URL", "http://h"),
        ("PUBLIC_URL", "news.example"),
        ("UPDATES", "pigeon"),
        ("UPDATES", "webhook"),
        ("WEB_PORT", "65536"),
        ("WEB_PORT", "-1"),
        ("TIMEZONE", "Mars/Olympus"),
        ("TIMEZONE", "../etc"),
        ("TIMEZONE", "Europe"),
        ("LANGUAGE", "English"),
        ("SEND_RATE", "0"),
        ("SEND_RATE", "1001"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_what_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"NEWSBOT_{name}", value)
    with pytest.raises(ValidationError):
        Settings()


def test_settings_are_frozen_and_keep_the_token_to_themselves() -> None:
    settings = Settings(token=SecretStr("123:very-secret"))
    with pytest.raises(ValidationError):
        setattr(settings, "web_port", 1)  # noqa: B010
    assert "very-secret" not in f"{settings!r} {settings}"


def test_every_setting_is_described() -> None:
    rows = {name: (default, meaning) for name, default, meaning in describe()}
    assert len(rows) == len(Settings.model_fields)
    assert all(meaning for _, meaning in rows.values())
    assert rows["NEWSBOT_TOKEN"][0] == "none"
    assert rows["NEWSBOT_OWNERS"][0] == "none"
    assert rows["NEWSBOT_PAID_BROADCAST"][0] == "false"
    assert rows["NEWSBOT_UPDATES"][0] == "polling"


def test_a_new_installation_has_categories() -> None:
    assert [category.slug for category in starter_categories()] == [
        "policy",
        "world",
        "economy",
        "tech",
        "science",
        "sports",
    ]
