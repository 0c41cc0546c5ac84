# SPDX-License-Identifier: Apache-2.0
# Units are written for the places of this configuration.

unit_sources = \
	dist/systemd/authcode-check.socket.in dist/systemd/authcode-check@.service.in \
	dist/systemd/authcode-fetch.socket.in dist/systemd/authcode-fetch.service.in \
	dist/systemd/authcode-login.socket.in dist/systemd/authcode-login@.service.in \
	dist/systemd/authcode-passwd.socket.in dist/systemd/authcode-passwd@.service.in \
	dist/systemd/authcoded-admin.socket.in \
	dist/systemd/authcoded.socket.in dist/systemd/authcoded.service.in
EXTRA_DIST += $(unit_sources) dist/tmpfiles.d/authcode.conf.in doc/units.md doc/proxy.md doc/log.md

EXTRA_DIST += dist/fail2ban/authcode.conf dist/fail2ban/jail.conf

# What journalctl -x says; `journalctl --update-catalog` takes it up.
catalogdir = $(prefix)/lib/systemd/catalog
dist_catalog_DATA = dist/authcode.catalog

if HAVE_UNITS
systemdsystemunit_DATA = $(unit_sources:.in=)
CLEANFILES += $(systemdsystemunit_DATA) dist/tmpfiles.d/authcode.conf

dist/%: dist/%.in Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && sed -e 's|[@]pkglibexecdir[@]|$(pkglibexecdir)|g' \
		-e 's|[@]sbindir[@]|$(sbindir)|g' -e 's|[@]sysconfdir[@]|$(sysconfdir)|g' $< >$@.tmp && mv $@.tmp $@

# systemd looks below every prefix for these.
sysusersdir = $(prefix)/lib/sysusers.d
dist_sysusers_DATA = dist/sysusers.d/authcode.conf
tmpfilesdir = $(prefix)/lib/tmpfiles.d
tmpfiles_DATA = dist/tmpfiles.d/authcode.conf
endif

# Drop-ins that doc/units.md explains; an administrator copies those that are needed.
examplesdir = $(docdir)/examples
login_dropindir = $(examplesdir)/authcode-login@.service.d
dist_login_dropin_DATA = \
	dist/systemd/authcode-login@.service.d/faillock.conf \
	dist/systemd/authcode-login@.service.d/jit.conf \
	dist/systemd/authcode-login@.service.d/network.conf \
	dist/systemd/authcode-login@.service.d/otp-home-read.conf \
	dist/systemd/authcode-login@.service.d/otp-home.conf \
	dist/systemd/authcode-login@.service.d/otp-root.conf
check_dropindir = $(examplesdir)/authcode-check@.service.d
dist_check_dropin_DATA = \
	dist/systemd/authcode-check@.service.d/claims-command.conf \
	dist/systemd/authcode-check@.service.d/network.conf
server_dropindir = $(examplesdir)/authcoded.service.d
dist_server_dropin_DATA = dist/systemd/authcoded.service.d/behind-proxy.conf
socket_dropindir = $(examplesdir)/authcoded.socket.d
dist_socket_dropin_DATA = \
	dist/systemd/authcoded.socket.d/port-443.conf \
	dist/systemd/authcoded.socket.d/proxy-group.conf

# PAM service files: as Debian has them, and as Fedora.
pam_exampledir = $(examplesdir)/pam.d
dist_pam_example_DATA = dist/pam/authcode dist/pam/authcode-check
pam_fedoradir = $(pam_exampledir)/fedora
dist_pam_fedora_DATA = dist/pam/fedora/authcode dist/pam/fedora/authcode-check

# For proxies in front; authcodectl setup prints them.
proxydir = $(pkgdatadir)/proxy
dist_proxy_DATA = dist/proxy/Caddyfile dist/proxy/apache.conf dist/proxy/haproxy.cfg dist/proxy/nginx.conf

# The place that pkg-config names is the system's, outside of any prefix.
AM_DISTCHECK_CONFIGURE_FLAGS = --with-systemdsystemunitdir='$${prefix}/lib/systemd/system'

# Where the shells look by themselves.
bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions
EXTRA_DIST += dist/completions/authcodectl.bash dist/completions/_authcodectl
zshcompletion_DATA = dist/completions/_authcodectl

install-data-hook:
	$(MKDIR_P) '$(DESTDIR)$(bashcompletiondir)'
	$(INSTALL_DATA) $(srcdir)/dist/completions/authcodectl.bash \
		'$(DESTDIR)$(bashcompletiondir)/authcodectl'

uninstall-hook:
	rm -f '$(DESTDIR)$(bashcompletiondir)/authcodectl'
