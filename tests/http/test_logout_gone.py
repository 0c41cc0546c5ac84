# SPDX-License-Identifier: Apache-2.0
"""Clients are told when an account is gone, though nobody has signed out (BC-09)."""
import base64
import json
import re

import pytest
from host import CALLBACK, SECRET, answer_of
from keyserver import make_ca
from person import Person
from receiver import Receiver
from test_accounts import ENDS, FAST, WORD, UnixHost, an_account  # noqa: F401 (a fixture)

CLIENT = """
client "told" {{
	client_secret_file = "{secret}"
	redirect_uris = {{"{callback}"}}
	scope = "openid"
	trusted = yes
	backchannel_logout_uri = "{url}/told"
}}
"""


class ToldHost(UnixHost):
    def write_config(self, extra=""):
        make_ca(self.directory)
        self.receiver = Receiver(self.directory)
        super().write_config(extra + CLIENT.format(secret=self.directory / "secret", callback=CALLBACK,
                                                   url=self.receiver.url))

    def start(self):
        self.start_fetch("--ca", self.directory / "ca.pem")
        return super().start()

    def stop(self):
        self.receiver.stop()
        super().stop()

    def sid(self, user, person):
        landed = person.sign_in(self.authorize_url("told", scope="openid"), user, WORD)
        answer = self.post("/token", "told", SECRET, grant_type="authorization_code", code=answer_of(landed)["code"],
                           redirect_uri=CALLBACK)
        return payload(answer.json()["id_token"])["sid"]


def payload(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


@pytest.mark.parametrize("how", ENDS)
def test_every_session_of_an_account_that_is_gone_is_told_of_without_traffic(user, how):
    host = ToldHost(extra=FAST.replace("account_sweep = 0", "account_sweep = 1s"))
    end, undo = ENDS[how]
    try:
        host.know(user)
        host.start()
        sids = {host.sid(user, Person(host.issuer)) for _ in range(2)}
        assert len(sids) == 2 and host.receiver.seen == []
        end(user)
        told = {payload(form[0][1])["sid"] for _, form in host.receiver.wait_for("/told", count=2)}
        assert told == sids
        assert re.search(f'account gone reason=\\w+ user="{user}"', host.log())
    finally:
        undo(user)
        host.stop()
