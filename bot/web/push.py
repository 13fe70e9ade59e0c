"""Where hubs push the news of feeds to: https://www.w3.org/TR/websub/"""

from aiohttp import web

from bot.services import Services


def push_routes(services: Services) -> list[web.RouteDef]:
    async def verify(request: web.Request) -> web.Response:
        asked = request.query
        wanted = await services.pushes.verify(
            request.match_info["token"],
            asked.get("hub.mode", ""),
            asked.get("hub.topic", ""),
            asked.get("hub.lease_seconds", ""),
        )
        if not wanted:
            return web.Response(status=404)
        # As plain text that no browser takes for anything else: whoever asks chooses what it says.
        return web.Response(text=asked.get("hub.challenge", ""), headers={"X-Content-Type-Options": "nosniff"})

    async def take(request: web.Request) -> web.Response:
        signature = request.headers.get("X-Hub-Signature", "")
        known = await services.pushes.take(request.match_info["token"], request.content.iter_any(), signature)
        return web.Response(status=202 if known else 410)

    path = "/push/{token:[0-9a-f]{40}}"
    return [web.get(path, verify), web.post(path, take)]
