"""The command line: `newsbot demo · run · import · export · doctor · capacity`."""

import asyncio
import os
import shutil
import sys
import webbrowser
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO

import click
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from bot.bootstrap import Stores, open_stores
from bot.capacity import DoesNotFit
from bot.demo import run_demo
from bot.doctor import examine
from bot.forecast import Question, draw, forecast, refuse, tell
from bot.runner import CannotRun, Part, begin, run
from bot.storage.connection import StoreError
from bot.storage.server import ServerError
from bot.transfer import Report, Transfer
from config import logs
from config.settings import LogFormat, Settings, describe

_SHOWN_PROBLEMS = 50
_RATE = click.FloatRange(0, 1000, min_open=True)
_SOME = click.FloatRange(0, 24, min_open=True)
_PERCENT = click.FloatRange(0, 100, min_open=True)
_MINUTES = click.IntRange(1, 720)
_PORT = click.IntRange(0, 65535)


class _SettingsHelp(click.Group):
    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Settings (environment or .env; name, default, meaning)"):
            formatter.write_dl([(name, f"[{default}] {meaning}") for name, default, meaning in describe()])


@click.group(cls=_SettingsHelp)
@click.version_option(package_name="newsbot")
def main() -> None:
    """A news-digest service that lives in Telegram."""


@main.command("run")
@click.option("--only", metavar="PART,…", help=f"run only these parts: {', '.join(Part)}")
def run_command(only: str | None) -> None:
    """Run the bot on Telegram."""
    settings = _settings()
    _execute(run(settings, _parts(only)))


@main.command("demo")
@click.option(
    "--port", type=_PORT, default=8081, show_default=True, help="port of the chat page; any free one if it is taken"
)
@click.option("--browser/--no-browser", default=True, help="open the chat page in the browser")
def demo_command(port: int, browser: bool) -> None:
    """Try the whole bot here: no token, no network, no server to install."""

    def tell(url: str) -> None:
        click.echo(f"\n  The chat page is at {url}\n  Press Ctrl-C to stop.\n")
        if browser and _has_display():
            webbrowser.open(url)

    _execute(run_demo(_settings(), port, tell))


@main.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def import_command(files: tuple[Path, ...]) -> None:
    """Store articles (.txt, .md, .jsonl), categories and subscriptions (.jsonl), feeds (.opml, .jsonl).

    Imported articles can be read and asked about at once; they are sent to nobody.
    """
    report = Report()
    _execute(_import(_settings(), files, report))
    for problem in report.problems[:_SHOWN_PROBLEMS]:
        click.echo(problem, err=True)
    if len(report.problems) > _SHOWN_PROBLEMS:
        click.echo(f"… and {len(report.problems) - _SHOWN_PROBLEMS} more problems", err=True)
    taken = ", ".join(f"{count} {what}" for what, count in report.taken.most_common()) or "nothing"
    click.echo(f"Taken: {taken}. Problems: {len(report.problems)}.", err=True)
    sys.exit(1 if report.problems else 0)


@main.command("export")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="a file, in place of standard output")
def export_command(output: Path | None) -> None:
    """Write everything as JSON Lines that `import` takes back."""
    _execute(_export(_settings(), output))


@main.command("doctor")
def doctor_command() -> None:
    """Check settings, store, token, clock and web port."""
    good = _execute(_doctor(_settings()))
    sys.exit(0 if good else 1)


@main.command("capacity")
@click.option("--subscribers", type=click.IntRange(1), required=True, help="how many there are, or may be")
@click.option(
    "--rate", type=_RATE, default=30.0, show_default=True, help="messages a second; paid broadcasts above 30"
)
@click.option("--digests", type=_SOME, default=1.0, show_default=True, help="digests a day for each subscriber")
@click.option("--busiest", type=_PERCENT, default=100 / 3, show_default="a third", help="% of them who want 08:00")
@click.option(
    "--smear", type=_MINUTES, multiple=True, default=(15, 60, 180), show_default=True, help="minutes to compare with"
)
@click.option("--svg", type=click.Path(path_type=Path, dir_okay=False), help="a file to draw the chart into")
def capacity_command(
    subscribers: int, rate: float, digests: float, busiest: float, smear: tuple[int, ...], svg: Path | None
) -> None:
    """Tell when the digests of a day would come, and what they would cost.

    Pure arithmetic: it needs no token and no store. A share of all subscribers, in one time zone, wants its digest at
    08:00; the others at other hours and in other zones. --smear (again for more) spreads each slot over the minutes
    before it, to compare. The exit code is 1 where a day has too few seconds.
    """
    question = Question(subscribers, rate, digests, busiest / 100, tuple(sorted(set(smear))))
    try:
        found = forecast(question)
    except DoesNotFit:
        click.echo(refuse(question))
        sys.exit(1)
    except ValueError as error:
        raise click.UsageError(f"--digests, --busiest: {error}") from error
    for words in tell(found):
        click.echo(words)
    if svg:
        try:
            svg.write_text(draw(found), "utf-8")
        except OSError as error:
            click.echo(f"newsbot: {error}", err=True)
            sys.exit(1)


async def _import(settings: Settings, files: tuple[Path, ...], report: Report) -> None:
    total = sum(path.stat().st_size for path in files if path.is_file())
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    async with open_stores(settings) as stores:
        await begin(stores)
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("importing", total=total)
            for path in files:
                progress.update(task, description=path.name)
                await _transfer(stores).take(path, report, lambda done: progress.advance(task, done))


async def _export(settings: Settings, output: Path | None) -> None:
    async with open_stores(settings) as stores:
        with _replacing(output) if output else nullcontext(sys.stdout.buffer) as target:
            async for line in _transfer(stores).export():
                target.write(line)
            target.flush()


@contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    """What lies there is replaced only by a whole one: an export that fails must not cost the last that did not.
    What is no file, such as a pipe, is written to as it is."""
    if path.exists() and not path.is_file():
        with path.open("wb") as target:
            yield target
        return
    path = path.resolve()
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as target:
            if path.exists():
                shutil.copymode(path, part)
            yield target
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


async def _doctor(settings: Settings) -> bool:
    good = True
    async for finding in examine(settings):
        click.echo(f"{'ok ' if finding.good else 'BAD'}  {finding.what}: {finding.words}")
        good = good and finding.good
    return good


def _transfer(stores: Stores) -> Transfer:
    return Transfer(
        stores.articles,
        stores.stories,
        stores.categories,
        stores.feeds,
        stores.subscriptions,
        stores.saved,
        stores.clock,
    )


def _settings() -> Settings:
    try:
        settings = Settings()
    except UnicodeDecodeError:
        click.echo("newsbot: .env is not in UTF-8: save it as plain text in UTF-8.", err=True)
        sys.exit(1)
    except ValidationError as error:
        for problem in error.errors():
            name = "_".join(["NEWSBOT", *(str(part).upper() for part in problem["loc"][:1])])
            words = problem["msg"].removeprefix("Value error, ")
            click.echo(f"{name if problem['loc'] else 'settings'}: {words}", err=True)
        sys.exit(1)
    secrets = [settings.token.get_secret_value() if settings.token else "", settings.redis_password]
    logs.set_up(sys.stderr, json=settings.log_format is LogFormat.JSON, secrets=secrets)
    return settings


def _parts(only: str | None) -> frozenset[Part]:
    if only is None:
        return frozenset(Part)
    names = [name.strip() for name in only.split(",") if name.strip()]
    unknown = [name for name in names if name not in list(Part)]
    if unknown or not names:
        raise click.BadParameter(f"{', '.join(unknown) or only!r} is no part; parts are {', '.join(Part)}")
    return frozenset(Part(name) for name in names)


def _execute(work: Coroutine[Any, Any, Any]) -> Any:
    """What stops the work is told in a sentence, with exit code 1."""
    try:
        return asyncio.run(work)
    except* (CannotRun, ServerError, *StoreError, OSError) as errors:
        for error in errors.exceptions:
            click.echo(f"newsbot: {error}", err=True)
        sys.exit(1)
    except* KeyboardInterrupt:
        sys.exit(130)


def _has_display() -> bool:
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    main()
