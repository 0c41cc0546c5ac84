# SPDX-License-Identifier: Apache-2.0
"""authcoded on a Unix socket, and in front of it a proxy that runs the file of dist/proxy.

Only names and places of the file are changed, each of which has to be there; what a whole
configuration of the proxy needs around it is here.
"""
import pathlib
import shutil
import socket
import subprocess
import sys
import time

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "http"))
from host import ROOT, Host, free_port  # noqa: E402

RECIPES = HERE.parent.parent / "dist" / "proxy"
NAME = "sso.example.org"
SOCKET = "/run/authcode/http.sock"

NGINX = """daemon off;
pid {place}/nginx.pid;
error_log {place}/proxy.log notice;
worker_processes 1;
{user}
events {{ worker_connections 64; }}
http {{
	access_log off;
	client_body_temp_path {place}/body;
	proxy_temp_path {place}/proxy;
	fastcgi_temp_path {place}/fastcgi;
	uwsgi_temp_path {place}/uwsgi;
	scgi_temp_path {place}/scgi;
	{site}
}}
"""

APACHE = """ServerRoot {place}
PidFile {place}/apache.pid
Mutex pthread
Listen 127.0.0.1:{port}
ServerName 127.0.0.1
ErrorLog {place}/proxy.log
{user}
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule headers_module {modules}/mod_headers.so
LoadModule ssl_module {modules}/mod_ssl.so
LoadModule socache_shmcb_module {modules}/mod_socache_shmcb.so
LoadModule proxy_module {modules}/mod_proxy.so
LoadModule proxy_http_module {modules}/mod_proxy_http.so
{site}
"""

CADDY = """{{
	admin off
	auto_https off
}}
{site}
"""

HAPROXY = """global
	maxconn 64
	{user}
defaults
	log stderr local0
{site}
"""


class Recipe:
    """The file of one proxy, with the places of this host; what is not in it is a failure."""

    def __init__(self, file):
        self.text = (RECIPES / file).read_text(encoding="utf-8")

    def change(self, old, new):
        assert old in self.text, old
        self.text = self.text.replace(old, str(new))
        return self


def nginx(host, place):
    site = Recipe("nginx.conf").change("listen 443 ssl;", f"listen 127.0.0.1:{host.port} ssl;")
    site.change("listen [::]:443 ssl;", "").change(f"server_name {NAME};", "server_name 127.0.0.1;")
    site.change(f"/etc/ssl/certs/{NAME}.pem", host.directory / "certificate.pem")
    site.change(f"/etc/ssl/private/{NAME}.key", host.directory / "key.pem").change(SOCKET, host.unix)
    whole = NGINX.format(place=place, site=site.text, user="user nobody nogroup;" if ROOT else "")
    (place / "nginx.conf").write_text(whole)
    return [shutil.which("nginx") or "/usr/sbin/nginx", "-p", place, "-c", place / "nginx.conf"]


def apache(host, place):
    site = Recipe("apache.conf").change("<VirtualHost *:443>", f"<VirtualHost 127.0.0.1:{host.port}>")
    site.change(f"ServerName {NAME}", "ServerName 127.0.0.1").change(SOCKET, host.unix)
    site.change(f"/etc/ssl/certs/{NAME}.pem", host.directory / "certificate.pem")
    site.change(f"/etc/ssl/private/{NAME}.key", host.directory / "key.pem")
    whole = APACHE.format(place=place, site=site.text, port=host.port, modules="/usr/lib/apache2/modules",
                          user="User nobody\nGroup nogroup" if ROOT else "")
    (place / "apache.conf").write_text(whole)
    return [shutil.which("apache2") or "/usr/sbin/apache2", "-X", "-f", place / "apache.conf"]


def caddy(host, place):
    certificate = f"tls {host.directory}/certificate.pem {host.directory}/key.pem"
    site = Recipe("Caddyfile").change(f"{NAME} {{", f"https://127.0.0.1:{host.port} {{\n\t{certificate}")
    site.change(f"unix/{SOCKET}", f"unix/{host.unix}")
    (place / "Caddyfile").write_text(CADDY.format(site=site.text))
    return [shutil.which("caddy") or "/usr/bin/caddy", "run", "--config", place / "Caddyfile", "--adapter", "caddyfile"]


def haproxy(host, place):
    both = place / "both.pem"
    both.write_text("".join((host.directory / name).read_text() for name in ("certificate.pem", "key.pem")))
    both.chmod(0o600)
    jail = host.unix.parent  # where the recipe has /var/lib/haproxy
    site = Recipe("haproxy.cfg").change("bind :443", f"bind 127.0.0.1:{host.port}")
    site.change(f"/etc/haproxy/{NAME}.pem", both)
    if ROOT:
        site.change("unix@/authcode.sock", f"unix@/{host.unix.name}")
    else:
        site.change("unix@/authcode.sock", f"unix@{host.unix}")
    user = f"chroot {jail}\n\tuser nobody\n\tgroup nogroup" if ROOT else ""
    (place / "haproxy.cfg").write_text(HAPROXY.format(site=site.text, user=user))
    return [shutil.which("haproxy") or "/usr/sbin/haproxy", "-db", "-f", place / "haproxy.cfg"]


PROXIES = {"nginx": nginx, "apache": apache, "caddy": caddy, "haproxy": haproxy}


class Proxied:
    """One daemon and one proxy in front of it."""

    def __init__(self, kind):
        self.kind = kind
        port = free_port()
        self.host = Host(unix=True, issuer=f"https://127.0.0.1:{port}", extra='trusted_proxies = {"unix"}\n')
        self.host.port = port
        self.place = self.host.directory / "proxy"
        self.place.mkdir(mode=0o755)
        self.host.make_certificate()
        self.process = None
        self.words = list(map(str, PROXIES[kind](self.host, self.place)))

    def start(self):
        self.host.start()
        with open(self.place / "said.log", "wb") as said:
            self.process = subprocess.Popen(self.words, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                                            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(self.place)})
        until = time.monotonic() + 30
        while time.monotonic() < until:
            assert self.process.poll() is None, self.said()
            try:
                socket.create_connection(("127.0.0.1", self.host.port), timeout=5).close()
                return self
            except OSError:
                time.sleep(0.05)
        raise AssertionError(self.said())

    def said(self):
        return "".join(path.read_text(errors="replace")[-3000:] for path in self.place.glob("*.log"))

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.host.stop()


@pytest.fixture(scope="module", name="proxied", params=sorted(PROXIES))
def one_proxy_for_all_tests(request):
    proxied = Proxied(request.param)
    try:
        yield proxied.start()
    finally:
        proxied.stop()
