"""What a benchmark found: one JSON object a line, with its target if it has one."""

import json
import sys
from collections.abc import Iterable
from typing import Any


def row(
    what: str,
    reached: float | None = None,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    **more: Any,
) -> dict[str, Any]:
    """`met` is null for what is only reported."""
    target = {"at_least": at_least} if at_least is not None else {"at_most": at_most} if at_most is not None else {}
    met = None
    if reached is not None and target:
        met = reached >= at_least if at_least is not None else reached <= (at_most or 0)
    return {"what": what, "reached": reached, **target, "met": met, **more}


def tell(found: dict[str, Any]) -> dict[str, Any]:
    sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
    sys.stdout.flush()
    return found


def exit_code(rows: Iterable[dict[str, Any]]) -> int:
    """1 if a target was missed."""
    return int(any(row["met"] is False for row in rows))
