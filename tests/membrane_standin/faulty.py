"""A socket that answers with exactly the bytes it is told, or hangs up, or says nothing."""

import socket
import threading
from contextlib import contextmanager


@contextmanager
def faulty(*answers):
    """Address and the requests that came; each call gets the next answer, the last for ever.

    An answer is the bytes to send before hanging up; None says nothing until the test is over.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.05)
    over, got, held = threading.Event(), [], []

    def serve():
        while not over.is_set():
            try:
                line, _ = listener.accept()
            except TimeoutError:
                continue
            line.settimeout(5)
            got.append(_read(line))
            answer = answers[min(len(got), len(answers)) - 1]
            if answer is None:
                held.append(line)
                continue
            if answer == b"":
                # what is not read makes the system send a reset rather than an orderly end
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            line.sendall(answer)
            line.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", got
    finally:
        over.set()
        thread.join(timeout=5)
        for line in held:
            line.close()
        listener.close()


def http(body, status="200 OK", kind="application/json", length=None, **headers):
    """The bytes of an answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(body) if length is None else length}", "", ""]
    return "\r\n".join(lines).encode() + body


def _read(line):
    data = b""
    while b"\r\n\r\n" not in data:
        more = line.recv(65536)
        if not more:
            return data
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    for row in head.lower().split(b"\r\n"):
        if row.startswith(b"content-length:"):
            while len(body) < int(row.split(b":")[1]):
                body += line.recv(65536)
    return head + b"\r\n\r\n" + body
