"""What a new installation begins with."""

import tomllib
from importlib.resources import files

from bot.domain.category import Category


def starter_categories() -> list[Category]:
    rows = tomllib.loads((files("config") / "starter.toml").read_text("utf-8"))["category"]
    return [Category.model_validate(row) for row in rows]
