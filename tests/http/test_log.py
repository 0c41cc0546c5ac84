# SPDX-License-Identifier: Apache-2.0
"""What the daemon says, records and counts: lines, JSON, records, numbers, /metrics and /health."""
import contextlib
import json
import re
import sqlite3
import subprocess
import time
import urllib.parse

import pytest
from host import BUILD, CALLBACK, CODE_WORD, PASSWORD, SECRET, USER, Host, answer_of, basic, free_port
from person import Form, Person
from test_admin import ctl, curl

NUMBER = r"[0-9a-hjkmnp-tv-z]{13}"


@pytest.fixture(scope="module", name="quiet")
def one_that_writes_json_counts_for_others_and_records_nothing():
    port = free_port()
    host = Host(extra=f'log = json\naudit = off\nmetrics_listen = "127.0.0.1:{port}"\n')
    host.metrics = f"http://127.0.0.1:{port}"
    try:
        yield host.start()
    finally:
        host.stop()


def metrics_of(text):
    """name{labels} -> value."""
    return {key: float(value) for key, value in re.findall(r"^(authcode_\S+) (\S+)$", text, re.M)}


def by_socket(server, path):
    words = ["curl", "-s", "--max-time", "20", "--unix-socket", server.directory / "run" / "admin.sock",
             "-w", "\n%{http_code} %{content_type}", f"http://localhost{path}"]
    body, told = subprocess.run(words, capture_output=True, timeout=30, check=True).stdout.decode().rsplit("\n", 1)
    status, kind = told.split(" ", 1)
    return int(status), kind, body


def wait_for(what):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        found = what()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("it did not come")


def records(server, query=""):
    status, answer = curl(server, "/admin/audit" + query)
    assert status == 200, answer
    return answer["records"]


# --- numbers of requests, and why somebody was refused ----------------------------


def test_an_error_page_has_the_number_by_which_the_refusal_is_explained(server):
    page = server.request("GET", "/authorize?" + urllib.parse.urlencode(
        {"response_type": "code", "client_id": "app", "redirect_uri": "https://evil.example/"}))
    assert page.status_code == 400
    number = re.search(rf"Request <code>({NUMBER})</code>", page.text).group(1)
    assert f'refused rhost=127.0.0.1 client="app" error="invalid_request" check="redirect_uri" path="/authorize" ' \
           f'why="redirect_uri is not registered for this client" txn={number}\n' in server.log()
    status, answer = curl(server, f"/admin/explain?txn={number.upper()}")
    assert status == 200 and answer["txn"] == number and answer["records"] == []
    (refusal,) = answer["refusals"]
    assert refusal["event"] == "request_refused" and refusal["client"] == "app" and refusal["check"] == "redirect_uri"
    assert refusal["why"] == "redirect_uri is not registered for this client" and refusal["rhost"] == "127.0.0.1"
    told = ctl(server, "explain", f"{number[:4]}-{number[4:]}")
    assert told.returncode == 0, told.stderr
    assert "redirect_uri is not registered for this client" in told.stdout and "Correct the application" in told.stdout
    assert json.loads(ctl(server, "--json", "explain", number).stdout) == answer


def test_two_requests_never_have_one_number(server):
    numbers = [re.search(rf"<code>({NUMBER})</code>", server.request("GET", "/nowhere").text).group(1)
               for _ in range(20)]
    assert len(set(numbers)) == 20 and numbers == sorted(numbers)


def test_a_redirected_refusal_and_a_failed_sign_in_are_explained_too(server):
    landed = Person(server.issuer).go(server.authorize_url(scope="nonsense"))
    assert answer_of(landed)["error"] == "invalid_scope"
    line = re.findall(rf'refused rhost=\S+ client="app" error="invalid_scope" .*txn=({NUMBER})\n', server.log())
    status, answer = curl(server, f"/admin/explain?txn={line[-1]}")
    assert status == 200 and answer["refusals"][0]["check"] == "scope"
    person = Person(server.issuer)
    person.submit(person.go(server.authorize_url()), username=USER, password="wrong")
    found = wait_for(lambda: re.findall(rf'login failed rhost=127.0.0.1 reason=bad_credentials client="app" '
                                        rf'user="unknown" user_mac=[0-9a-f]{{8}} prompts="hidden" txn=({NUMBER})\n', server.log()))
    refusal = curl(server, f"/admin/explain?txn={found[-1]}")[1]["refusals"][0]
    assert refusal["reason"] == "bad_credentials" and "PAM did not accept" in refusal["means"] and refusal["act"]
    assert "user" in refusal and refusal["user"] == "unknown"


def test_what_is_remembered_of_no_request_is_a_refusal_of_its_own(server):
    for query, status in (("", 400), ("?txn=", 400), ("?txn=123", 400), ("?txn=8000000000000", 400),
                          ("?txn=zzzzzzzzzzzzz", 400), ("?txn=0000000000001", 404),
                          ("?txn=0000000000001&txn=0000000000002", 400), ("?txn=%ff", 400)):
        assert curl(server, "/admin/explain" + query)[0] == status, query
    told = ctl(server, "explain", "0000000000001")
    assert told.returncode == 1 and "nothing is remembered" in told.stderr
    assert ctl(server, "explain").returncode == 2 and ctl(server, "explain", "a", "b").returncode == 2
    # Nothing of it is served to the world.
    for path in ("/admin/explain?txn=0000000000001", "/admin/audit", "/metrics", "/health"):
        assert server.request("GET", path).status_code == 404, path


# --- records ------------------------------------------------------------------------


def test_each_step_is_recorded_with_its_person_client_and_request(server):
    since = int(time.time())
    tokens = server.tokens()
    assert server.post("/revoke", token=tokens["access_token"]).status_code == 200
    found = records(server, f"?since={since}&client=app&user={USER}")
    assert [one["event"] for one in found[:4]] == ["token_revoked", "token_issued", "code_issued", "login_succeeded"]
    for one in found[:4]:
        assert one["rhost"] == "127.0.0.1" and one["user"] == USER and abs(one["time"] - time.time()) < 30
        assert f"txn={one['txn']}\n" in server.log()
        # The log says it with the same words, under the same number.
        assert re.search(rf"{one['words']} rhost=127.0.0.1 .*client=\"app\" user=\"{USER}\" .*txn={one['txn']}\n",
                         server.log()), one
        status, answer = curl(server, f"/admin/explain?txn={one['txn']}")
        assert status == 200 and one in answer["records"] and answer["refusals"] == []
    assert len({one["txn"] for one in found[:4]}) == 4


def test_a_code_that_is_used_twice_is_recorded_as_such(server):
    code = server.sign_in()["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    assert server.post("/token", **form).status_code == 200
    assert server.post("/token", **form).status_code == 400
    newest = records(server)[0]
    assert newest["event"] == "code_reused" and newest["user"] == USER and newest["client"] == "app"
    assert f'code used again rhost=127.0.0.1 client="app" user="{USER}" txn={newest["txn"]}\n' in server.log()
    explained = curl(server, f"/admin/explain?txn={newest['txn']}")[1]
    assert explained["records"] == [newest]
    assert [one["event"] for one in explained["refusals"]] == ["code_reused", "request_refused"]
    assert explained["refusals"][1]["error"] == "invalid_grant" and "copied it" in explained["refusals"][0]["means"]


def test_what_an_administrator_does_is_recorded_with_the_uid(server):
    server.tokens()
    assert ctl(server, "grant", "revoke", USER, "app").returncode == 0
    newest = records(server)[0]
    assert newest["event"] == "consent_withdrawn" and newest["client"] == "app"
    assert isinstance(newest["admin_uid"], int) and newest["txn"]


def test_failed_attempts_leave_no_record(server):
    before = records(server)
    person = Person(server.issuer)
    person.submit(person.go(server.authorize_url()), username=USER, password="wrong")
    server.post("/token", secret="wrong", grant_type="authorization_code", code="x")
    server.post("/token", grant_type="authorization_code", code="x", redirect_uri=CALLBACK)
    server.request("GET", "/authorize")
    assert records(server) == before


def test_records_are_listed_by_page_and_by_what_they_say(server):
    server.tokens()
    everything = records(server)
    assert records(server, "?client=nobody") == [] and records(server, "?user=eve") == []
    assert records(server, f"?until={int(time.time()) - 86400}") == []
    assert {one["client"] for one in records(server, "?client=app")} == {"app"}
    told = ctl(server, "audit", "list", "--user", USER, "--client", "app", "--since", "1h")
    assert told.returncode == 0 and told.stdout.startswith("TIME ") and "tokens issued" in told.stdout
    assert json.loads(ctl(server, "--json", "audit", "list").stdout)[:len(everything)] == everything
    assert ctl(server, "audit", "list", "--since", "2099-01-01").stdout.count("\n") == 1
    for words in (["--since", "yesterday"], ["--since", "5"], ["--until", "2030-13-01"], ["--since", ""]):
        told = ctl(server, "audit", "list", *words)
        assert told.returncode == 2 and "give a day" in told.stderr, words
    for query in ("?since=x", "?until=-1", "?before=0", "?before=x", "?since=1&since=2", "?user=%ff"):
        assert curl(server, "/admin/audit" + query)[0] == 400, query


def test_without_audit_nothing_is_recorded(quiet):
    quiet.tokens()
    assert records(quiet) == []


# --- JSON -----------------------------------------------------------------------------


def test_every_line_is_one_json_object_with_the_keys_of_the_text(quiet):
    before = quiet.log().count('"login_failed"')
    person = Person(quiet.issuer)
    person.submit(person.go(quiet.authorize_url()), username='x" rhost=203.0.113.9\n', password="wrong")
    wait_for(lambda: quiet.log().count('"login_failed"') == before + 1)
    lines = [json.loads(line) for line in quiet.log().splitlines() if not line.startswith("ready ")]
    assert {"time", "level", "program", "message"} <= set.intersection(*(set(line) for line in lines))
    failed = [line for line in lines if line.get("event") == "login_failed"][-1]
    assert failed["rhost"] == "127.0.0.1" and failed["reason"] == "bad_credentials" and failed["result"] == "refused"
    assert failed["user"] == "unknown" and re.fullmatch(r"[0-9a-f]{8}", failed["user_mac"])
    assert failed["level"] == "notice" and failed["message"] == "login failed" and failed["client"] == "app"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", failed["time"])


# --- /metrics and /health -----------------------------------------------------------------


def test_what_happens_is_counted(server):
    before = metrics_of(by_socket(server, "/metrics")[2])
    server.tokens()
    person = Person(server.issuer)
    person.submit(person.go(server.authorize_url()), username=USER, password="wrong")
    wait_for(lambda: metrics_of(by_socket(server, "/metrics")[2]).get(
        'authcode_logins_total{result="bad_credentials"}', 0) > before.get(
        'authcode_logins_total{result="bad_credentials"}', 0))
    status, kind, text = by_socket(server, "/metrics")
    assert status == 200 and kind == "text/plain; version=0.0.4; charset=utf-8"
    after = metrics_of(text)

    def grown(name):
        return after.get(name, 0) - before.get(name, 0)

    assert grown('authcode_http_requests_total{route="/token",status="200"}') == 1
    assert grown('authcode_http_request_duration_seconds_count{route="/token"}') == 1
    assert grown('authcode_http_request_duration_seconds_bucket{route="/token",le="+Inf"}') == 1
    assert 0 < grown('authcode_http_request_duration_seconds_sum{route="/token"}') < 20
    assert grown('authcode_logins_total{result="succeeded"}') == 1
    assert grown('authcode_logins_total{result="bad_credentials"}') == 1
    assert grown('authcode_tokens_issued_total{kind="access",grant="authorization_code"}') == 1
    assert grown('authcode_tokens_issued_total{kind="refresh",grant="authorization_code"}') <= 1
    assert grown('authcode_tokens_issued_total{kind="access",grant="client_credentials"}') == 0
    assert grown("authcode_store_operations_total") >= 3 and after["authcode_store_failures_total"] == 0
    assert 1 <= grown("authcode_store_batches_total") <= grown("authcode_store_operations_total")
    assert after["authcode_store_queue_depth"] == 0 and after["authcode_connections"] >= 1
    assert after["authcode_log_lines_lost_total"] == 0 and after['authcode_account_checks_total{answer="good"}'] >= 1
    assert USER not in text and "127.0.0.1" not in text and "app" not in re.sub(r"# .*", "", text)
    # Every family is announced once, before its first value.
    for name in {re.sub(r"_(bucket|sum|count)$", "", key.split("{")[0]) if "duration" in key else key.split("{")[0]
                 for key in after}:
        assert len(re.findall(rf"^# TYPE {name} (?:counter|gauge|histogram)$", text, re.M)) == 1, name


def test_a_histogram_only_grows_along_its_buckets(server):
    server.request("GET", "/nowhere")
    found = metrics_of(by_socket(server, "/metrics")[2])
    values = [value for key, value in found.items()
              if key.startswith('authcode_http_request_duration_seconds_bucket{route="other"')]
    assert values == sorted(values) and values[-1] >= 1
    assert found['authcode_http_requests_total{route="other",status="404"}'] >= 1


def test_the_loopback_port_serves_numbers_and_health_and_nothing_else(quiet):
    with quiet.session() as http:
        answer = http.get(quiet.metrics + "/metrics", timeout=20)
        assert answer.status_code == 200 and "authcode_connections" in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        assert http.get(quiet.metrics + "/health", timeout=20).json() == {"status": "ok"}
        for path in ("/admin/keys", "/admin/audit", "/authorize", "/token", "/", "/jwks.json"):
            assert http.get(quiet.metrics + path, timeout=20).status_code == 404, path
        assert http.post(quiet.metrics + "/metrics", timeout=20).status_code == 405
        # Another name that was made to point here is no way in.
        for name in ("metrics.example", "localhost", "127.0.0.1"):
            answer = http.get(quiet.metrics + "/metrics", headers={"Host": name}, timeout=20)
            assert answer.status_code == 421, name


@pytest.mark.parametrize("address", ["0.0.0.0:9464", "[::]:9464", "192.0.2.1:9464", "unix:/run/x", "127.0.0.1", "localhost:9464"])
def test_numbers_are_not_served_to_the_network(quiet, address):
    config = quiet.directory / "other.conf"
    config.write_text(re.sub(r"metrics_listen = .*", f'metrics_listen = "{address}"', quiet.config.read_text()))
    config.chmod(0o600)
    told = subprocess.run([BUILD / "authcoded", "--config", config, "--check-config"], capture_output=True, text=True,
                          timeout=20, check=False)
    assert told.returncode == 78 and "metrics_listen" in told.stderr and "of this host alone" in told.stderr


def test_a_server_without_its_helper_is_not_healthy(server):
    assert by_socket(server, "/health")[::2] == (200, '{"status":"ok"}')
    path, aside = server.directory / "check.sock", server.directory / "aside.sock"
    path.rename(aside)
    try:
        status, _, body = by_socket(server, "/health")
        assert status == 503 and json.loads(body) == {"status": "failing", "reasons": ["nobody listens on check_socket"]}
    finally:
        aside.rename(path)
    assert by_socket(server, "/health")[0] == 200


# --- nothing secret, anywhere ----------------------------------------------------------------


def test_no_secret_is_in_any_log_or_in_the_database(server, quiet):
    for host in (server, quiet):
        person = Person(host.issuer)
        page = person.go(host.authorize_url(state="canary-state-1"))
        page = person.submit(page, username="canary-typed-in-the-wrong-field", password="canary-wrong-password")
        secrets = ["canary-typed-in-the-wrong-field", "canary-wrong-password", PASSWORD, SECRET, CODE_WORD]
        secrets += [Form(page.text).fields["csrf"]]
        code = host.sign_in(person=person)["code"]
        secrets += [code] + [cookie.value for cookie in person.http.cookies]
        tokens = host.post("/token", grant_type="authorization_code", code=code, redirect_uri=CALLBACK).json()
        secrets += [tokens[name] for name in ("access_token", "refresh_token") if name in tokens]
        host.post("/token", secret="canary-wrong-secret", grant_type="authorization_code", code=code)
        host.post("/introspect", token="aca_canary-unknown-token")
        host.request("GET", "/userinfo", headers={"Authorization": "Bearer " + tokens["access_token"]})
        host.request("GET", "/logout?id_token_hint=canary-hint&state=canary-state-2")
        secrets += ["canary-wrong-secret", "canary-unknown-token", "canary-state-1", "canary-hint",
                    "canary-state-2", basic(), basic(secret="canary-wrong-secret")]
        otp = Person(host.issuer)
        answer = otp.submit(otp.go(host.authorize_url("otp")), username=USER, password=PASSWORD)
        answer = otp.submit(answer, answer=CODE_WORD)
        assert isinstance(answer, str) and "code=" in answer
        secrets.append(answer_of(answer)["code"])
        wait_for(lambda: "login_failed" in host.log() or "login failed" in host.log())
        assert all(len(secret) > 8 for secret in secrets)
        said = host.log() + host.log("authcode-login") + host.log("authcode-check")
        assert "debug" in said or len(said) > 2000
        for path in sorted(host.state.glob("**/*")):
            if path.is_file() and path.name != "master.key":
                said += path.read_bytes().decode("latin-1")
        for secret in secrets:
            assert secret not in said, secret
        # A cookie's or token's part behind the kind would open as much.
        for secret in (tokens["access_token"], code):
            assert secret.split("_", 1)[1] not in said


def test_the_table_of_records_has_no_column_for_more(server):
    with contextlib.closing(sqlite3.connect(f"file:{server.state}/authcode.db?mode=ro", uri=True)) as store, store:
        columns = [row[1] for row in store.execute("PRAGMA table_info(audit)")]
    assert columns == ["id", "event", "txn", "client_id", "subject_id", "object_id", "rhost", "reason", "admin_uid",
                       "seq", "address", "mac"]
