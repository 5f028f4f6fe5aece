"""A stand-in for the monitor's ingest: answers POSTs with the statuses given, then with 204, and appends the body of
each one it answered with 204 to a file. Prints its port, serves until its standard input closes.

usage: server.py BODIES [STATUS...]
"""
import http.server
import sys
import threading

bodies = open(sys.argv[1], "ab")
statuses = [int(status) for status in sys.argv[2:]]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status = statuses.pop(0) if statuses else 204
        if self.headers.get("Authorization") != "Bearer secret":
            status = 401
        if self.headers.get("Content-Type") != "application/vnd.kakehashi.records":
            status = 415
        if status == 204:
            bodies.write(body)
            bodies.flush()
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", "0")
        self.end_headers()


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()
