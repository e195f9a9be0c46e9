"""web.py HOST PORT KEEP_ALIVE_S: aiohttp's server with an application that answers every request. $APP_LOG as in app.py."""

import sys

from aiohttp import web

import app


async def answer(request):
    await request.read()
    return web.Response(body=app.note(request.path, request.transport.get_extra_info("peername")[1]))


host, port, keep_alive = sys.argv[1:]
application = web.Application()
application.router.add_route("*", "/r/{name}", answer)
web.run_app(application, host=host, port=int(port), keepalive_timeout=float(keep_alive), print=None, access_log=None)
