# SPDX-License-Identifier: Apache-2.0
"""unit_server.py USER PASSWORD: authcoded as a unit, from unconfigured to behind a proxy.

Runs as root where systemd has the units. Each line says what is shown; the first thing
that is not so ends it.
"""
import grp
import os
import pwd
import re
import shutil
import socket
import subprocess
import sys
import urllib.parse

import requests
from person import Person
from unit_client import can_write, show, soon

ETC = "/usr/local/etc/authcode"
EXAMPLES = "/usr/local/share/doc/authcode/examples"
CONFIG = f"{ETC}/authcode.conf"
CTL = "/usr/local/bin/authcodectl"
SECRET = "canary-client-secret-0123456789-0123456789-a"
CALLBACK = "https://app.example/callback"
CLIENT = f"""client "app" {{
	client_secret_file = "{ETC}/app.secret"
	redirect_uris = {{"{CALLBACK}"}}
	scope = "openid profile"
	trusted = yes
}}
"""


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, timeout=90, check=False)


def systemctl(*words):
    return run("systemctl", *words)


def shown(*names, unit="authcoded.service"):
    told = systemctl("show", *(f"--property={name}" for name in names), unit).stdout
    return dict(line.split("=", 1) for line in told.splitlines())


def journal():
    return run("journalctl", "--no-pager", "--output=cat", "--unit=authcoded.service").stdout


def configure(text):
    with open(CONFIG, "w", encoding="utf-8") as out:
        out.write(text)
    with open(f"{ETC}/app.secret", "w", encoding="utf-8") as out:
        out.write(SECRET)
    group = pwd.getpwnam("_authcode").pw_gid
    for name in (CONFIG, f"{ETC}/app.secret"):
        os.chmod(name, 0o640)
        os.chown(name, 0, group)


def unconfigured():
    systemctl("start", "authcoded.service")
    show("unconfigured it is not started", shown("ActiveState", "NRestarts") == {"ActiveState": "inactive", "NRestarts": "0"})
    show("and says why", soon(lambda: f"unmet condition check (ConditionPathExists={CONFIG})" in journal()))
    systemctl("start", "authcoded-admin.socket")
    show("nor is its socket", not os.path.exists("/run/authcode/admin.sock"))


def refused():
    configure("nonsense = 1\n")
    systemctl("start", "authcoded.service")
    state = shown("ActiveState", "ExecMainStatus", "NRestarts")
    show("a bad configuration is refused with 78 and not tried again",
         state == {"ActiveState": "failed", "ExecMainStatus": "78", "NRestarts": "0"})
    show("with file and line in the journal", f"{CONFIG}:1: " in journal())
    systemctl("reset-failed", "authcoded.service")


def walls(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as opened:
        status = dict(re.findall(r"^(\w+):\t(\S+)", opened.read(), re.M))
    account = pwd.getpwnam("_authcode")
    show("it is _authcode, without a right", int(status["Uid"]) == account.pw_uid and int(status["CapBnd"], 16) == 0)
    show("under a filter, and gains no privileges", status["Seccomp"] == "2" and status["NoNewPrivs"] == "1")
    places = ("/", "/etc", "/usr", ETC, "/var", "/var/lib", "/var/lib/authcode", "/run", "/run/authcode", "/home", "/root")
    writable = [at for at in places if can_write(f"/proc/{pid}/root{at}")]
    show(f"it can write to {writable} alone", writable == ["/var/lib/authcode"])
    said = journal()
    show("its own walls stand inside of these", "sandbox: system calls filtered, files " in said)
    made = os.stat("/var/lib/authcode")
    show("its state is its own", (made.st_mode & 0o7777, made.st_uid) == (0o700, account.pw_uid))


def flow(issuer, user, password):
    query = {"response_type": "code", "client_id": "app", "redirect_uri": CALLBACK, "scope": "openid"}
    landed = Person(issuer).sign_in(f"{issuer}/authorize?{urllib.parse.urlencode(query)}", user, password)
    code = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(landed).query))["code"]
    answer = requests.post(f"{issuer}/token", timeout=20, auth=("app", SECRET), data={
        "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK})
    return answer.status_code == 200 and "id_token" in answer.json()


def as_nobody(*words):
    return run("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", *words)


def serving(user, password):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    issuer = f"http://127.0.0.1:{port}"
    configure(f'issuer = "{issuer}"\nlisten = {{"127.0.0.1:{port}"}}\n{CLIENT}')
    show("it starts, and with it its socket", systemctl("start", "authcoded.service").returncode == 0 and
         shown("ActiveState")["ActiveState"] == "active" and os.path.exists("/run/authcode/admin.sock"))
    pid = shown("MainPID")["MainPID"]
    walls(pid)
    show("a person of this host signs in, and the client has tokens", flow(issuer, user, password))
    show("root administers", run(CTL, "key", "list").returncode == 0)
    show("nobody does not", as_nobody(CTL, "key", "list").returncode == 3)
    run("usermod", "--append", "--groups", "authcode-admin", "nobody")
    show("the group does", run("setpriv", "--reuid=nobody", "--regid=nogroup", "--init-groups", CTL, "key",
                               "list").returncode == 0)
    show("reloading is not the end of it", systemctl("reload", "authcoded.service").returncode == 0 and
         shown("MainPID", "ActiveState") == {"MainPID": pid, "ActiveState": "active"})
    show("and it goes on", requests.get(f"{issuer}/jwks", timeout=20).status_code == 200)
    systemctl("stop", "authcoded.service")
    show("it ends in order", shown("ActiveState", "ExecMainStatus", "Result") ==
         {"ActiveState": "inactive", "ExecMainStatus": "0", "Result": "success"})
    show("the socket of administration stays systemd's", os.path.exists("/run/authcode/admin.sock"))
    show("whoever asks there starts it again", run(CTL, "key", "list").returncode == 0 and
         shown("ActiveState")["ActiveState"] == "active")


def ask_local(path):
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(20)
        sock.connect("/run/authcode/http.sock")
        sock.sendall(f"GET {path} HTTP/1.1\r\nHost: sso.example\r\nX-Forwarded-For: 192.0.2.7\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while piece := sock.recv(65536):
            answer += piece
    return answer


def behind_proxy():
    systemctl("stop", "authcoded.service")
    shutil.rmtree("/var/lib/authcode")  # another issuer is another server
    for name in ("authcoded.service.d", "authcoded.socket.d"):
        shutil.copytree(f"{EXAMPLES}/{name}", f"/etc/systemd/system/{name}")
    os.unlink("/etc/systemd/system/authcoded.socket.d/port-443.conf")
    with open("/etc/systemd/system/authcoded.socket.d/proxy-group.conf", "w", encoding="utf-8") as out:
        out.write("[Socket]\nSocketGroup=games\n")
    configure('issuer = "https://sso.example"\nlisten = {"unix:/run/authcode/http.sock"}\n'
              f'trusted_proxies = {{"unix"}}\n{CLIENT}')
    systemctl("daemon-reload")
    systemctl("enable", "--quiet", "authcoded.socket")
    show("behind a proxy it starts, with a socket of systemd's",
         systemctl("start", "authcoded.socket", "authcoded.service").returncode == 0)
    pid = shown("MainPID")["MainPID"]
    show("the socket is for the proxy's group", os.stat("/run/authcode/http.sock").st_mode & 0o777 == 0o660 and
         grp.getgrnam("games").gr_gid == os.stat("/run/authcode/http.sock").st_gid)
    show("it answers there", ask_local("/jwks").startswith(b"HTTP/1.1 200 "))
    with open(f"/proc/{pid}/net/dev", encoding="ascii") as opened:
        links = re.findall(r"^ *(\w+):", opened.read(), re.M)
    show("it has no network", links == ["lo"])
    show("its helpers are reached all the same", "no check helper answers" not in journal().split("sandbox:")[-1])
    show("root administers it there too", run(CTL, "key", "list").returncode == 0)
    systemctl("restart", "authcoded.service")
    show("a restart leaves the socket where it is", ask_local("/jwks").startswith(b"HTTP/1.1 200 "))
    configure('issuer = "https://sso.example"\nlisten = {"unix:/run/authcode/other.sock"}\n'
              f'trusted_proxies = {{"unix"}}\n{CLIENT}')
    systemctl("restart", "authcoded.service")
    show("a socket that the configuration does not name is refused by its name", soon(
        lambda: 'the service manager has passed "http" (unix:/run/authcode/http.sock)' in journal() or
        "cannot listen on unix:/run/authcode/other.sock" in journal()))


def main():
    user, password = sys.argv[1:]
    unconfigured()
    refused()
    serving(user, password)
    behind_proxy()


if __name__ == "__main__":
    main()
