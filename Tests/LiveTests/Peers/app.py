"""An ASGI application for uvicorn; LOG has the path of every request that reached it."""
import os


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    with open(os.environ["LOG"], "a") as log:
        log.write(scope["path"] + "\n")
    body = b"hello\n"
    headers = [(b"content-length", str(len(body)).encode()), (b"content-type", b"text/plain")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
