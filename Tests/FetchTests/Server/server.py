"""A small HTTP(S) server for the tests: prints its port, serves until its standard input closes.

usage: server.py [CERTIFICATE KEY]
"""
import http.server
import json
import ssl
import sys
import threading
import time


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def answer(self, status, body, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def handle_any(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if self.path == "/echo":
            seen = {"method": self.command, "headers": dict(self.headers), "body": body.decode()}
            self.answer(200, json.dumps(seen).encode(), [("X-One", "  spaced  "), ("Content-Type", "application/json")])
        elif self.path == "/big":
            self.answer(200, b"x" * 100_000)
        elif self.path == "/silent":
            time.sleep(30)
        elif self.path == "/cut":
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"short")
            self.close_connection = True
        elif self.path == "/events":
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            for number in range(3):
                self.wfile.write(f"id: {number}\nevent: tick\ndata: {number}\n\n".encode())
                self.wfile.flush()
                time.sleep(0.02)
            self.close_connection = True
        elif self.path == "/endless":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b": hello\n\n")
            self.wfile.flush()
            time.sleep(30)
        else:
            self.answer(404, b"no such page")

    do_GET = do_POST = do_HEAD = do_DELETE = do_PATCH = handle_any


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
if len(sys.argv) == 3:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    server.socket = context.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()
