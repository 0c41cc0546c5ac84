# SPDX-License-Identifier: Apache-2.0
"""authcodectl setup: the first configuration of a host, below a directory instead of /."""
import json
import pathlib
import stat
import subprocess
import tempfile

from aid import BUILD, SOURCE, check, finish, made

ISSUER = "https://id.example.net"


class Root:
    def __init__(self, base):
        self.path = pathlib.Path(tempfile.mkdtemp(dir=base))
        self.config = self.path / made("sysconfdir").lstrip("/") / "authcode" / "authcode.conf"
        self.drop_in = self.path / "etc/systemd/system/authcoded.socket.d/setup.conf"
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
        return sorted(path.name for directory in (self.config.parent, self.drop_in.parent) if directory.exists()
                      for path in directory.iterdir())

    def socket(self):
        """The drop-in without its comment."""
        return [line for line in self.drop_in.read_text().splitlines() if not line.startswith("#")]


def on_its_own(root):
    told = root.setup("--issuer", ISSUER, *root.tls)
    text = root.config.read_text() if root.config.exists() else ""
    check("with a certificate it listens by itself",
          told.returncode == 0 and f"issuer = '{ISSUER}'" in text and "listen = { '[::]:443' }" in text and
          f"tls_key_file = '{root.path}/key.pem'" in text and "email" not in text, told)
    check("the socket unit opens what the configuration says",
          root.socket() == ["[Socket]", "ListenStream=", "ListenStream=[::]:443"], root.drop_in.read_text())
    check("it says what to type next, as long as nothing is started",
          "systemctl daemon-reload\n" in told.stdout and
          "systemctl start authcoded.socket authcoded.service\n" in told.stdout and "client add" in told.stdout, told.stdout)
    check("the configuration is nobody else's, the unit's part everybody's",
          stat.S_IMODE(root.config.stat().st_mode) == 0o640 and stat.S_IMODE(root.drop_in.stat().st_mode) == 0o644)
    check("nothing else is left", root.left() == ["authcode.conf", "setup.conf"], root.left())
    before = root.config.read_text(), root.drop_in.read_text()
    told = root.setup("--issuer", ISSUER, "--behind", "nginx")
    check("what is there stays", told.returncode == 1 and "--force" in told.stderr and told.stdout == "" and
          before == (root.config.read_text(), root.drop_in.read_text()) and
          root.left() == ["authcode.conf", "setup.conf"], told)
    told = root.setup("--issuer", ISSUER + "/a?b=c", "--behind", "nginx", "--force")
    check("and what the daemon refuses takes nobody's place, not even with --force",
          told.returncode == 1 and f"{root.config}:" in told.stderr and "nothing is configured" in told.stderr and
          before == (root.config.read_text(), root.drop_in.read_text()) and
          root.left() == ["authcode.conf", "setup.conf"], told)
    told = root.setup("--issuer", ISSUER + ":8443", *root.tls, "--force", "--email", "%u@example.net")
    check("the port is the issuer's", "listen = { '[::]:8443' }" in root.config.read_text() and
          root.socket()[-1] == "ListenStream=[::]:8443", told)
    check("an e-mail address for accounts", "email = '%u@example.net'\n" in root.config.read_text(), told)
    for listen in ("127.0.0.1:8483", "[::1]:8443"):
        told = root.setup("--issuer", ISSUER, *root.tls, "--force", "--listen", listen)
        check(f"another address, {listen}", told.returncode == 0 and f"listen = {{ '{listen}' }}" in root.config.read_text() and
              root.socket() == ["[Socket]", "ListenStream=", f"ListenStream={listen}"], told)


def behind_a_proxy(root):
    for proxy, group, words in (("nginx", "www-data", "server_name id.example.net;"),
                                ("apache", "www-data", "ServerName id.example.net"),
                                ("caddy", "caddy", "id.example.net {"), ("haproxy", "haproxy", "default_backend authcode")):
        told = root.setup("--issuer", ISSUER, "--behind", proxy, "--force")
        text = root.config.read_text()
        path = "/var/lib/haproxy/authcode.sock" if proxy == "haproxy" else "/run/authcode/http.sock"
        check(f"behind {proxy} the socket is the listener, and what {proxy} needs is printed",
              told.returncode == 0 and f"listen = {{ 'unix:{path}' }}" in text and "trusted_proxies = { 'unix' }" in text and
              "tls_" not in text and words in told.stdout and "sso.example.org" not in told.stdout, told)
        moved = ["ListenStream=", f"ListenStream={path}"] if proxy == "haproxy" else []
        check(f"{proxy} alone may use it", root.socket() == ["[Socket]", *moved, f"SocketGroup={group}"],
              root.drop_in.read_text())


def refusals(root):
    for name, words, status in (
            ("no issuer", root.tls, 2),
            ("neither proxy nor certificate", ["--issuer", ISSUER], 2),
            ("both", ["--issuer", ISSUER, "--behind", "nginx", *root.tls], 2),
            ("half of a pair", ["--issuer", ISSUER, *root.tls[:2]], 2),
            ("the other half", ["--issuer", ISSUER, *root.tls[2:]], 2),
            ("an unknown proxy", ["--issuer", ISSUER, "--behind", "squid"], 2),
            ("no https", ["--issuer", "http://id.example.net", "--behind", "nginx"], 2),
            ("no host", ["--issuer", "https:///x", "--behind", "nginx"], 2),
            ("a quote", ["--issuer", ISSUER, "--tls-cert", "/a'b", "--tls-key", "/k"], 2),
            ("a line more", ["--issuer", ISSUER + "/\nuser = root", "--behind", "nginx"], 2),
            ("a line more in the address", ["--issuer", ISSUER, *root.tls, "--listen", "[::]:443\nListenStream=1"], 2),
            ("a path as the address", ["--issuer", ISSUER, *root.tls, "--listen", "/run/x.sock"], 2),
            ("an address behind a proxy", ["--issuer", ISSUER, "--behind", "nginx", "--listen", "127.0.0.1:80"], 2),
            ("a line more in the e-mail", ["--issuer", ISSUER, *root.tls, "--email", "%u@x\nuser = root"], 2),
            ("no time", ["--issuer", ISSUER, "--behind", "nginx", "--timeout", "0"], 2),
            ("more than an hour", ["--issuer", ISSUER, "--behind", "nginx", "--timeout", "3601"], 2),
            ("a time that is none", ["--issuer", ISSUER, "--behind", "nginx", "--timeout", "1s"], 2),
            ("an argument", ["--issuer", ISSUER, "--behind", "nginx", "more"], 2),
            ("an issuer that the daemon refuses", ["--issuer", ISSUER + "/a?b=c", "--behind", "nginx"], 1),
            ("an e-mail that the daemon refuses", ["--issuer", ISSUER, "--behind", "nginx", "--email", "nobody"], 1),
            ("an address that the daemon refuses", ["--issuer", ISSUER, *root.tls, "--listen", "1.2.3.4.5:443"], 1),
            ("a certificate that is none", ["--issuer", ISSUER, "--tls-cert", root.tls[3], "--tls-key", root.tls[3]], 1),
            ("a path that the daemon refuses", ["--issuer", ISSUER, "--tls-cert", "cert.pem", "--tls-key", "key"], 1)):
        told = root.setup(*words)
        check(f"{name} is refused, and nothing is left",
              told.returncode == status and told.stdout == "" and told.stderr != "" and root.left() == [], told)


NEXT = ["systemctl daemon-reload", "systemctl stop authcoded.service authcoded.socket",
        "systemctl enable authcoded.socket authcoded.service", "systemctl start authcoded.socket authcoded.service",
        "authcodectl client presets", "authcodectl client add --for APPLICATION --url https://..."]


def as_json(root):
    told = root.setup("--issuer", ISSUER, "--json", *root.tls)
    check("as JSON: what was written, that nothing was started, and what to type",
          told.returncode == 0 and told.stderr == "" and json.loads(told.stdout) == {
              "done": True, "said": [], "config": str(root.config), "socket": str(root.drop_in), "started": False,
              "next": NEXT}, told)
    told = root.setup("--issuer", ISSUER, "--json", *root.tls)
    check("as JSON: what is there stays", told.returncode == 1 and told.stderr == "" and json.loads(told.stdout) == {
        "done": False, "said": [f"{root.config}: is there already; --force writes it anew"]}, told)
    told = root.setup("--issuer", ISSUER + "/a?b=c", "--json", "--behind", "nginx", "--force")
    said = json.loads(told.stdout)
    check("as JSON: what the daemon refuses", told.returncode == 1 and told.stderr == "" and set(said) == {"done", "said"} and
          said["done"] is False and said["said"][0].startswith(f"{root.config}:") and
          said["said"][-1] == "nothing is configured", told)
    told = root.setup("--issuer", ISSUER, "--json", "--behind", "caddy", "--force")
    proxy = json.loads(told.stdout).get("proxy", {})
    check("as JSON: what the proxy needs", told.returncode == 0 and set(proxy) == {"name", "configuration"} and
          proxy["name"] == "caddy" and "\nid.example.net {\n" in proxy["configuration"], told)
    (root.path / made("datadir").lstrip("/") / "authcode" / "proxy").unlink()
    told = root.setup("--issuer", ISSUER, "--json", "--behind", "caddy", "--force")
    said = json.loads(told.stdout)
    check("as JSON: and what is missing of it is said", told.returncode == 0 and said["proxy"]["configuration"] == "" and
          said["said"] == [f"{root.path}{made('datadir')}/authcode/proxy/Caddyfile: No such file or directory"], told)
    told = root.setup("--json", "--behind", "caddy")
    check("as JSON: a wrong command line is none", told.returncode == 2 and told.stdout == "" and
          told.stderr.startswith("authcodectl: setup: --issuer is missing"), told)


def no_place_for_the_drop_in(root):
    """What stands in the way of its directory is a file."""
    root.drop_in.parent.parent.mkdir(parents=True)
    root.drop_in.parent.write_text("")
    told = root.setup("--issuer", ISSUER, *root.tls)
    check("without a place for the socket's part nothing is configured",
          told.returncode == 1 and told.stdout == "" and str(root.drop_in.parent) in told.stderr and
          list(root.config.parent.iterdir()) == [], told)
    root.drop_in.parent.unlink()
    told = root.setup("--issuer", ISSUER, *root.tls)
    check("and the next attempt needs no --force", told.returncode == 0, told)
    before = root.config.read_text()
    root.drop_in.unlink()
    root.drop_in.parent.rmdir()
    root.drop_in.parent.write_text("")
    told = root.setup("--issuer", ISSUER, "--behind", "nginx", "--force")
    check("with --force the old one stays", told.returncode == 1 and told.stdout == "" and
          root.config.read_text() == before and [path.name for path in root.config.parent.iterdir()] == ["authcode.conf"], told)


def main():
    with tempfile.TemporaryDirectory() as base:
        on_its_own(Root(base))
        behind_a_proxy(Root(base))
        refusals(Root(base))
        no_place_for_the_drop_in(Root(base))
        as_json(Root(base))
    finish()


main()
