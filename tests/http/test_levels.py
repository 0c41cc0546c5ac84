# SPDX-License-Identifier: Apache-2.0
"""PAM services by what they prove (AZ-33), first questions, claims, and what the helper says at start."""
import glob
import time

import pytest
from host import CALLBACK, CODE_WORD, PASSWORD, USER, Host, Person, answer_of
from person import Form

PWD, OTP = "urn:example:pwd", "urn:example:otp"
SERVICES = f"""
service "authcode" {{
	acr = "{PWD}"
	level = 10
	amr = {{ pwd }}
}}
service "authcode-otp" {{
	acr = "{OTP}"
	level = 20
	amr = {{ pwd, otp }}
}}
"""
CLIENT = """
client "{name}" {{
	client_secret_file = "{secret}"
	redirect_uris = {{"{callback}"}}
	scope = "openid profile groups email"
	trusted = yes
	{more}
}}
"""


def add_client(host, name, more):
    with open(host.config, "a", encoding="ascii") as config:
        config.write(CLIENT.format(name=name, secret=host.directory / "secret", callback=CALLBACK, more=more))


def introspect(server, back, client="app"):
    answer = server.post("/token", client, grant_type="authorization_code", code=back["code"], redirect_uri=CALLBACK)
    assert answer.status_code == 200, answer.text
    return server.post("/introspect", client, token=answer.json()["access_token"]).json()


@pytest.fixture(name="server", scope="module")
def one_server():
    host = Host(extra=SERVICES)
    add_client(host, "strict", f'min_acr = "{OTP}"')
    try:
        yield host.start()
    finally:
        host.stop()


def test_the_session_carries_what_the_service_proves(server):
    seen = introspect(server, server.sign_in())
    assert seen["acr"] == PWD and seen["amr"] == ["pwd"]


def test_asking_for_more_signs_in_again_with_the_service_that_proves_it(server):
    person = Person(server.issuer)
    server.sign_in(person=person)
    page = person.go(server.authorize_url(acr_values=f"urn:unknown {OTP}"))
    assert page.status_code == 200 and Form(page.text).fields["username"] == USER  # shown, and may be changed
    page = person.submit(page, username=USER, password=PASSWORD)
    assert 'name="answer"' in page.text
    seen = introspect(server, answer_of(person.submit(page, answer=CODE_WORD)))
    assert seen["acr"] == OTP and seen["amr"] == ["pwd", "otp"]
    # More satisfies who asks for less, and who asks for nothing.
    for wish in ({}, {"acr_values": PWD}, {"acr_values": OTP}, {"acr_values": "urn:unknown"}):
        assert "code" in answer_of(person.go(server.authorize_url(**wish)))


def test_a_session_of_one_service_is_no_way_around_the_stack_of_another(hosts):
    host = hosts()  # app has the server's service, otp its own, and no block says anything of either
    host.start()
    person = Person(host.issuer)
    assert introspect(host, host.sign_in(person=person))["acr"] == "authcode"
    page = person.go(host.authorize_url("otp"))
    assert page.status_code == 200 and Form(page.text).fields["username"] == USER
    page = person.submit(page, username=USER, password=PASSWORD)
    assert 'name="answer"' in page.text
    assert introspect(host, answer_of(person.submit(page, answer=CODE_WORD)), "otp")["acr"] == "authcode-otp"
    # and back: neither is declared to be better than the other
    assert person.go(host.authorize_url("app")).status_code == 200


def two_equal_services(host):
    """The stacks of an application of its own, as doc/pam.md has them for a directory: returns its check."""
    add_client(host, "hr", "pam_service = authcode-hr")
    matrix = glob.glob("/usr/lib/*/pam_wrapper/pam_matrix.so")[0]
    passwords = host.directory / "hr.passwords"
    passwords.write_text(f"{USER}:{PASSWORD}:authcode-hr\n")
    (host.directory / "pam" / "authcode-hr").write_text(
        f"auth required {matrix} passdb={passwords}\naccount required {matrix} passdb={passwords}\n")
    check = host.directory / "pam" / "authcode-hr-check"
    check.write_text("auth required pam_deny.so\naccount required pam_permit.so\n")
    host.services.append("authcode-hr")
    return check


EQUAL = """account_cache = 1s
service "authcode" { acr = "staff"  level = 10 }
service "authcode-hr" { acr = "hr"  level = 10 }
"""


def test_services_of_one_level_share_a_session(hosts):
    host = hosts(extra=EQUAL)
    two_equal_services(host)
    host.start()
    for first, second, acr in (("app", "hr", "staff"), ("hr", "app", "hr")):
        person = Person(host.issuer)
        assert introspect(host, host.sign_in(first, person=person), first)["acr"] == acr
        assert introspect(host, answer_of(person.go(host.authorize_url(second))), second)["acr"] == acr


def test_a_client_signs_in_with_its_own_service_where_that_proves_enough(hosts):
    host = hosts(extra=EQUAL)
    two_equal_services(host)
    add_client(host, "strict", 'pam_service = authcode-hr\n\tmin_acr = "staff"')
    host.start()
    assert introspect(host, host.sign_in("strict"), "strict")["acr"] == "hr"


def test_a_shared_session_is_no_way_around_the_account_rules_of_a_client(hosts):
    host = hosts(extra=EQUAL)
    check = two_equal_services(host)
    host.start()
    person = Person(host.issuer)
    host.sign_in(person=person)
    check.write_text("auth required pam_deny.so\naccount required pam_deny.so\n")
    assert answer_of(person.go(host.authorize_url("hr")))["error"] == "access_denied"
    assert host.sign_in("hr")["error"] == "access_denied"
    assert "code" in answer_of(person.go(host.authorize_url("app")))
    check.write_text("auth required pam_deny.so\naccount required pam_permit.so\n")
    time.sleep(1.2)
    assert "code" in answer_of(person.go(host.authorize_url("hr")))


def test_a_client_that_demands_a_level_gets_it(server):
    person = Person(server.issuer)
    server.sign_in(person=person)
    page = person.go(server.authorize_url("strict"))
    assert page.status_code == 200 and Form(page.text).fields["username"] == USER
    page = person.submit(page, username=USER, password=PASSWORD)
    assert introspect(server, answer_of(person.submit(page, answer=CODE_WORD)), "strict")["acr"] == OTP


@pytest.mark.parametrize("answer", ["", "wrong", PASSWORD])
def test_a_wrong_second_factor_leaves_the_old_level(server, answer):
    person = Person(server.issuer)
    server.sign_in(person=person)
    page = person.submit(person.go(server.authorize_url("strict")), username=USER, password=PASSWORD)
    page = person.submit(page, answer=answer)
    assert page.status_code == 200 and 'id="notice"' in page.text and 'name="username"' in page.text
    assert introspect(server, answer_of(person.go(server.authorize_url())))["acr"] == PWD


def test_a_service_that_asks_for_itself_needs_no_password_on_the_page(hosts):
    host = hosts(extra='pam_service = "authcode-ask"\nservice "authcode-ask" {\n first_prompt = ask\n}\n')
    matrix = glob.glob("/usr/lib/*/pam_wrapper/pam_matrix.so")[0]
    words = host.directory / "ask.words"
    words.write_text(f"{USER}:{CODE_WORD}:authcode-ask\n")
    (host.directory / "pam" / "authcode-ask").write_text(
        f"auth required {matrix} passdb={words}\naccount required {matrix} passdb={words}\n")
    host.services.append("authcode-ask")
    host.start()
    person = Person(host.issuer)
    page = person.go(host.authorize_url())
    assert 'name="password"' not in page.text
    page = person.submit(page, username=USER)
    assert 'name="answer"' in page.text
    assert 'id="notice"' in person.submit(page, answer=PASSWORD).text
    # A password that is posted nevertheless answers nothing.
    page = person.submit(person.go(host.authorize_url()), username=USER, password=CODE_WORD)
    assert 'name="answer"' in page.text
    assert "code" in answer_of(person.submit(page, answer=CODE_WORD))


def test_the_address_comes_from_the_file_or_else_from_the_template(hosts):
    host = hosts(extra="email = '%u@example.org'\nemail_verified = { file }\naccount_cache = 1s\n")
    add_client(host, "mail", "")
    claims = host.directory / "claims.d"
    claims.mkdir(mode=0o755)
    host.start_helper()
    host.start_checker("--claims-dir", claims)
    host.start_daemon()
    back = host.sign_in("mail", scope="openid email profile")
    tokens = host.post("/token", "mail", grant_type="authorization_code", code=back["code"],
                       redirect_uri=CALLBACK).json()
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    first = host.request("GET", "/userinfo", headers=bearer).json()
    assert (first["email"], first["email_verified"]) == (f"{USER}@example.org", False)
    file = claims / f"{USER}.json"
    file.write_text('{"email": "a@corp.example", "given_name": "A", "sub": "root", "groups": ["wheel"]}')
    file.chmod(0o644)
    time.sleep(1.2)
    second = host.request("GET", "/userinfo", headers=bearer).json()
    assert (second["email"], second["email_verified"], second["given_name"]) == ("a@corp.example", True, "A")
    assert second["sub"] == first["sub"] and second.get("groups") == first.get("groups")
    file.write_text("[]")
    time.sleep(1.2)
    third = host.request("GET", "/userinfo", headers=bearer).json()
    assert third["email"] == f"{USER}@example.org" and "given_name" not in third
    assert f'claims ignored user="{USER}" source="file"' in host.log()


def put_claims(host):
    """A directory that has the user's first name, and a command that tells a nickname."""
    claims, command = host.directory / "claims.d", host.directory / "command"
    claims.mkdir(mode=0o755)
    (claims / f"{USER}.json").write_text('{"given_name": "A"}')
    (claims / f"{USER}.json").chmod(0o644)
    command.write_text("#!/bin/sh\necho '{\"nickname\": \"n\"}'\n")
    command.chmod(0o755)
    return claims, command


def test_a_command_that_hangs_costs_its_claims_and_no_answer(hosts):
    host = hosts(extra="account_cache = 1s\naccount_grace = 0s\n")
    add_client(host, "mail", "")
    claims, command = put_claims(host)
    host.start_helper()
    host.start_checker("--claims-dir", claims, "--claims-command", command, "--claims-user", "nobody")
    host.start_daemon()
    back = host.sign_in("mail", scope="openid profile")
    tokens = host.post("/token", "mail", grant_type="authorization_code", code=back["code"],
                       redirect_uri=CALLBACK).json()
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    told = host.request("GET", "/userinfo", headers=bearer).json()
    assert (told["given_name"], told["nickname"]) == ("A", "n")
    command.write_text("#!/bin/sh\nsleep 60\n")
    time.sleep(1.2)
    began = time.monotonic()
    answer = host.request("GET", "/userinfo", headers=bearer)
    assert answer.status_code == 200 and time.monotonic() - began > 4.5
    assert answer.json()["given_name"] == "A" and "nickname" not in answer.json()


FAILLOCK = "auth requisite pam_faillock.so preauth deny={deny}\nauth required pam_permit.so\n" \
           "auth required pam_faillock.so authfail deny={deny}\naccount required pam_permit.so\n"


@pytest.mark.parametrize("deny,guesses,sentence", [
    (3, "stranger_guesses = 1\nknown_guesses = 1\n", None),
    (5, "stranger_guesses = 2\nknown_guesses = 1\n", None),
    (3, "stranger_guesses = 2\nknown_guesses = 1\n", "let 4 wrong passwords through within the 900 s"),
    (3, "stranger_guesses = 1\nknown_guesses = 10\n", "let 20 wrong passwords through within the 900 s"),
    (5, "stranger_guesses = 0\nknown_guesses = 2\n", "let any number of wrong passwords through within the 900 s"),
])
def test_guesses_that_would_lock_accounts_are_refused_at_start(hosts, deny, guesses, sentence):
    host = hosts(extra=guesses)
    (host.directory / "pam" / "authcode").write_text(FAILLOCK.format(deny=deny))
    host.start_checker()
    if sentence is None:
        host.start_daemon()
        return
    code, said = host.refuses()
    assert code == 78 and sentence in said and '"authcode"' in said


@pytest.mark.parametrize("service", ["authcode-nofile", "authcode-unlisted"])
def test_a_service_that_cannot_be_used_is_refused_at_start(hosts, service):
    host = hosts(extra=f'pam_service = "{service}"\n')
    if service == "authcode-nofile":
        host.services.append(service)
    else:
        (host.directory / "pam" / service).write_text("auth required pam_permit.so\naccount required pam_permit.so\n")
    host.start_checker()
    code, said = host.refuses()
    assert code == 78 and f'the PAM service "{service}" cannot be used to sign in' in said


def test_without_a_check_helper_it_starts_and_issues_nothing(hosts):
    host = hosts()
    host.start_helper()
    host.start_daemon()
    assert "no check helper answers" in host.log()
    assert host.sign_in()["error"] == "temporarily_unavailable"
    host.start_checker()
    time.sleep(1.2)
    assert "code" in host.sign_in()
