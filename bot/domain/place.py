"""Where a reader may be, as far as their clock is concerned."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """`country`: its ISO 3166 code; empty for a zone that was named itself."""

    name: str
    country: str
    zone: str


@dataclass(frozen=True, slots=True)
class Found:
    """`place` is what was surely meant; else `choices` may be, the likeliest first: one of several cities of that
    name, where it is `exact`, or those whose names are like it."""

    place: Place | None = None
    choices: tuple[Place, ...] = ()
    exact: bool = False
