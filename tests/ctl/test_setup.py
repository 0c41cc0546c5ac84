# SPDX-License-Identifier: Apache-2.0
"""authcodectl setup: the first configuration of a host, below a directory instead of /."""
import os
import pathlib
import shlex
import stat
import subprocess
import sys
import tempfile

BUILD = pathlib.Path(os.environ.get("top_builddir") or ".").resolve()
SOURCE = pathlib.Path(os.environ.get("top_srcdir") or ".").resolve()
ISSUER = "https://id.example.net"
count = failed = 0


def check(name, good, more=""):
    global count, failed
    count += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {count} - {name}")
    if not good:
        print("#", str(more).replace("\n", "\n# "))


def made(name):
    """A constant of the build: ctl/local.mk has it from configure."""
    words = shlex.split((BUILD / "Makefile").read_text().split(f"\n{name} = ", 1)[1].split("\n", 1)[0])
    text = words[0]
    while "${" in text or "$(" in text:
        for other in ("prefix", "exec_prefix", "sysconfdir", "sbindir", "datadir", "datarootdir", "pkgdatadir", "PACKAGE"):
            if f"${{{other}}}" in text or f"$({other})" in text:
                value = made(other)
                text = text.replace(f"${{{other}}}", value).replace(f"$({other})", value)
    return text


class Root:
    def __init__(self, base):
        self.path = pathlib.Path(tempfile.mkdtemp(dir=base))
        self.config = self.path / made("sysconfdir").lstrip("/") / "authcode" / "authcode.conf"
        sbin = self.path / made("sbindir").lstrip("/")
        proxy = self.path / made("datadir").lstrip("/") / "authcode" / "proxy"
        for directory in (self.config.parent.parent, sbin, proxy.parent):
            directory.mkdir(parents=True, exist_ok=True)
        (sbin / "authcoded").symlink_to(BUILD / "authcoded")
        proxy.symlink_to(SOURCE / "dist" / "proxy")
        self.tls = ["--tls-cert", str(self.path / "cert.pem"), "--tls-key", str(self.path / "key.pem")]
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc",
                        "-days", "1", "-subj", "/CN=id.example.net", "-keyout", self.path / "key.pem",
                        "-out", self.path / "cert.pem"], check=True, capture_output=True, timeout=30)

    def setup(self, *words):
        return subprocess.run([BUILD / "authcodectl", "setup", "--root", self.path, *words], capture_output=True,
                              text=True, timeout=60, check=False)

    def left(self):
        return sorted(path.name for path in self.config.parent.iterdir()) if self.config.parent.exists() else []


def main():
    with tempfile.TemporaryDirectory() as base:
        root = Root(base)
        told = root.setup("--issuer", ISSUER, *root.tls)
        text = root.config.read_text() if root.config.exists() else ""
        check("with a certificate it listens by itself",
              told.returncode == 0 and f"issuer = '{ISSUER}'" in text and "listen = { '[::]:443' }" in text and
              f"tls_key_file = '{root.path}/key.pem'" in text, told)
        check("it says what to type next", "systemctl enable --now authcoded.socket authcoded.service" in told.stdout and
              "client add" in told.stdout, told.stdout)
        check("the file is nobody else's", root.config.exists() and stat.S_IMODE(root.config.stat().st_mode) == 0o640)
        check("nothing else is left", root.left() == ["authcode.conf"], root.left())
        root.config.write_text("mine")
        told = root.setup("--issuer", ISSUER, "--behind", "nginx")
        check("what is there stays", told.returncode == 1 and "--force" in told.stderr and
              root.config.read_text() == "mine" and root.left() == ["authcode.conf"], told)
        for proxy, words in (("nginx", "server_name id.example.net;"), ("apache", "ServerName id.example.net"),
                             ("caddy", "id.example.net {"), ("haproxy", "default_backend authcode")):
            told = root.setup("--issuer", ISSUER, "--behind", proxy, "--force")
            text = root.config.read_text()
            check(f"behind {proxy} the socket is the listener, and what {proxy} needs is printed",
                  told.returncode == 0 and "unix:/run/authcode/http.sock" in text and "tls_" not in text and
                  words in told.stdout and "sso.example.org" not in told.stdout, told)
        told = root.setup("--issuer", ISSUER + ":8443", *root.tls, "--force")
        check("the port is the issuer's", "listen = { '[::]:8443' }" in root.config.read_text(), told)

        root = Root(base)
        for name, words, status in (
                ("no issuer", root.tls, 2),
                ("neither proxy nor certificate", ["--issuer", ISSUER], 2),
                ("both", ["--issuer", ISSUER, "--behind", "nginx", *root.tls], 2),
                ("half of a pair", ["--issuer", ISSUER, *root.tls[:2]], 2),
                ("an unknown proxy", ["--issuer", ISSUER, "--behind", "squid"], 2),
                ("no https", ["--issuer", "http://id.example.net", "--behind", "nginx"], 2),
                ("a quote", ["--issuer", ISSUER, "--tls-cert", "/a'b", "--tls-key", "/k"], 2),
                ("a line more", ["--issuer", ISSUER + "/\nuser = root", "--behind", "nginx"], 2),
                ("an issuer that the daemon refuses", ["--issuer", ISSUER + "/a?b=c", "--behind", "nginx"], 1),
                ("a path that the daemon refuses", ["--issuer", ISSUER, "--tls-cert", "cert.pem", "--tls-key", "key"], 1)):
            told = root.setup(*words)
            check(f"{name} is refused, and nothing is left",
                  told.returncode == status and told.stdout == "" and told.stderr != "" and root.left() == [], told)
    print(f"1..{count}")
    sys.exit(failed != 0)


main()
