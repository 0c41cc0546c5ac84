# SPDX-License-Identifier: Apache-2.0
"""Dovecot (Debian's) opens a mailbox to a token, as doc/integrations/dovecot.md sets it up."""
import base64
import imaplib
import subprocess
import time

import pytest

from conftest import SECRET, USER, Person, ROOT, certified_host, free_port
import recipes

if not ROOT:
    pytest.skip("Dovecot becomes the users whose mail it reads", allow_module_level=True)

WEBMAIL = "https://mail.example.org/index.php/login/oauth"
OPENS = "openid profile email mail"
# What Debian's packages set, but for places of our own.
AROUND = {
    "2.3": """protocols = imap
ssl = no
auth_mechanisms = plain
disable_plaintext_auth = no
first_valid_uid = 1
mail_location = maildir:{directory}/mail/%u
passdb {{
  driver = pam
}}
userdb {{
  driver = passwd
}}
""",
    "2.4": """dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
protocols = imap
ssl = no
auth_allow_cleartext = yes
first_valid_uid = 1
mail_driver = maildir
mail_path = {directory}/mail/%{{user}}
passdb pam {{
}}
userdb passwd {{
}}
""",
}
PLACES = """base_dir = {directory}/dovecot
state_dir = {directory}/dovecot
log_path = {directory}/dovecot.log
auth_debug = yes
# a failure is told at once, however many there were
auth_failure_delay = 0
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  inet_listener imap {{
    {listen} = 127.0.0.1
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
!include {directory}/recipe.conf
"""


class Mail:
    """Dovecot with the lines of the recipe, and the authcode it asks."""

    def __init__(self):
        self.host = certified_host()
        clients = recipes.block("dovecot", "authcode")
        self.host.write_config(recipes.filled(clients, {
            "/etc/authcode/webmail.secret": self.host.directory / "secret",
            "/etc/authcode/dovecot.secret": self.host.directory / "secret"}) + self.stranger())
        self.port, self.process = free_port(), None

    def stranger(self):
        """A client whose tokens Dovecot is not to hear of."""
        return f"""client "stranger" {{
	client_secret_file = "{self.host.directory}/secret"
	token_endpoint_auth_method = client_secret_post
	redirect_uris = {{"{WEBMAIL}"}}
	scope = "{OPENS}"
}}
"""

    def start(self):
        self.host.start()
        directory = self.host.directory
        version = subprocess.run(["dovecot", "--version"], capture_output=True, text=True, timeout=10, check=True).stdout[:3]
        if version == "2.3":
            recipe = recipes.block("dovecot", "dovecot", "95-authcode.conf")
            asks = recipes.block("dovecot", "dovecot", "authcode.conf.ext")
            self.write("authcode.conf.ext", self.ours(asks))
            recipe = recipes.filled(recipe, {"/etc/dovecot/authcode.conf.ext": directory / "authcode.conf.ext"})
        else:
            recipe = self.ours(recipes.block("dovecot", "dovecot24"))
        self.write("recipe.conf", recipe)
        (directory / "mail").mkdir(mode=0o1777)
        (directory / "mail").chmod(0o1777)
        self.write("dovecot.conf", (AROUND[version] + PLACES).format(
            directory=directory, port=self.port, listen="address" if version == "2.3" else "listen"))
        self.process = subprocess.Popen(["dovecot", "-F", "-c", str(directory / "dovecot.conf")], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=open(directory / "dovecot.err", "ab"))
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.said()
            try:
                self.imap().logout()
                return self
            except OSError:
                time.sleep(0.05)
            except imaplib.IMAP4.error as error:
                raise AssertionError(self.said()) from error
        raise AssertionError(self.said())

    def ours(self, text):
        return recipes.filled(text, {
            "dovecot:THE-CLIENT-SECRET@login.example.org": f"dovecot:{SECRET}@{self.host.issuer.removeprefix('https://')}",
            "/etc/ssl/certs/ca-certificates.crt": self.host.directory / "certificate.pem"})

    def write(self, name, text):
        (self.host.directory / name).write_text(text)
        (self.host.directory / name).chmod(0o600)

    def said(self):
        return "".join(path.read_text(errors="replace")[-3000:]
                       for path in sorted(self.host.directory.glob("dovecot.[el]*")))

    def imap(self):
        return imaplib.IMAP4("127.0.0.1", self.port, timeout=60)

    def token(self, scope=OPENS, client="webmail"):
        person = Person(self.host.issuer)
        answer = self.host.sign_in(client, person=person, redirect_uri=WEBMAIL, scope=scope)
        tokens = self.post("/token", client, grant_type="authorization_code", code=answer["code"], redirect_uri=WEBMAIL)
        assert tokens.status_code == 200, tokens.text
        return tokens.json()["access_token"]

    def post(self, path, client, **values):
        return self.host.post(path, None, client_id=client, client_secret=SECRET, **values)

    def opens(self, mechanism, token, user=USER):
        """Is the mailbox opened?"""
        said = {"XOAUTH2": f"user={user}\x01auth=Bearer {token}\x01\x01",
                "OAUTHBEARER": f"n,a={user},\x01host=127.0.0.1\x01port={self.port}\x01auth=Bearer {token}\x01\x01"}
        connection = self.imap()
        try:
            answers = iter([said[mechanism].encode()])
            # a failure is told as a challenge, to be answered by nothing
            connection.authenticate(mechanism, lambda _: next(answers, b""))
            return connection.select("INBOX")[0] == "OK"
        except imaplib.IMAP4.error:
            return False
        finally:
            connection.shutdown()

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=60)
        self.host.stop()


@pytest.fixture(scope="module", name="mail")
def one_dovecot_for_all():
    mail = Mail()
    try:
        yield mail.start()
    finally:
        mail.stop()


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
def test_a_token_opens_the_mailbox_of_its_account(mail, mechanism):
    assert mail.opens(mechanism, mail.token()), mail.said()


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
def test_what_is_no_token_opens_nothing(mail, mechanism):
    good = mail.token()
    wrong = good[:-1] + ("A" if good[-1] != "A" else "B")
    other = "aca_" + base64.urlsafe_b64encode(bytes(40)).decode().rstrip("=")
    for token in (wrong, other, SECRET):
        assert not mail.opens(mechanism, token), mail.said()
    assert mail.opens(mechanism, good), mail.said()


def test_a_token_opens_no_other_mailbox(mail):
    assert not mail.opens("XOAUTH2", mail.token(), "root")


def test_a_token_without_the_scope_of_mail_opens_nothing(mail):
    assert not mail.opens("XOAUTH2", mail.token(scope="openid profile"))


def test_a_token_of_another_client_opens_nothing(mail):
    assert not mail.opens("XOAUTH2", mail.token(client="stranger"))


def test_a_token_that_was_revoked_opens_nothing(mail):
    token = mail.token()
    assert mail.opens("XOAUTH2", token)
    assert mail.post("/revoke", "webmail", token=token).status_code == 200
    assert not mail.opens("XOAUTH2", token)
