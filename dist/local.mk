# SPDX-License-Identifier: Apache-2.0
# Units are written for the places of this configuration.

unit_sources = \
	dist/systemd/authcode-check.socket.in dist/systemd/authcode-check@.service.in \
	dist/systemd/authcode-fetch.socket.in dist/systemd/authcode-fetch.service.in \
	dist/systemd/authcode-login.socket.in dist/systemd/authcode-login@.service.in \
	dist/systemd/authcode-passwd.socket.in dist/systemd/authcode-passwd@.service.in
EXTRA_DIST += $(unit_sources) doc/units.md

if HAVE_UNITS
systemdsystemunit_DATA = $(unit_sources:.in=)
CLEANFILES += $(systemdsystemunit_DATA)

dist/systemd/%: dist/systemd/%.in Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && sed -e 's|[@]pkglibexecdir[@]|$(pkglibexecdir)|g' \
		-e 's|[@]sysconfdir[@]|$(sysconfdir)|g' $< >$@.tmp && mv $@.tmp $@
endif

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
