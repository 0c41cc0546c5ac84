# SPDX-License-Identifier: Apache-2.0
"""Behind a proxy, on a Unix socket, and TLS of our own: LS-07, TK-17."""
import pwd
import socket
import ssl
import stat
import subprocess
import urllib.parse

import pytest
from host import BUILD, ROOT, free_port, statuses


def seen_by(host, forwarded=()):
    """Status, and the client address the daemon logged."""
    since = len(host.log())
    lines = "".join(f"X-Forwarded-For: {value}\r\n" for value in forwarded)
    answer, _ = host.raw(f"GET {urllib.parse.urlsplit(host.issuer).path}/nothing HTTP/1.1\r\nHost: {host.host}\r\n{lines}Connection: close\r\n\r\n".encode("latin-1"))
    line = next(line for line in host.log()[since:].splitlines() if " request " in line)
    return statuses(answer)[0], line.split(" rhost=")[1].split(" ")[0]


@pytest.fixture(scope="module", name="proxied")
def one_behind_a_proxy():
    from host import Host
    host = Host(extra='trusted_proxies = {"127.0.0.1", "10.0.0.0/8", "fd00::/8"}\n')
    try:
        yield host.start()
    finally:
        host.stop()


@pytest.mark.parametrize("forwarded,client", [
    ([], "127.0.0.1"), (["192.0.2.7"], "192.0.2.7"), (["6.6.6.6, 192.0.2.7"], "192.0.2.7"),
    (["6.6.6.6, 192.0.2.7, 10.1.2.3"], "192.0.2.7"), (["192.0.2.7", "10.1.2.3"], "192.0.2.7"),
    (["192.0.2.7, 10.1.2.3, 10.255.255.255,fd00::1"], "192.0.2.7"), (["10.0.0.1, 10.0.0.2"], "10.0.0.1"),
    (["2001:DB8::0:7"], "2001:db8::7"), (["::ffff:192.0.2.7"], "192.0.2.7"), (["garbage, 192.0.2.7"], "192.0.2.7"),
    (["  192.0.2.7\t"], "192.0.2.7"), (["6.6.6.6", "11.0.0.1"], "11.0.0.1")])
def test_the_right_most_hop_that_is_not_ours_is_the_client(proxied, forwarded, client):
    assert seen_by(proxied, forwarded) == (404, client)


@pytest.mark.parametrize("forwarded", ["", " ", ",", "unknown", "192.0.2.7,", "192.0.2.7, ", "192.0.2.256", "192.0.2.7:80",
                                       "[2001:db8::7]", "2001:db8::7%eth0", "0x7f.1", "127.1", "192.0.2.7 6.6.6.6", "_hidden",
                                       "192.0.2.7, 10.0.0.1, x", "x, 10.0.0.1", "\xff", "1" * 5000, "192.0.2.7;", '"192.0.2.7"'])
def test_a_forwarded_address_that_is_none_is_refused(proxied, forwarded):
    status, client = seen_by(proxied, [forwarded])
    assert status == 400 and client == "127.0.0.1"  # CVE-2024-47070: never "no address"


@pytest.mark.parametrize("forwarded", ["192.0.2.7", "garbage", ""])
def test_from_anybody_else_the_header_means_nothing(server, forwarded):
    assert seen_by(server, [forwarded]) == (404, "127.0.0.1")


@pytest.mark.parametrize("name", ["Forwarded: for=192.0.2.7;host=evil.example;proto=https", "X-Forwarded-Host: evil.example",
                                  "X-Real-IP: 192.0.2.7", "X-Original-URL: /admin", "X-Forwarded-Proto: https",
                                  "X-HTTP-Method-Override: POST", "X-Rewrite-URL: /token"])
def test_other_headers_of_proxies_change_nothing(proxied, name):
    answer, _ = proxied.raw(f"GET /token HTTP/1.1\r\nHost: {proxied.host}\r\n{name}\r\nConnection: close\r\n\r\n".encode())
    assert statuses(answer) == [405] and b"evil.example" not in answer


@pytest.fixture(scope="module", name="local")
def one_on_a_unix_socket():
    from host import Host
    host = Host(unix=True, issuer="https://sso.example/auth", extra='trusted_proxies = {"unix", "10.0.0.0/8"}\n')
    try:
        yield host.start()
    finally:
        host.stop()


def test_a_unix_socket_is_for_owner_and_group(local):
    made = local.unix.stat()
    assert stat.S_IMODE(made.st_mode) == 0o660
    if ROOT:  # which then is the group of the account that the daemon became
        assert made.st_gid == pwd.getpwnam("nobody").pw_gid


WELL_KNOWN = "/.well-known/oauth-authorization-server"
DISCOVERY = "/.well-known/openid-configuration"


@pytest.mark.parametrize("host,path,status", [
    ("sso.example", "/auth/userinfo", 401), ("SSO.Example:443", "/auth/userinfo", 401), ("sso.example", "/auth/nothing", 404),
    ("sso.example", "/userinfo", 404), ("sso.example", "/auth", 404), ("sso.example", "/authuserinfo", 404),
    ("sso.example", "/AUTH/userinfo", 404), ("sso.example", "/auth//userinfo", 404), ("sso.example:80", "/auth/userinfo", 421),
    ("sso.example", WELL_KNOWN + "/auth", 200), ("sso.example", "/auth" + WELL_KNOWN, 200), ("sso.example", WELL_KNOWN, 404),
    ("sso.example", DISCOVERY + "/auth", 200), ("sso.example", "/auth" + DISCOVERY, 200), ("sso.example", DISCOVERY, 404),
    ("sso.example", "/auth/jwks", 200), ("sso.example", "/jwks", 404), ("sso.example", "/jwks/auth", 404),
    ("sso.example", WELL_KNOWN + "/auth/", 404), ("sso.example", WELL_KNOWN + "/AUTH", 404),
    ("sso.example", WELL_KNOWN + "/x/auth", 404), ("sso.example", "/.well-known/userinfo/auth", 404),
    ("sso.example", "/.well-known/auth", 404), ("sso.example", "/userinfo/auth", 404),
    ("localhost", WELL_KNOWN + "/auth", 421), ("localhost", "/auth/userinfo", 421),
    ("sso.example.evil", "/auth/userinfo", 421), ("", "/auth/userinfo", 421)])
def test_the_path_of_the_issuer_and_its_host_are_required(local, host, path, status):
    answer, _ = local.raw(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    assert statuses(answer) == [status]


def test_on_a_unix_socket_the_proxy_says_who_the_client_is(local):
    assert seen_by(local, ["6.6.6.6, 192.0.2.7, 10.0.0.1"])[1] == "192.0.2.7"
    assert seen_by(local) == (404, '""')
    assert seen_by(local, ["garbage"])[0] == 400


def test_pages_behind_a_tls_proxy_are_https_pages(local):
    answer, _ = local.raw(b"GET /auth/nothing HTTP/1.1\r\nHost: sso.example\r\nConnection: close\r\n\r\n")
    assert b"Strict-Transport-Security: max-age=31536000" in answer and b'href="/auth/assets/style.css"' in answer


def test_a_socket_left_by_a_crash_is_replaced_and_one_in_use_is_not(local):
    code, said = local.refuses()
    assert code == 78 and said == f"authcoded: cannot listen on unix:{local.unix}: it is in use\n"
    local.stop_daemon(9)
    assert local.unix.exists()
    local.start_daemon()
    assert local.stop_daemon() == 0 and not local.unix.exists()
    local.start_daemon()


# A network of its own, whose one host has an address that is not loopback.
FROM_OUTSIDE = '''
ip link set lo up && ip address add 192.0.2.1/32 dev lo || exit 9
"$1" --config "$2" --print-ready >"$3" 2>&1 &
daemon=$!
for tries in $(seq 200); do grep -q "^ready " "$3" && break; sleep 0.05; done
for address in 192.0.2.1 127.0.0.1; do
	curl -s -o /dev/null --max-time 10 -w '%{http_code} ' -H 'Host: sso.example' "http://$address:$4/nothing"
done
kill $daemon
wait $daemon
'''


def test_without_tls_nobody_but_the_proxy_is_served(hosts):
    """TK-17: for an https issuer, a listener without TLS is a proxy's, whatever it is bound to."""
    port = free_port()
    host = hosts(listen=f"0.0.0.0:{port}", issuer="https://sso.example", extra='trusted_proxies = {"10.0.0.0/8"}\n')
    done = subprocess.run(["unshare", *([] if ROOT else ["--map-root-user"]), "--net", "sh", "-c", FROM_OUTSIDE, "sh",
                           BUILD / "authcoded", host.config, host.directory / "authcoded.log", str(port)],
                          capture_output=True, timeout=60, check=False, text=True)
    assert done.stdout == "000 404 ", (done.stdout, done.stderr, host.log())
    assert "connection refused: not by way of a trusted proxy" in host.log()


# --- TLS -------------------------------------------------------------------------------

secure = pytest.mark.parametrize("server", ["https"], indirect=True)


@secure
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_1_2_and_1_3_are_spoken(server, version):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(server.directory / "certificate.pem")
    context.minimum_version = context.maximum_version = version
    with context.wrap_socket(socket.create_connection(("127.0.0.1", server.port), timeout=10)) as sock:
        assert sock.cipher()[0].endswith(("GCM_SHA384", "GCM-SHA384", "GCM_SHA256", "GCM-SHA256", "POLY1305", "POLY1305_SHA256"))


@secure
@pytest.mark.parametrize("options", [
    ["-tls1_1"], ["-tls1"], ["-tls1_2", "-cipher", "AES128-SHA"], ["-tls1_2", "-cipher", "AES128-GCM-SHA256"],
    ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"], ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-SHA384"]])
def test_old_versions_and_weak_ciphers_are_not(server, options):
    cipher = [] if "-cipher" in options else ["-cipher", "ALL:@SECLEVEL=0"]
    done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", *options, *cipher],
                          input=b"", capture_output=True, timeout=10, check=False)
    assert done.returncode != 0 and b"Cipher is (NONE)" in done.stdout


@secure
def test_plain_http_on_a_tls_port_is_not_served(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as sock:
        sock.sendall(f"POST /token HTTP/1.1\r\nHost: {server.host}\r\n\r\n".encode())
        try:
            assert b"HTTP/" not in sock.recv(4096)
        except ConnectionError:
            pass


def test_a_port_that_is_taken_is_named(hosts):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        host = hosts(listen=f"127.0.0.1:{port}", issuer=f"http://127.0.0.1:{free_port()}")
        assert host.refuses() == (78, f"authcoded: cannot listen on 127.0.0.1:{port}: Address already in use\n")
