"""Files that people and the bot have sent, kept in memory."""

import itertools
import mimetypes
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

Json = dict[str, Any]
UPLOAD_LIMIT = 50 * 1024 * 1024  # bytes; https://core.telegram.org/bots/api#sending-files
DOWNLOAD_LIMIT = 20 * 1024 * 1024  # bytes; https://core.telegram.org/bots/api#getfile


@dataclass(frozen=True, slots=True)
class StoredFile:
    file_id: str
    name: str
    mime: str
    content: bytes
    path: str  # what getFile tells as file_path
    width: int = 0
    height: int = 0

    def described(self) -> Json:
        return {"file_id": self.file_id, "file_unique_id": self.file_id[-12:], "file_size": len(self.content)}

    def document(self) -> Json:
        return {"file_name": self.name, "mime_type": self.mime, **self.described()}

    def photo(self) -> list[Json]:
        """One size only: real Telegram adds smaller ones, always with the largest last."""
        return [{**self.described(), "width": self.width, "height": self.height}]


class Files:
    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}
        self._numbers = itertools.count(1)

    def add(self, name: str, content: bytes, mime: str | None = None) -> StoredFile:
        number = next(self._numbers)
        size = image_size(content)
        folder = "photos" if size else "documents"
        clean = PurePath(name.replace("\\", "/")).name or "file"
        stored = StoredFile(
            file_id=f"BQACAgIAAxkBAAI{number:012d}",
            name=clean,
            mime=mime or mimetypes.guess_type(clean)[0] or "application/octet-stream",
            content=content,
            path=f"{folder}/file_{number}{PurePath(clean).suffix}",
            width=size[0] if size else 0,
            height=size[1] if size else 0,
        )
        self._by_id[stored.file_id] = stored
        self._by_path[stored.path] = stored
        return stored

    def get(self, file_id: str) -> StoredFile | None:
        return self._by_id.get(file_id)

    def at(self, path: str) -> StoredFile | None:
        return self._by_path.get(path)


def image_size(content: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a PNG, GIF or JPEG; None for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")
    if content[:6] in (b"GIF87a", b"GIF89a") and len(content) >= 10:
        return int.from_bytes(content[6:8], "little"), int.from_bytes(content[8:10], "little")
    if content.startswith(b"\xff\xd8"):
        return _jpeg_size(content)
    return None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Walks the JPEG segments to the frame header (SOF0–SOF15 but for DHT, JPG and DAC), which has the size."""
    position = 2
    while position + 9 < len(content) and content[position] == 0xFF:
        marker = content[position + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height = int.from_bytes(content[position + 5 : position + 7], "big")
            return int.from_bytes(content[position + 7 : position + 9], "big"), height
        position += 2 + int.from_bytes(content[position + 2 : position + 4], "big")
    return None
