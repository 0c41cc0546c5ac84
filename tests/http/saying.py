# SPDX-License-Identifier: Apache-2.0
"""A daemon that says what it is told to: what authcodectl asks, and what it makes of the answers."""
import http.server
import json
import socketserver
import subprocess
import threading
import urllib.parse

from host import BUILD

REFUSAL = "the database does not answer"


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        """The next of the pages, or what answer() makes of the path and its parameters; a number is the status of a
        refusal, and None no answer at all."""
        url = urllib.parse.urlsplit(self.path)
        fields = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        self.server.asked.append((url.path, fields))
        said = self.server.pages.pop(0) if self.server.answer is None else self.server.answer(url.path, fields)
        if said is None:
            return
        status = said if isinstance(said, int) else 200
        if status != 200:
            said = {"error": "temporarily_unavailable", "error_description": REFUSAL}
        page = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def address_string(self):
        return "nobody"

    def log_message(self, *_):
        pass


class Saying(socketserver.UnixStreamServer):
    def __init__(self, path):
        super().__init__(str(path), Page)
        self.path, self.pages, self.answer, self.asked = path, [], None, []

    def __enter__(self):
        self.thread = threading.Thread(target=self.serve_forever, args=(0.02,))
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()
        self.thread.join()

    def ctl(self, *words):
        self.asked.clear()
        return subprocess.run([BUILD / "authcodectl", "--socket", self.path, *words], capture_output=True, timeout=60,
                              check=False, text=True)
