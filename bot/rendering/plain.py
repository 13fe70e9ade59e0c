"""A message's markup as plain words, for where its markup is not taken."""

from html.parser import HTMLParser

from bot.rendering.markup import LONGEST_TEXT, cut, units


def plain(markup: str) -> str:
    """What it says, within Telegram's limit; addresses that stood behind words follow these in brackets, as far as
    there is room."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    room = LONGEST_TEXT - sum(units(text) for text, is_address in reader.parts if not is_address)
    told: list[str] = []
    for text, is_address in reader.parts:
        if is_address:
            if units(text) > room:
                continue
            room -= units(text)
        told.append(text)
    return cut("".join(told), LONGEST_TEXT)


class _Reader(HTMLParser):
    """`parts`: texts, and whether each is the address of the link before it."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[tuple[str, bool]] = []
        self._addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._addresses.append(dict(attrs).get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._addresses and (address := self._addresses.pop()):
            self.parts.append((f" ({address})", True))

    def handle_data(self, data: str) -> None:
        self.parts.append((data, False))
