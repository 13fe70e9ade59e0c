"""Which time zone is meant: by its own name, by a city, or by a place on the map.

Cities are looked up in the file each time, some 50 ms in a thread: few readers ask, once, and a table of their
360,000 names would stay in memory for nothing.
"""

import asyncio
import gzip
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import resources
from zoneinfo import available_timezones

import tzfpy
from babel.core import Locale
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.domain.place import Found, Place
from bot.places.names import folded

#: A city so many times as large as its namesakes is meant: London, Ontario has a twenty-first of London's people.
_OUTWEIGHS = 15
#: A city that is only also called so counts as if it had a part of its people.
_NAMED_OTHERWISE = 0.03
_CHOICES = 6
_NAMES_LIKE_IT = 40
#: Bytes of the file: slips are forgiven in the names of its first five thousand cities, of 120,000 people or more.
_LARGEST = 1_500_000
_SHORT = 5
_LONGEST = 60
_FIXED = ("UTC", "GMT")
#: In which countries' names are understood.
_LANGUAGES = ("en", "de", "es", "ru", "ar")
#: What people call countries besides, and parts of one, folded; by ISO 3166 code.
_ALSO_CALLED = {
    "AE": {"uae", "emirates"},
    "CI": {"ivory coast"},
    "CZ": {"czech republic"},
    "GB": {"uk", "u k", "gb", "great britain", "britain", "england", "scotland", "wales", "northern ireland"},
    "KR": {"korea"},
    "MK": {"macedonia"},
    "MM": {"burma"},
    "NL": {"holland"},
    "PS": {"palestine"},
    "SZ": {"swaziland"},
    "TR": {"turkey"},
    "US": {"usa", "us", "u s", "u s a", "america"},
}
#: Clocks that go by letters, and whose those may be. Summer's are the same: “EST” is said all year.
_LETTERS = {
    "est edt": ("America/New_York",),
    "cst": ("America/Chicago", "Asia/Shanghai"),
    "cdt": ("America/Chicago",),
    "mst mdt": ("America/Denver",),
    "pst pdt": ("America/Los_Angeles",),
    "bst": ("Europe/London",),
    "cet cest": ("Europe/Berlin",),
    "eet eest": ("Europe/Athens",),
    "msk": ("Europe/Moscow",),
    "ist": ("Asia/Kolkata", "Asia/Jerusalem", "Europe/Dublin"),
    "jst": ("Asia/Tokyo",),
    "aest aedt": ("Australia/Sydney",),
}
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+\-−–])\s*(\d{1,2})(?::?00)?", re.IGNORECASE)
_MOST_AHEAD, _MOST_BEHIND = 14, 12


@dataclass(frozen=True, slots=True)
class _City:
    place: Place
    weight: float


class Atlas:
    async def find(self, words: str) -> Found:
        """By the IANA name of a zone or the name of a city, in most languages, however it is written; by that of a
        country, in some."""
        return await asyncio.to_thread(self._find, words[:_LONGEST])

    async def zone_at(self, latitude: float, longitude: float) -> str | None:
        """None for no place on Earth; at sea it is the zone of that longitude."""
        name = await asyncio.to_thread(tzfpy.get_tz, longitude, latitude)
        return name if name in self._zones.values() else None

    @cached_property
    def _zones(self) -> dict[str, str]:
        """Zones by their names in lower case: unlike cities' names, they differ by signs (Etc/GMT+3)."""
        return {name.casefold(): name for name in available_timezones() if "/" in name or name in _FIXED}

    def _find(self, words: str) -> Found:
        if zone := _fixed(words) or self._zones.get("_".join(words.split()).casefold()):
            return Found(Place(words_of(zone), "", zone))
        wanted, rows = folded(words), _rows()
        if lettered := _by_letters(wanted):
            return lettered
        found = _decided(called) if (called := self._called(wanted, rows)) else None
        if country := self._country(wanted, rows, found.place if found else None):
            return country
        return found or Found(choices=self._nearest(wanted, rows))

    def _country(self, wanted: str, rows: bytes, city: Place | None) -> Found | None:
        """By the cities of the country of that name, which is meant rather than a city elsewhere: a town in Serbia is
        called India, too."""
        code = next((code for code, names in _countries().items() if wanted in names), None)
        if code is None or (city and city.country in ("", code)):
            return None
        cities = [_city(row, "") for row in rows.decode().splitlines() if row.split("\t")[1:2] == [code]]
        known = [city for city in cities if city.place.zone in self._zones.values()]
        return replace(_decided(known), exact=False) if known else None

    def _called(self, wanted: str, rows: bytes) -> list[_City]:
        """The cities of exactly that name, else the zones named after it."""
        name = f"|{wanted}|".encode()
        position, found = rows.find(name), list[_City]()
        while position >= 0:
            end = rows.find(b"\n", position)
            city = _city(rows[rows.rfind(b"\n", 0, position) + 1 : end if end > 0 else None].decode(), wanted)
            if city.place.zone in self._zones.values():
                found.append(city)
            position = rows.find(name, end) if end > 0 else -1
        zones = (zone for zone in self._zones.values() if folded(words_of(zone)) == wanted)
        return found or [_City(Place(words_of(zone), "", zone), 1) for zone in zones]

    def _nearest(self, wanted: str, rows: bytes) -> tuple[Place, ...]:
        """Those whose name differs by a slip or two: the fewest first, then the largest."""
        length, slips = len(wanted), 1 if len(wanted) <= _SHORT else 2
        if length <= slips + 1:
            return ()
        largest = rows[:_LARGEST].decode(errors="ignore")
        names = set(re.findall(rf"(?<=\|)[^|\n]{{{length - slips},{length + slips}}}(?=\|)", largest))
        like = process.extract(wanted, names, scorer=OSA.distance, score_cutoff=slips, limit=_NAMES_LIKE_IT)
        found = [(distance, -c.weight, c.place) for name, distance, _ in like for c in self._called(name, rows)]
        return tuple(_apart(place for *_, place in sorted(found, key=lambda item: item[:2])))


def _fixed(words: str) -> str | None:
    """The zone that is always so many hours ahead of UTC, or behind it; named with the other sign. There is none for
    parts of an hour: https://en.wikipedia.org/wiki/Tz_database#Area"""
    match = _OFFSET.fullmatch(words.strip())
    if match is None or int(match[2]) > (_MOST_AHEAD if match[1] == "+" else _MOST_BEHIND):
        return None
    hours = int(match[2])
    return f"Etc/GMT{'-' if match[1] == '+' else '+'}{hours}" if hours else _FIXED[0]


def _by_letters(wanted: str) -> Found | None:
    zones = next((zones for letters, zones in _LETTERS.items() if wanted in letters.split()), ())
    places = tuple(Place(words_of(zone), "", zone) for zone in zones)
    if len(places) == 1:
        return Found(places[0])
    return Found(choices=places, exact=True) if places else None


def _city(row: str, wanted: str) -> _City:
    name, country, zone, people, _ = row.split("\t")
    return _City(Place(name, country, zone), int(people) * (1 if folded(name) == wanted else _NAMED_OTHERWISE))


def words_of(zone: str) -> str:
    """`Buenos Aires` for America/Argentina/Buenos_Aires."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def _decided(cities: Iterable[_City]) -> Found:
    largest = sorted(cities, key=lambda city: -city.weight)
    first = largest[0]
    rival = next((city.weight for city in largest if city.place.zone != first.place.zone), 0.0)
    if first.weight >= rival * _OUTWEIGHS:
        return Found(first.place)
    return Found(choices=tuple(_apart(city.place for city in largest)), exact=True)


def _apart(places: Iterable[Place]) -> list[Place]:
    """One for each zone."""
    by_zone: dict[str, Place] = {}
    for place in places:
        by_zone.setdefault(place.zone, place)
    return list(by_zone.values())[:_CHOICES]


def _countries() -> dict[str, set[str]]:
    """Their names in some languages, by their ISO 3166 codes."""
    names = {code: set(also) for code, also in _ALSO_CALLED.items()}
    for language in _LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            names.setdefault(code, set()).add(folded(name))
    return names


def _rows() -> bytes:
    """See gather.py; the largest cities come first."""
    return gzip.decompress(resources.files("bot.places").joinpath("cities.txt.gz").read_bytes())
