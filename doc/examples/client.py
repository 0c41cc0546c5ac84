#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright the authcode authors
"""A very small OAuth client: it shows the code it is sent and how to redeem it.

    client.py --issuer http://127.0.0.1:8080 --client-id demo < secret

Prints the URL that begins a sign-in and its redirect URI, which it serves on a
free port of 127.0.0.1 (RFC 8252 §7.3) until it is told to stop. A real client would
redeem the code itself; here a person does, to see how.
"""
import argparse
import hmac
import html
import http.server
import secrets
import signal
import sys
import urllib.parse

PAGE = """<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>Example client</title>
<meta name="viewport" content="width=device-width">
<style>
body {{ font: 1rem/1.5 sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem }}
pre {{ white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid; padding: 0.75rem }}
</style>
<main><h1>Example client</h1>
{body}
</main></html>
"""

CURL = ('curl -v -X POST --basic -u {client}:{secret} '
        '-H "Content-Type:application/x-www-form-urlencoded;charset=UTF-8" -k '
        '-d "grant_type=authorization_code&code={code}&redirect_uri={redirect_uri}" {issuer}/token')


class Client:
    """What one client knows: who it is, where it is called back, what it sent."""

    def __init__(self, issuer, client_id, secret):
        self.issuer = issuer
        self.client_id = client_id
        self.secret = secret
        self.state = secrets.token_urlsafe(16)
        self.redirect_uri = None

    def authorization_url(self):
        return self.issuer.rstrip("/") + "/authorize?" + urllib.parse.urlencode({
            "response_type": "code", "client_id": self.client_id,
            "redirect_uri": self.redirect_uri, "state": self.state})

    def answer(self, query):
        """Status and paragraphs for one call of the redirect URI."""
        sent = dict(urllib.parse.parse_qsl(query))
        # RFC 9207 §2.4: an answer of another issuer must not be used.
        if not same(sent.get("iss"), self.issuer):
            return 400, ["This answer does not come from the issuer that was asked. It is not used."]
        # RFC 6749 §10.12: nor one that this client did not ask for. One
        # without any state comes from a URL typed by hand; say so and go on.
        if "state" in sent and not same(sent["state"], self.state):
            return 400, ["This is not the answer to this client's request: its state differs. It is not used."]
        said = [] if "state" in sent else ["The request carried no state; a real client refuses this answer."]
        if "error" in sent:
            return 200, said + [f"The sign-in ended with: {sent['error']}", sent.get("error_description", "")]
        if "code" not in sent:
            return 400, said + ["This answer has neither a code nor an error."]
        curl = CURL.format(client=self.client_id, secret=self.secret, code=sent["code"],
                           redirect_uri=self.redirect_uri, issuer=self.issuer.rstrip("/"))
        return 200, said + ["You are signed in. The code, good for a minute and for one use:",
                            ("code", sent["code"]), "Redeem it:", ("curl", curl)]


def same(received, expected):
    return hmac.compare_digest((received or "").encode(), expected.encode())


def render(paragraphs):
    body = [f'<pre id="{line[0]}">{html.escape(line[1])}</pre>' if isinstance(line, tuple)
            else f"<p>{html.escape(line)}</p>" for line in paragraphs if line]
    return PAGE.format(body="\n".join(body)).encode()


def handler_for(client):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            path, _, query = self.path.partition("?")
            if path == "/callback":
                status, paragraphs = client.answer(query)
            else:
                status, paragraphs = 404, ["There is nothing here but /callback."]
            page = render(paragraphs)
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("Referrer-Policy", "no-referrer")
            self.send_header("Content-Security-Policy",
                             "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_):
            """Silent: the request line holds the code."""

    return Handler


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--issuer", required=True)
    parser.add_argument("--client-id", required=True)
    options = parser.parse_args()
    client = Client(options.issuer, options.client_id, sys.stdin.readline().strip())
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler_for(client)) as server:
        client.redirect_uri = f"http://127.0.0.1:{server.server_port}/callback"
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
        print(client.authorization_url(), client.redirect_uri, sep="\n", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
