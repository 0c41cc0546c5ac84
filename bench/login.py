#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make bench-login: what a sign-in through pages, daemon and helper costs beside PAM alone on the same stack.

A sign-in is everything from the request of the application to the code that it gets. PAM alone is a loop in one
process, which pays for no page, no fork and no other user than it is. As root also with the host's own stack, which
takes accounts that exist for as long as this runs.
"""
import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import secrets
import socket
import statistics
import subprocess
import time
import urllib.parse

import machine
import measure
import stand
import table
from stand import hosts, person

PEOPLE = 4
ROUNDS = 4
TARGETS = {"cpu_ms": 5, "wall_ms": 3}
HEAD = ("stack", "at once", "", "per second", "CPU, ms", "wall, ms", "target")


class Browser:
    """One connection, kept; quick enough not to be what is measured."""

    def __init__(self, host):
        self.host = host
        self.socket = socket.create_connection(("127.0.0.1", host.port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.cookies = {}

    def ask(self, method, target, body=""):
        """Status, Location, page."""
        head = [f"{method} {target} HTTP/1.1", f"Host: {self.host.host}", f"Origin: {self.host.issuer}"]
        if self.cookies:
            head.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        if body:
            head += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        self.socket.sendall(("\r\n".join(head) + "\r\n\r\n" + body).encode())
        data = self.socket.recv(65536)
        while b"\r\n\r\n" not in data:
            data += self.more()
        head, _, page = data.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        headers = [line.split(": ", 1) for line in lines[1:]]
        length = int(next((value for name, value in headers if name.lower() == "content-length"), 0))
        while len(page) < length:
            page += self.more()
        for name, value in headers:
            if name.lower() == "set-cookie":
                name, _, value = value.partition(";")[0].partition("=")
                self.cookies[name] = value
        location = next((value for name, value in headers if name.lower() == "location"), "")
        return int(lines[0].split()[1]), location, page.decode()

    def more(self):
        piece = self.socket.recv(65536)
        if not piece:
            raise RuntimeError("the daemon has hung up")
        return piece

    def follow(self, status, location, page):
        """Through the issuer's own redirects."""
        while status == 303 and location.startswith((self.host.issuer + "/", "/")):
            status, location, page = self.ask("GET", location.removeprefix(self.host.issuer))
        return status, location, page

    def sign_in(self, target, user, password):
        status, location, page = self.follow(*self.ask("GET", target))
        form = person.Form(page)
        fields = {**form.fields, "username": user, "password": password}
        status, location, page = self.follow(*self.ask("POST", form.action, urllib.parse.urlencode(fields)))
        if status != 303 or "code=" not in location:
            raise RuntimeError(f"{user} was not signed in: {status} {location} {page[:600]}")


class UnixHost(stand.BenchHost):
    """With the stack of the host itself."""

    def write_pam(self):
        super().write_pam()
        stack = "".join(f"@include /etc/pam.d/common-{phase}\n" for phase in ("auth", "account"))
        (self.directory / "pam" / "authcode").write_text(stack)


@contextlib.contextmanager
def accounts(count):
    """People who can sign in, their password, and an end to them."""
    password = secrets.token_hex(8)
    names = [f"bench{os.getpid()}x{i}" for i in range(count)]
    try:
        for name in names:
            subprocess.run(["useradd", "-M", "-s", "/bin/false", name], check=True, timeout=30)
        subprocess.run(["chpasswd"], input="".join(f"{name}:{password}\n" for name in names), text=True, check=True, timeout=30)
        yield names, password
    finally:
        for name in names:
            subprocess.run(["userdel", name], check=False, timeout=30, stderr=subprocess.DEVNULL)


def raw(host, users, password, count):
    """As many processes as people. CPU and the walls of each, and how long it took in all."""
    words = [stand.BUILD / "bench" / "raw_pam", host.directory / "pam", "authcode"]
    begun = time.monotonic()
    running = [subprocess.Popen([*words, user, str(count)], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
               for user in users]
    for child in running:
        child.stdin.write(password + "\n")
        child.stdin.flush()
    told = [json.loads(child.communicate(timeout=600)[0]) for child in running]
    took = time.monotonic() - begun
    cpu_ms = sum(one["cpu_us"] for one in told) / 1000
    return {"cpu_ms": cpu_ms, "walls": [wall / 1000 for one in told for wall in one["walls_us"]], "took": took}


def cpu_ms(host):
    """Of the daemon, and of all the helpers there have been."""
    time.sleep(0.3)  # the last one is still to be waited for
    helpers = (host.helper.pid, host.checker.pid)
    return (measure.cpu_ns(host.daemon.pid) / 1e6,
            (sum(map(measure.cpu_ns, helpers)) + sum(map(measure.children_cpu_ns, helpers))) / 1e6)


def one_person(host, user, password, count):
    target = host.authorize_url().removeprefix(host.issuer)
    walls = []
    for _ in range(count):
        browser = Browser(host)
        begun = time.monotonic()
        browser.sign_in(target, user, password)
        walls.append((time.monotonic() - begun) * 1000)
        browser.socket.close()
    return walls


def relayed(host, users, password, count):
    before = cpu_ms(host)
    begun = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(len(users)) as pool:
        walls = [wall for each in pool.map(lambda user: one_person(host, user, password, count), users) for wall in each]
    took = time.monotonic() - begun
    daemon, helpers = (now - then for then, now in zip(before, cpu_ms(host)))
    return {"cpu_ms": daemon + helpers, "daemon_ms": daemon, "walls": walls, "took": took}


def figures_of(parts):
    """All rounds of one way together."""
    walls = [wall for part in parts for wall in part["walls"]]
    told = {"sign_ins": len(walls), "per_second": len(walls) / sum(part["took"] for part in parts),
            "wall_ms": statistics.median(walls)}
    for name in ("cpu_ms", "daemon_ms"):
        if name in parts[0]:
            told[name] = sum(part[name] for part in parts) / len(walls)
    return told


def compared(stack, host, users, password, count):
    """One way and the other in turn, so that what else goes on meets both."""
    one_person(host, users[0], password, 2)  # what is read once has been read
    ways = {"PAM alone": [], "authcode": []}
    for _ in range(ROUNDS):
        ways["PAM alone"].append(raw(host, users, password, max(1, count // ROUNDS)))
        ways["authcode"].append(relayed(host, users, password, max(1, count // ROUNDS)))
    row = {"stack": stack, "people": len(users), "ways": {name: figures_of(parts) for name, parts in ways.items()}}
    if len(users) == 1:
        alone, through = row["ways"].values()
        row["overhead"] = {name: through[name] - alone[name] for name in TARGETS}
        row["kept"] = {name: row["overhead"][name] <= most for name, most in TARGETS.items()}
    for name, way in row["ways"].items():
        stand.say(f"  {stack:<34} {len(users)} at once  {name:<10} {way['per_second']:>7.1f}/s  "
                  f"{way['cpu_ms']:>7.2f} ms CPU  {way['wall_ms']:>7.2f} ms")
    return row


@contextlib.contextmanager
def started(kind):
    host = kind()
    try:
        yield host.start()
    finally:
        host.stop()


def measured(chosen):
    with started(stand.BenchHost) as host:
        rows = [compared("pam_matrix, one password", host, [hosts.USER], hosts.PASSWORD, chosen.count)]
    common = pathlib.Path("/etc/pam.d/common-auth")
    if not hosts.ROOT or not common.exists():
        stand.say("  the host's own stack needs root and Debian's /etc/pam.d/common-auth: left out")
        return rows
    modules = ", ".join(dict.fromkeys(re.findall(r"^auth\b.*?(pam_unix|pam_sss|pam_ldap|pam_krb5)", common.read_text(), re.M)))
    with accounts(PEOPLE) as (names, password), started(UnixHost) as host:
        for users in (names[:1], names):
            rows.append(compared(f"common-auth ({modules})", host, users, password, max(1, chosen.count // 4)))
    return rows


def lines(row):
    at_once = row["people"]
    for name, way in row["ways"].items():
        cpu = f"{way['cpu_ms']:.2f}" + (f" (daemon {way['daemon_ms']:.2f})" if "daemon_ms" in way else "")
        yield row["stack"], at_once, name, f"{way['per_second']:.1f}", cpu, f"{way['wall_ms']:.2f}", ""
    if "overhead" in row:
        verdicts = ", ".join(f"{said} {table.verdict(row['overhead'][name], TARGETS[name])}"
                             for name, said in (("cpu_ms", "CPU"), ("wall_ms", "wall")))
        yield (row["stack"], at_once, "what authcode adds", "", f"{row['overhead']['cpu_ms']:.2f}",
               f"{row['overhead']['wall_ms']:.2f}", verdicts)


def markdown(figures):
    return (table.lines_of(HEAD, [line for row in figures["rows"] for line in lines(row)])
            + "\n" + machine.sentence(figures["machine"]) + "\n")


def main():
    parser = stand.parser(__doc__)
    parser.add_argument("--count", type=int, default=400, help="sign-ins with the cheap stack, a quarter with the host's [400]")
    chosen = parser.parse_args()
    stand.write(chosen.out, "login", {"rows": measured(chosen)}, markdown)


if __name__ == "__main__":
    main()
