# SPDX-License-Identifier: Apache-2.0
# Pages are written in scdoc; without it they are left out. Their first line tells man(1) that
# they may have tables, which scdoc does not say.
man_sources = man/authcode-fetch.8.scd man/authcode-login.8.scd man/authcoded.8.scd man/authcode.conf.5.scd \
	man/authcodectl.8.scd
EXTRA_DIST += $(man_sources)

if HAVE_SCDOC
man_pages = $(man_sources:.scd=)
nodist_man_MANS += $(man_pages)
CLEANFILES += $(man_pages)

SUFFIXES = .scd
.scd:
	$(AM_V_GEN)$(MKDIR_P) $(@D) && { echo "'\\\" t"; $(SCDOC) <$<; } >$@.tmp && mv $@.tmp $@
endif
