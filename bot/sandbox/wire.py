"""Requests to the client face of the sandbox."""

from typing import Any

import aiohttp

Json = dict[str, Any]


class SandboxRefusal(RuntimeError):
    """The sandbox's sentence about a request that it does not carry out."""


class Wire:
    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self._url = url.rstrip("/") + "/client"
        self._session = session

    async def get(self, path: str, **query: Any) -> Any:
        parameters = {key: str(value) for key, value in query.items() if value is not None}
        async with self._session.get(self._url + path, params=parameters) as answer:
            return await _content(answer)

    async def post(self, path: str, **given: Any) -> Any:
        """Sends what is given and not None."""
        return await self.put(path, {key: value for key, value in given.items() if value is not None})

    async def put(self, path: str, body: Json) -> Any:
        async with self._session.post(self._url + path, json=body) as answer:
            return await _content(answer)

    async def upload(self, path: str, form: aiohttp.FormData) -> Any:
        async with self._session.post(self._url + path, data=form) as answer:
            return await _content(answer)


async def _content(answer: aiohttp.ClientResponse) -> Any:
    content = await answer.json()
    if answer.status >= 400:
        raise SandboxRefusal(content.get("error", f"status {answer.status}"))
    return content
