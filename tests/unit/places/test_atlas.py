"""What people call where they live, against the file of cities as it is shipped."""

import gzip
from importlib import resources
from zoneinfo import available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.places.atlas import Atlas
from bot.places.names import folded

ATLAS = Atlas()


@pytest.mark.parametrize(
    ("words", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("America/Argentina/Buenos Aires", "America/Argentina/Buenos_Aires"),
        ("utc", "UTC"),
        ("UTC+2", "Etc/GMT-2"),
        ("gmt -03:00", "Etc/GMT+3"),
        ("utc−11", "Etc/GMT+11"),
        ("+14", "Etc/GMT-14"),
        ("UTC+0", "UTC"),
        ("etc/gmt-3", "Etc/GMT-3"),
        ("Etc/GMT+3", "Etc/GMT+3"),
        ("Berlin", "Europe/Berlin"),
        ("München", "Europe/Berlin"),
        ("munchen", "Europe/Berlin"),
        ("Muenchen", "Europe/Berlin"),
        ("Munich", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("São Paulo", "America/Sao_Paulo"),
        ("SAO PAULO", "America/Sao_Paulo"),
        ("Москва", "Europe/Moscow"),
        ("القاهرة", "Africa/Cairo"),
        ("東京", "Asia/Tokyo"),
        ("Kiev", "Europe/Kyiv"),
        ("London", "Europe/London"),
        ("Paris", "Europe/Paris"),
        ("Rome", "Europe/Rome"),
        ("India", "Asia/Kolkata"),  # not Inđija in Serbia
        ("Egypt", "Africa/Cairo"),
        ("Turkey", "Europe/Istanbul"),
        ("England", "Europe/London"),
        ("U.K.", "Europe/London"),
        ("Holland", "Europe/Amsterdam"),  # not that of Michigan
        ("EST", "America/New_York"),
        ("pdt", "America/Los_Angeles"),
        ("msk", "Europe/Moscow"),
        ("Irland", "Europe/Dublin"),
        ("Chile", "America/Santiago"),
        ("Германия", "Europe/Berlin"),
        ("مصر", "Africa/Cairo"),
        ("Singapore", "Asia/Singapore"),
        ("Jersey", "Europe/Jersey"),
        ("Danmarkshavn", "America/Danmarkshavn"),  # no city, but a zone is named after it
    ],
)
async def test_what_is_surely_meant(words: str, zone: str) -> None:
    found = await ATLAS.find(words)
    assert found.place and found.place.zone == zone


@pytest.mark.parametrize(
    ("country", "zone"), [("Spanien", "Europe/Madrid"), ("Canada", "America/Vancouver"), ("Россия", "Europe/Moscow")]
)
async def test_a_country_with_several_zones_is_asked_about_by_its_largest_cities(country: str, zone: str) -> None:
    found = await ATLAS.find(country)
    assert found.place is None and not found.exact
    assert zone in [place.zone for place in found.choices]


@pytest.mark.parametrize(
    ("words", "zones"),
    [
        ("Portland", ["America/Los_Angeles", "America/New_York"]),
        ("San José", ["America/Los_Angeles", "America/Costa_Rica"]),
        ("Birmingham", ["Europe/London", "America/Chicago"]),
        ("Hyderabad", ["Asia/Kolkata", "Asia/Karachi"]),
    ],
)
async def test_several_places_of_one_name(words: str, zones: list[str]) -> None:
    found = await ATLAS.find(words)
    assert found.place is None and found.exact
    assert [place.zone for place in found.choices][:2] == zones


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Müncehn", "Munich"),
        ("Lodnon", "London"),
        ("new yrok", "New York City"),
        ("berln", "Berlin"),
        ("Мсква", "Moscow"),
    ],
)
async def test_small_mistakes(words: str, name: str) -> None:
    found = await ATLAS.find(words)
    assert found.place is None and not found.exact
    assert found.choices[0].name == name


@pytest.mark.parametrize("words", ["", " ", "x", "zzzzzz", "|", "\n", "\0", "berlin\tDE", "Qwertzuiop", "a" * 5000])
async def test_what_is_no_place(words: str) -> None:
    assert (await ATLAS.find(words)).place is None


@settings(max_examples=20)
@given(st.text(max_size=80))
async def test_anything_may_be_asked(words: str) -> None:
    found = await ATLAS.find(words)
    assert {place.zone for place in found.choices} <= available_timezones()


@pytest.mark.parametrize(
    ("latitude", "longitude", "zone"),
    [
        (52.52, 13.405, "Europe/Berlin"),
        (27.717, 85.324, "Asia/Kathmandu"),
        (-31.55, 159.08, "Australia/Lord_Howe"),
        (0.0, -160.0, "Etc/GMT+11"),
        (200.0, 0.0, None),
        (float("nan"), 0.0, None),
    ],
)
async def test_where_a_location_is(latitude: float, longitude: float, zone: str | None) -> None:
    assert await ATLAS.zone_at(latitude, longitude) == zone


def test_the_file_of_cities_is_whole() -> None:
    rows = gzip.decompress(resources.files("bot.places").joinpath("cities.txt.gz").read_bytes()).decode().split("\n")
    assert len(rows) > 30_000
    people = []
    for row in rows:
        name, country, zone, number, names = row.split("\t")
        assert name and len(country) == 2 and zone
        assert names.startswith("|") and names.endswith("|")
        people.append(int(number))
    assert people == sorted(people, reverse=True)
    zones = {row.split("\t")[2] for row in rows}
    assert len(zones & available_timezones()) > 300


@given(st.text())
def test_folding_twice_is_folding_once(name: str) -> None:
    assert folded(folded(name)) == folded(name)


@pytest.mark.parametrize(
    ("words", "zones"),
    [("USA", {"America/New_York", "America/Los_Angeles"}), ("IST", {"Asia/Kolkata", "Asia/Jerusalem"})],
)
async def test_a_country_or_letters_of_several_clocks_offer_them(words: str, zones: set[str]) -> None:
    found = await Atlas().find(words)
    assert found.place is None and zones <= {place.zone for place in found.choices}
