"""An ASGI and a WSGI application that answer every request, and write its id and the client's port to $APP_LOG."""

import os
import time

_log = open(os.environ["APP_LOG"], "a", buffering=1)


def note(path, port):
    name = path.split("/")[-1]
    _log.write(f"{name} {port} {time.time():.6f}\n")
    return f"ok {name}\n".encode()


def wsgi(environ, start_response):
    body = note(environ["PATH_INFO"], environ.get("REMOTE_PORT", 0))
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]


try:
    from fastapi import FastAPI, Request, Response
except ImportError:
    pass
else:
    asgi = FastAPI()

    @asgi.api_route("/r/{name}", methods=["GET", "POST"])
    async def answer(name: str, request: Request):
        body = note(name, request.client.port)
        await request.body()
        return Response(body, media_type="text/plain")


async def plain(scope, receive, send):
    """The same without a framework."""
    if scope["type"] != "http":
        return
    body = note(scope["path"], scope["client"][1])
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
