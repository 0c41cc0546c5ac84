# SPDX-License-Identifier: Apache-2.0
"""A device that polls and a person with a browser, at the real daemon: RFC 8628, DV-01 to DV-11."""
import base64
import concurrent.futures
import json
import time

import pytest
from host import JSON_HEADERS, PASSWORD, USER, Person
from person import Form

GRANT = "urn:ietf:params:oauth:grant-type:device_code"


class Device:
    def __init__(self, host, client="tv", **more):
        self.host, self.client = host, client
        self.answer = host.request("POST", "/device_authorization", data={"client_id": client, **more})
        assert self.answer.status_code == 200, self.answer.text
        self.told = self.answer.json()

    def poll(self, client=None):
        return self.host.request("POST", "/token", data={
            "grant_type": GRANT, "client_id": client or self.client, "device_code": self.told["device_code"]})

    def error(self):
        answer = self.poll()
        return answer.status_code, answer.json()["error"]


def page_of(person, device):
    """From the link of a QR code to the page of the device, through the sign-in where it is asked for."""
    page = person.submit(person.go(device.told["verification_uri_complete"]))
    if "username" in Form(page.text).fields:
        page = person.submit(page, username=USER, password=PASSWORD)
    assert page.status_code == 200 and 'value="allow"' in page.text
    return page


def type_code(host, code, person=None, **more):
    person = person or Person(host.issuer)
    person.go(host.url("/device"))
    return person.http.post(host.url("/device"), data={"user_code": code, **more}, allow_redirects=False, timeout=20,
                            headers={"Sec-Fetch-Site": "same-origin"})


@pytest.mark.parametrize("server", ["http", "https"], indirect=True)
def test_a_person_allows_a_device_that_polls(server):
    device = Device(server, scope="profile groups offline_access")
    for name, value in JSON_HEADERS.items():
        assert device.answer.headers[name] == value, name
    assert device.told["verification_uri"] == server.url("/device")
    assert device.error() == (400, "authorization_pending")
    assert device.error() == (400, "slow_down")
    person = Person(server.issuer)
    page = page_of(person, device)
    assert device.told["user_code"] in page.text and "Television" in page.text and USER in page.text
    done = person.submit(page, decision="allow")
    assert done.status_code == 200 and "Device allowed" in done.text and "<form" not in done.text
    answer = device.poll()
    assert answer.status_code == 200 and answer.json()["scope"] == "profile groups offline_access"
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert server.request("GET", "/userinfo", headers=bearer).json()["preferred_username"] == USER
    assert device.error() == (400, "invalid_grant")
    assert server.request("GET", "/userinfo", headers=bearer).status_code == 401


# DV-10
def test_openid_gives_an_id_token_of_who_allowed_it(server):
    device = Device(server, scope="openid profile")
    person = Person(server.issuer)
    person.submit(page_of(person, device), decision="allow")
    tokens = device.poll().json()
    payload = tokens["id_token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims["iss"] == server.issuer and claims["aud"] == "tv" and "nonce" not in claims
    assert abs(claims["auth_time"] - time.time()) < 60 and claims["sid"] and claims["at_hash"]
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert server.request("GET", "/userinfo", headers=bearer).json()["sub"] == claims["sub"]
    again = server.request("POST", "/token", data={
        "grant_type": "refresh_token", "client_id": "tv", "refresh_token": tokens["refresh_token"]})
    assert again.status_code == 200 and again.json()["id_token"]


def test_without_openid_there_is_no_id_token(server):
    device = Device(server, scope="profile")
    person = Person(server.issuer)
    person.submit(page_of(person, device), decision="allow")
    assert "id_token" not in device.poll().json()


def test_a_person_denies_a_device(server):
    device = Device(server)
    person = Person(server.issuer)
    done = person.submit(page_of(person, device), decision="deny")
    assert done.status_code == 200 and "Device not allowed" in done.text
    assert device.error() == (400, "access_denied")


def test_who_cancels_the_sign_in_is_asked_for_a_code_again(server):
    device = Device(server)
    person = Person(server.issuer)
    page = person.submit(person.go(device.told["verification_uri_complete"]))
    page = person.submit(page, decision="deny")
    assert page.status_code == 200 and 'name="user_code"' in page.text
    assert device.error() == (400, "authorization_pending")


def test_a_wrong_password_leads_back_to_the_sign_in_of_the_device(server):
    device = Device(server)
    person = Person(server.issuer)
    page = person.submit(person.go(device.told["verification_uri_complete"]))
    page = person.submit(page, username=USER, password="wrong")
    assert 'id="notice"' in page.text and 'name="password"' in page.text
    page = person.submit(page, username=USER, password=PASSWORD)
    assert device.told["user_code"] in page.text and 'value="allow"' in page.text


def test_a_link_alone_allows_nothing_though_somebody_is_signed_in(server):
    first, second = Device(server), Device(server)
    person = Person(server.issuer)
    person.submit(page_of(person, first), decision="allow")
    page = person.go(second.told["verification_uri_complete"])
    assert page.status_code == 200 and second.told["user_code"] in page.text and 'value="allow"' not in page.text
    assert second.error() == (400, "authorization_pending")


def test_the_device_of_another_client_and_a_second_redemption_get_nothing(server):
    device = Device(server)
    person = Person(server.issuer)
    person.submit(page_of(person, device), decision="allow")
    stranger = device.poll(client="public")
    assert (stranger.status_code, stranger.json()["error"]) == (400, "unauthorized_client")
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: device.poll().status_code, range(16)))
    assert sorted(answers) == [200] + 15 * [400]


@pytest.mark.parametrize("change,status", [
    ({"csrf": "A" * 43}, 403), ({"csrf": ""}, 403), ({"decision": "maybe"}, 400), ({"txn": "x"}, 400)])
def test_an_answer_that_is_not_our_pages_counts_for_nothing(server, change, status):
    device = Device(server)
    person = Person(server.issuer)
    fields = {**Form(page_of(person, device).text).fields, "decision": "allow", **change}
    answer = person.http.post(server.url("/consent"), data=fields, headers={"Sec-Fetch-Site": "same-origin"},
                              allow_redirects=False, timeout=20)
    assert answer.status_code == status
    assert device.error() == (400, "authorization_pending")


def test_the_page_of_one_browser_is_none_of_another(server):
    device = Device(server)
    fields = {**Form(page_of(Person(server.issuer), device).text).fields, "decision": "allow"}
    other = Person(server.issuer)
    other.submit(page_of(other, Device(server)), decision="deny")
    answer = other.http.post(server.url("/consent"), data=fields, headers={"Sec-Fetch-Site": "same-origin"},
                             allow_redirects=False, timeout=20)
    assert answer.status_code == 403
    assert device.error() == (400, "authorization_pending")


@pytest.mark.parametrize("code", ["", "BCDF-GHJK", "AEIO-UAEI", "x" * 300, "<script>", "B\u0106DF-GHJK"])
def test_a_code_that_nobody_waits_with_shows_the_form_again(server, code):
    answer = type_code(server, code)
    assert answer.status_code == 200 and 'role="alert"' in answer.text and "<script>" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_code_is_read_as_people_type_it(server):
    code = Device(server).told["user_code"]
    for text in (code, code.lower(), code.replace("-", ""), f" {code[:4]} {code[5:]} ".lower()):
        assert type_code(server, text).status_code == 303


# DV-03
def test_guessing_codes_is_slow_and_comes_to_an_end(hosts):
    host = hosts(extra="failure_floor = 500ms\nstranger_guesses = 3\naddress_guesses = 5\ntotal_guesses = 0\n").start()
    code = Device(host).told["user_code"]
    person = Person(host.issuer)
    for _ in range(3):
        began = time.monotonic()
        assert type_code(host, "BCDF-GHJK", person).status_code == 200
        assert time.monotonic() - began >= 0.5
    answer = type_code(host, code, person)  # the right one, too
    assert answer.status_code == 429 and 1 <= int(answer.headers["Retry-After"]) <= 900
    other = Person(host.issuer)
    assert type_code(host, code, other).status_code == 303  # a right one costs nothing
    for _ in range(2):
        assert type_code(host, "BCDF-GHJK", other).status_code == 200
    # And so many browsers of one address, whatever they do with their cookies.
    assert type_code(host, "BCDF-GHJK").status_code == 429
    assert "user code refused" in host.log()


def test_whoever_waits_for_a_wrong_code_does_not_keep_the_server_from_stopping(hosts):
    host = hosts(extra="failure_floor = 60s\n").start()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(type_code, host, "BCDF-GHJK")
        while "no device waits with that code" not in host.log():
            time.sleep(0.05)
        assert host.stop_daemon() == 0
        assert waiting.result().status_code == 200


def test_codes_survive_a_restart(hosts):
    host = hosts().start()
    device = Device(host)
    person = Person(host.issuer)
    page = page_of(person, device)
    assert host.stop_daemon() == 0
    host.start_daemon()
    person.submit(page, decision="allow")
    assert device.poll().status_code == 200
    # Neither code is on the disk.
    held = b"".join(path.read_bytes() for path in host.state.iterdir() if path.is_file())
    assert device.told["user_code"].encode() not in held and device.told["device_code"][4:].encode() not in held


@pytest.mark.parametrize("values,status,error", [
    ({"scope": "profile"}, 401, "invalid_client"), ({"client_id": "nobody"}, 401, "invalid_client"),
    ({"client_id": "app"}, 401, "invalid_client"), ({"client_id": "public"}, 400, "unauthorized_client"),
    ({"client_id": "tv", "scope": "nothing"}, 400, "invalid_scope"),
    ({"client_id": "tv", "scope": 'a"b'}, 400, "invalid_scope")])
def test_who_may_not_ask_gets_no_code(server, values, status, error):
    answer = server.request("POST", "/device_authorization", data=values)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_only_a_post_asks_for_a_code(server):
    answer = server.request("GET", "/device_authorization", params={"client_id": "tv"})
    assert answer.status_code == 405 and answer.headers["Allow"] == "POST, OPTIONS"
