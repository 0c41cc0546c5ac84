# SPDX-License-Identifier: Apache-2.0
"""A client's server for logout tokens: HTTPS on loopback with a certificate of keyserver.make_ca()."""
import http.server
import ssl
import threading
import time
import urllib.parse


class Receiver:
    """Keeps (path, headers, form) of every POST; status and held may be changed for the next ones."""

    def __init__(self, directory, certificate="good"):
        self.seen = []
        self.status = {}
        self.held = set()
        self.let_go = threading.Event()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                receiver.seen.append((self.path, dict(self.headers), urllib.parse.parse_qsl(body, strict_parsing=True)))
                if self.path in receiver.held:
                    receiver.let_go.wait(30)
                self.send_response(receiver.status.get(self.path, 200))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *words):
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(directory / f"{certificate}.pem", directory / f"{certificate}.key")
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"https://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait_for(self, path, count=1, patience=20):
        """What came to that path, once it is that much."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            found = [(headers, form) for where, headers, form in self.seen if where == path]
            if len(found) >= count:
                assert len(found) == count, found
                return found
            time.sleep(0.05)
        raise AssertionError(f"{path}: {self.seen}")

    def stop(self):
        self.let_go.set()
        self.server.shutdown()
        self.server.server_close()
