# SPDX-License-Identifier: Apache-2.0
# What distributions build packages from.

EXTRA_DIST += \
	debian/authcode-server.docs \
	debian/authcode-server.install \
	debian/authcode-server.links \
	debian/authcode-server.postrm \
	debian/changelog \
	debian/control \
	debian/copyright \
	debian/libauthcode-dev.examples \
	debian/libauthcode-dev.install \
	debian/libauthcode0.install \
	debian/libauthcode0.symbols \
	debian/rules \
	debian/source/format \
	debian/tests/code-flow \
	debian/tests/control \
	debian/tests/library \
	dist/make-deb.sh \
	dist/rpm/authcode.spec

# How applications are set up.
EXTRA_DIST += \
	doc/integrations/README.md \
	doc/integrations/dovecot.md \
	doc/integrations/gitea.md \
	doc/integrations/gitlab.md \
	doc/integrations/grafana.md \
	doc/integrations/jenkins.md \
	doc/integrations/jupyterhub.md \
	doc/integrations/mod_auth_openidc.md \
	doc/integrations/nextcloud.md \
	doc/integrations/oauth2-proxy.md \
	doc/integrations/open-ondemand.md
