"""How the process logs: for people on a console, or as JSON, one object a line. No secret gets in."""

import logging
import re
from collections.abc import Sequence
from typing import TextIO

import structlog
from structlog.typing import Processor

#: What a bot token looks like, in an address or alone: https://core.telegram.org/bots/api#authorizing-your-bot
_TOKEN = re.compile(r"\d{3,}:[A-Za-z0-9_-]{20,}")
#: A name and a password in an address, as some feeds and stores need them.
_LOGIN = re.compile(r"(?<=://)[^\s/?#\"']+@")
#: Parameters of addresses that let in whoever knows them, as of a feed for its subscribers: those that
#: `bot.domain.link` shows to nobody.
_PARAMETER = re.compile(
    r"((?<=[?&;#])(?:[^\s=&;#\"'?]*(?:token|secret|key|auth|passw|pwd|credential|signature|session)[^\s=&;#\"'?]*"
    r"|pass|sig|sid|hash)=)[^\s&;#\"'\\]+",
    re.I,
)
_HIDDEN = "<hidden>"
#: These log each request at INFO.
_TALKATIVE = ("aiohttp.access", "telegram.ext", "asyncio")


class _Redacting(structlog.stdlib.ProcessorFormatter):
    """Goes over the finished line, so that tracebacks and the words of libraries are covered too."""

    def __init__(self, secrets: Sequence[str], renderer: Processor) -> None:
        super().__init__(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
            foreign_pre_chain=_PRE_CHAIN,
        )
        self._secrets = [secret for secret in secrets if secret]

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        for secret in self._secrets:
            line = line.replace(secret, _HIDDEN)
        line = _PARAMETER.sub(rf"\1{_HIDDEN}", _TOKEN.sub(_HIDDEN, line))
        return _LOGIN.sub(_HIDDEN + "@", line)


_PRE_CHAIN: list[Processor] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.PositionalArgumentsFormatter(),
]


def set_up(stream: TextIO, *, json: bool, secrets: Sequence[str] = (), level: int = logging.INFO) -> None:
    if json:
        renderer: Processor = structlog.processors.JSONRenderer()
    else:
        # Without the values of variables, which rich tracebacks show: they hold what people wrote.
        renderer = structlog.dev.ConsoleRenderer(
            colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    handler = logging.StreamHandler(stream)
    formatter = _Redacting(secrets, renderer)
    if json:
        formatter.foreign_pre_chain = [*_PRE_CHAIN, structlog.processors.format_exc_info]
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
