"""A server that answers requests and then ends the connection in one particular way.

    raw.py MODE HOST PORT TIMEOUT_S LOG [CERTIFICATE_KEY CERTIFICATE]

abort      after TIMEOUT_S of idle, close() with SO_LINGER 0: an RST and no FIN
unread     stops reading after its first answer, and closes TIMEOUT_S later: what came since is thrown away
half       after TIMEOUT_S of idle, shutdown(SHUT_WR), and reads on as servers with lingering close do
die        reads every third request on a connection and closes without an answer
cut        answers every third request in part and closes
notify     over TLS: after TIMEOUT_S of idle a close_notify, and the FIN right after it
late-fin   over TLS: after a tenth of TIMEOUT_S a close_notify, and the FIN when TIMEOUT_S is over
"""

import socket
import ssl
import struct
import sys
import threading
import time

mode, host, port, timeout, log_path, *files = sys.argv[1:]
timeout, log = float(timeout), open(log_path, "a", buffering=1)
context = None
if files:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files[1], files[0])


def read_request(connection, rest):
    """The path and what follows the request; the path is empty at the end of the stream."""
    while b"\r\n\r\n" not in rest:
        data = connection.recv(65536)
        if not data:
            return "", rest
        rest += data
    head, _, rest = rest.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    length = next((int(line.split(":")[1]) for line in lines if line.lower().startswith("content-length:")), 0)
    while len(rest) < length:
        rest += connection.recv(65536)
    return lines[0].split()[1], rest[length:]


def serve(raw, client):
    try:
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # answers do not wait for the tickets' ACK
        connection = context.wrap_socket(raw, server_side=True) if context else raw
        rest, count = b"", 0
        while True:
            connection.settimeout(timeout / 10 if mode == "late-fin" else timeout)
            path, rest = read_request(connection, rest)
            if not path:
                break
            count += 1
            name = path.split("/")[-1]
            log.write(f"{name} {client[1]} {time.time():.6f}\n")
            body = f"ok {name}\n".encode()
            answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(body) + body
            if mode == "die" and count % 3 == 0:
                break
            connection.sendall(answer[:-4] if mode == "cut" and count % 3 == 0 else answer)
            if mode == "cut" and count % 3 == 0:
                break
            if mode == "unread":
                time.sleep(timeout)
                break
    except TimeoutError:
        end_idle(connection)
    except OSError:
        pass
    raw.close()
    if context:
        connection.close()


def end_idle(connection):
    """The idle timer fired."""
    if mode == "abort":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    elif mode == "half":
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(3)
        while connection.recv(65536):
            pass
    elif mode in ("notify", "late-fin"):
        connection.settimeout(0.001)
        try:
            connection.unwrap()  # sends the alert; the client's own is not waited for
        except OSError:
            pass
        if mode == "late-fin":
            time.sleep(0.9 * timeout)


listener = socket.create_server((host, int(port)), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=200)
while True:
    threading.Thread(target=serve, args=listener.accept(), daemon=True).start()
