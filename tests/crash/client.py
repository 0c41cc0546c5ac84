# SPDX-License-Identifier: Apache-2.0
"""Clients that exchange codes and refresh tokens until the server is gone, and write down what they are told.

A request whose answer did not come is sent once more when the server is back, as any client would.
"""
import http.client
import json
import random
import time
import urllib.parse

from host import CALLBACK, basic

CLIENT = "crash"
SCOPE = "openid profile offline_access"
FORM = {"Authorization": basic(CLIENT), "Content-Type": "application/x-www-form-urlencoded"}
AUTHORIZE = "/authorize?" + urllib.parse.urlencode(
    {"response_type": "code", "client_id": CLIENT, "redirect_uri": CALLBACK, "scope": SCOPE, "state": "s"})
REFRESHES = (0, 0, 1, 1, 2)  # of one code


class Broken(Exception):
    """No whole answer: what was asked for may have happened or not."""


class Wire:
    """A kept connection, opened when it is needed."""

    def __init__(self, port):
        self.port, self.open = port, None

    def ask(self, method, path, body=None, headers=None):
        """Status, Location, body."""
        try:
            if self.open is None:
                self.open = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            self.open.request(method, path, body, headers or {})
            answer = self.open.getresponse()
            return answer.status, answer.getheader("Location"), answer.read()
        except (OSError, http.client.HTTPException) as problem:
            self.close()
            raise Broken(repr(problem)) from problem

    def form(self, path, **values):
        """Status and members of a POST by the client."""
        status, _, body = self.ask("POST", path, urllib.parse.urlencode(values), FORM)
        return status, json.loads(body)

    def token(self, **values):
        return self.form("/token", **values)

    def redeem(self, code):
        return self.token(grant_type="authorization_code", code=code, redirect_uri=CALLBACK)

    def refresh(self, token):
        return self.token(grant_type="refresh_token", refresh_token=token)

    def close(self):
        if self.open is not None:
            self.open.close()
            self.open = None


class Client:
    def __init__(self, port, cookie, ledger, seed, acknowledged):
        self.wire, self.cookie, self.ledger = Wire(port), cookie, ledger
        self.random = random.Random(seed)
        self.acknowledged = acknowledged  # called for each code that was exchanged
        self.pending = None               # what to send once more, and its argument

    def settle(self):
        """What had no answer gets one."""
        if self.pending:
            send, argument = self.pending
            send(argument)

    def run(self):
        """Until the server is gone; says how it looked from here."""
        try:
            while True:
                self.turn()
        except Broken as problem:
            return str(problem)

    def turn(self):
        refresh = self.redeem(self.authorize())
        for _ in range(self.random.choice(REFRESHES)):
            if refresh is None:
                return
            refresh = self.refresh(refresh)

    def authorize(self):
        status, location, _ = self.wire.ask("GET", AUTHORIZE, None, {"Cookie": self.cookie})
        code = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(location or "").query)).get("code")
        if status != 303 or code is None:
            raise AssertionError(f"an acknowledged session was lost: {status} {location}")
        self.ledger.keep(did="code", code=code, at=time.time())
        return code

    def redeem(self, code):
        """The refresh token, or None."""
        self.pending = (self.redeem, code)
        self.ledger.note(did="redeem_sent", code=code)
        status, told = self.wire.redeem(code)
        if status == 200:
            self.ledger.keep(did="redeemed", code=code, access=told["access_token"], refresh=told["refresh_token"])
            self.acknowledged()
        else:
            self.ledger.keep(did="redeem_refused", code=code, error=told.get("error"), at=time.time())
        self.pending = None
        return told.get("refresh_token")

    def refresh(self, token):
        self.pending = (self.refresh, token)
        self.ledger.note(did="refresh_sent", token=token, at=time.time())
        status, told = self.wire.refresh(token)
        if status == 200:
            self.ledger.keep(did="refreshed", token=token, access=told["access_token"],
                             refresh=told["refresh_token"], at=time.time())
        else:
            self.ledger.keep(did="refresh_refused", token=token, error=told.get("error"), at=time.time())
        self.pending = None
        return told.get("refresh_token")
