# SPDX-License-Identifier: Apache-2.0
"""mod_auth_openidc (Debian's) in front of a directory, as doc/integrations/mod_auth_openidc.md sets it up."""
import grp
import pwd

from conftest import SECRET, USER, Application, Visitor
import recipes

# What an Apache has before the recipe, and what shows the test whom it has let in.
APACHE = """ServerRoot {directory}
PidFile {directory}/apache.pid
Mutex pthread
Listen 127.0.0.1:{port}
ServerName 127.0.0.1:{port}
ErrorLog {directory}/apache-error.log
LogLevel warn
User www-data
Group www-data
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authn_core_module {modules}/mod_authn_core.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule authz_user_module {modules}/mod_authz_user.so
LoadModule dir_module {modules}/mod_dir.so
LoadModule headers_module {modules}/mod_headers.so
LoadModule auth_openidc_module {modules}/mod_auth_openidc.so
DocumentRoot {directory}/site
DirectoryIndex index.html index.txt
OIDCCABundlePath {directory}/certificate.pem
<Location "/">
	Require all granted
	Header set X-Remote-User "expr=%{{REMOTE_USER}}"
</Location>
"""
HERE = "https://www.example.org"


def group_of_user():
    return grp.getgrgid(pwd.getpwnam(USER).pw_gid).gr_name


class Wiki(Application):
    """The Apache of the recipe at an address of loopback."""

    def __init__(self):
        super().__init__("apache", "/redirect_uri")

    def section(self, host, more=""):
        text = recipes.filled(recipes.block("mod_auth_openidc", "authcode"), {
            "/etc/authcode/apache.secret": host.directory / "secret", HERE: self.home.rstrip("/")})
        # plain http is for loopback, and loopback for native clients
        return recipes.filled(text, {"\tname =": "\tapplication_type = native\n\tname ="})


def started(world, change=None):
    application = Wiki()
    host = world(application)
    site = host.directory / "site"
    (site / "inside/staff").mkdir(parents=True)
    (site / "index.html").write_text("outside")
    (site / "inside/index.txt").write_text("inside")
    (site / "inside/staff/index.txt").write_text("staff")
    passphrase = host.directory / "passphrase"
    passphrase.write_text("canary-passphrase-of-apache\n")
    recipe = recipes.filled(recipes.block("mod_auth_openidc", "apache"), {
        recipes.ISSUER: host.issuer, HERE: application.home.rstrip("/"), "THE CLIENT SECRET": SECRET,
        "/etc/apache2/authcode.passphrase": passphrase, **(change or {})})
    (host.directory / "apache.conf").write_text(APACHE.format(
        directory=host.directory, port=application.port, modules="/usr/lib/apache2/modules") + recipe)
    application.start(host, ["/usr/sbin/apache2", "-X", "-f", host.directory / "apache.conf"])
    return host, application


def errors(host):
    return (host.directory / "apache-error.log").read_text(errors="replace")


def test_apache_lets_a_person_in_under_the_name_of_the_account(world):
    host, application = started(world)
    visitor = Visitor(host.issuer)
    page = visitor.visit(application.home + "inside/")
    assert (page.status_code, page.text) == (200, "inside"), (page.text, errors(host), host.log()[-2000:])
    assert page.url == application.home + "inside/"
    assert page.headers["X-Remote-User"] == USER
    # signed in, and yet not one of the staff
    assert visitor.follow(application.home + "inside/staff/").status_code == 401


def test_apache_lets_a_group_in(world):
    host, application = started(world, {"groups:staff": f"groups:{group_of_user()}"})
    page = Visitor(host.issuer).visit(application.home + "inside/staff/")
    assert (page.status_code, page.text) == (200, "staff"), (page.text, errors(host))


def test_without_a_claim_of_its_name_a_person_is_the_subject(world):
    host, application = started(world, {"OIDCRemoteUserClaim preferred_username\n": ""})
    page = Visitor(host.issuer).visit(application.home + "inside/")
    assert (page.status_code, page.text) == (200, "inside"), (page.text, errors(host))
    assert "@" in page.headers["X-Remote-User"], page.headers  # sub@issuer, its default


def test_whoever_refuses_stays_outside(world):
    host, application = started(world)
    visitor = Visitor(host.issuer)
    page = visitor.follow(application.home + "inside/")
    page = visitor.post(page, decision="deny")
    assert page.url.startswith(application.redirect_uri + "?error=access_denied&"), page.url
    assert page.text != "inside" and not page.headers.get("X-Remote-User"), (page.text, page.headers)
    assert 'error="access_denied" path="/login" why="the person said no"' in host.log(), host.log()[-2000:]
    page = visitor.follow(application.home + "inside/")
    assert page.url.startswith(host.issuer) and 'name="password"' in page.text, (page.url, page.text)
