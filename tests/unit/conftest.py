from pathlib import Path

import pytest

from bot.bootstrap import Stores, build_services
from bot.services import Services
from config.settings import Settings
from tests.unit.samples import CATEGORIES


@pytest.fixture
async def services(stores: Stores, tmp_path: Path) -> Services:
    """All that a front door may call, over a store with three categories."""
    for category in CATEGORIES:
        await stores.categories.add(category)
    return build_services(
        stores,
        Settings.model_validate({"timezone": "Europe/Berlin", "data_dir": tmp_path, "answers_by_meaning": False}),
        "newsbot",
    )
