# SPDX-License-Identifier: Apache-2.0
"""An HTTPS server on loopback whose certificate is of a private CA, and what it can do wrong."""
import http.server
import ssl
import subprocess
import threading
import time


def make_ca(directory):
    """A CA, and a certificate of it for localhost and 127.0.0.1; ca.pem, good.pem, name.pem, stranger.pem."""
    def openssl(*words):
        subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, timeout=30)

    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"]
    for name, subject in (("ca", "/CN=ca"), ("stranger", "/CN=localhost")):
        openssl("req", "-x509", *key, "-days", "1", "-subj", subject, "-keyout", directory / f"{name}.key", "-out",
                directory / f"{name}.pem", *(["-addext", "subjectAltName=DNS:localhost"] if name == "stranger" else []))
    for name, alternative in (("good", "DNS:localhost,IP:127.0.0.1"), ("name", "DNS:other.example")):
        openssl("req", "-new", *key, "-subj", "/CN=x", "-keyout", directory / f"{name}.key", "-out",
                directory / f"{name}.csr")
        (directory / f"{name}.ext").write_text(f"subjectAltName={alternative}\n")
        openssl("x509", "-req", "-in", directory / f"{name}.csr", "-CA", directory / "ca.pem", "-CAkey",
                directory / "ca.key", "-days", "1", "-CAcreateserial", "-extfile", directory / f"{name}.ext", "-out",
                directory / f"{name}.pem")
    (directory / "ca.pem").chmod(0o644)


class KeyServer:
    """Answers GET and POST with status, headers and body; counts; drip: so many seconds between two bytes."""

    def __init__(self, directory, certificate="good", tls=True):
        self.status, self.body = 200, b'{"keys":[]}'
        self.headers = {"Content-Type": "application/json"}
        self.drip, self.chunked, self.hold = 0, False, None
        self.seen = []
        self.ended = threading.Event()
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self.answer(b"")

            def do_POST(self):
                self.answer(self.rfile.read(int(self.headers["Content-Length"])))

            def answer(self, form):
                server.seen.append((self.command, self.path, dict(self.headers), form))
                if server.hold is not None:
                    server.hold.wait(15)
                self.close_connection = True
                try:
                    self.send_response(server.status)
                    for name, value in server.headers.items():
                        self.send_header(name, value)
                    self.send_header("Transfer-Encoding" if server.chunked else "Content-Length",
                                     "chunked" if server.chunked else str(len(server.body)))
                    self.end_headers()
                    self.send_body()
                except OSError:
                    pass

            def send_body(self):
                size = 1 if server.drip else 4096
                for at in range(0, len(server.body), size):
                    piece = server.body[at:at + size]
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece) if server.chunked else piece)
                    self.wfile.flush()
                    if server.drip and server.ended.wait(server.drip):
                        return
                if server.chunked:
                    self.wfile.write(b"0\r\n\r\n")

            def log_message(self, *words):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *words):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(directory / f"{certificate}.pem", directory / f"{certificate}.key")
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    def url(self, path="/jwks", host="localhost", scheme="https"):
        return f"{scheme}://{host}:{self.port}{path}"

    def wait_seen(self, count):
        until = time.monotonic() + 15
        while len(self.seen) < count:
            assert time.monotonic() < until, self.seen
            time.sleep(0.02)

    def stop(self):
        self.ended.set()
        if self.hold is not None:
            self.hold.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
