# SPDX-License-Identifier: Apache-2.0
"""mod_auth_openidc (Debian's) in front of a directory that Apache serves."""
from conftest import SECRET, USER, Application, Visitor

APACHE = """ServerRoot {directory}
PidFile {directory}/apache.pid
Mutex pthread
Listen 127.0.0.1:{port}
ServerName 127.0.0.1:{port}
ErrorLog {directory}/apache-error.log
LogLevel warn
{user}
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authn_core_module {modules}/mod_authn_core.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule authz_user_module {modules}/mod_authz_user.so
LoadModule dir_module {modules}/mod_dir.so
LoadModule headers_module {modules}/mod_headers.so
LoadModule auth_openidc_module {modules}/mod_auth_openidc.so
DocumentRoot {directory}/site
OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCCABundlePath {directory}/certificate.pem
OIDCClientID {name}
OIDCClientSecret {secret}
OIDCRedirectURI {redirect_uri}
OIDCCryptoPassphrase canary-passphrase-of-apache
{more}
<Location "/">
	Require all granted
	Header set X-Remote-User "expr=%{{REMOTE_USER}}"
</Location>
<Location "/inside">
	AuthType openid-connect
	Require valid-user
	DirectoryIndex index.txt
</Location>
"""


def started(world, options="", more=""):
    application = Application("apache", "/inside/callback")
    host = world(application, options)
    site = host.directory / "site"
    (site / "inside").mkdir(parents=True)
    (site / "index.html").write_text("outside")
    (site / "inside/index.txt").write_text("inside")
    (host.directory / "apache.conf").write_text(APACHE.format(
        directory=host.directory, port=application.port, issuer=host.issuer, name="apache", secret=SECRET, more=more,
        redirect_uri=application.redirect_uri, modules="/usr/lib/apache2/modules",
        user="User www-data\nGroup www-data"))
    application.start(host, ["/usr/sbin/apache2", "-X", "-f", host.directory / "apache.conf"])
    return host, application


def errors(host):
    return (host.directory / "apache-error.log").read_text(errors="replace")


def test_apache_lets_a_person_in_under_the_subject(world):
    host, application = started(world)
    visitor = Visitor(host.issuer)
    page = visitor.visit(application.home + "inside/")
    assert page.status_code == 200 and page.text == "inside", (page.text, errors(host), host.log()[-2000:])
    assert page.url == application.home + "inside/"
    assert "@" in page.headers["X-Remote-User"], page.headers  # sub@issuer, its default


def test_apache_lets_a_person_in_under_a_claim(world):
    host, application = started(world, more='OIDCScope "openid profile"\nOIDCRemoteUserClaim preferred_username')
    page = Visitor(host.issuer).visit(application.home + "inside/")
    assert (page.status_code, page.text) == (200, "inside"), (page.text, errors(host))
    assert page.headers["X-Remote-User"] == USER


def test_whoever_refuses_stays_outside(world):
    host, application = started(world)
    visitor = Visitor(host.issuer)
    page = visitor.follow(application.home + "inside/")
    page = visitor.post(page, decision="deny") if "decision" in page.text else page
    assert page.text != "inside"
    assert visitor.follow(application.home + "inside/").text != "inside"
