"""The chat page's files."""

import re
from pathlib import Path

from aiohttp import web

FOLDER = Path(__file__).with_name("page")
_NAME = re.compile(r"/(page|pictures)/([A-Za-z0-9_][A-Za-z0-9_.-]*)")
HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".json": "application/json",
    ".woff2": "font/woff2",
}


def page_file(path: str, pictures: Path | None = None) -> web.StreamResponse:
    """The page itself at "/", its parts at /page/<file>, pictures at /pictures/<file>; no folders below."""
    match = _NAME.fullmatch("/page/index.html" if path == "/" else path)
    folder = {"page": FOLDER, "pictures": pictures}[match[1]] if match else None
    file = folder / match[2] if match and folder else None
    if file and file.suffix in TYPES and file.is_file():
        return web.FileResponse(file, headers={**HEADERS, "Content-Type": TYPES[file.suffix]})
    if path == "/":
        return web.Response(text="The sandbox runs; its chat page is not here.", headers=HEADERS)
    return web.Response(status=404, text="There is nothing here.", headers=HEADERS)
