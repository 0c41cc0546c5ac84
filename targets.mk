# SPDX-License-Identifier: Apache-2.0
# Targets for people; the build does not need them.

.PHONY: format check-unit check-drift mutants screenshots

# What test_format.py looks at, brought into form.
format:
	cd $(top_srcdir) && find libauthcode pam_authcode fetch server ctl tests bench doc/examples \
		\( -name node_modules -prune \) -o -name '*.[ch]' -exec clang-format -i {} +

check-unit:
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(filter tests/unit/%,$(TESTS))'

check-drift:
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(filter tests/drift/%,$(TESTS))'

# Takes one check after the other away and looks whether a test notices; an hour or so.
mutants:
	python3 $(top_srcdir)/tests/mutants/run.py $(top_srcdir) '$(abs_top_builddir)/mutants' $(MUTANTS)

# For clangd and clang-tidy; builds everything anew under bear.
compile_commands.json:
	$(MAKE) $(AM_MAKEFLAGS) clean
	bear --output $(top_srcdir)/compile_commands.json -- $(MAKE) $(AM_MAKEFLAGS) all check TESTS=
.PHONY: compile_commands.json

# The Debian packages, with their tests; in the source tree, since debian/ is there.
.PHONY: deb
deb:
	$(top_srcdir)/dist/make-deb.sh '$(abs_top_srcdir)' '$(abs_top_srcdir)/build/deb'

# The picture in README.md; needs `npm ci` in tests/browser.
screenshots: all
	AUTHCODE_BUILD='$(abs_top_builddir)' node $(top_srcdir)/tests/browser/picture.mjs \
		$(top_srcdir)/doc/images/sign-in.png

# For ./check, which runs the compiled tests in a build with sanitizers and the
# scripts, with what they are helped by, in the one that is installed.
.PHONY: print-c-tests print-script-tests check-aids
print-c-tests:
	@echo $(filter-out %.py %.sh,$(TESTS))
print-script-tests:
	@echo $(filter %.py %.sh,$(TESTS))
check-aids: $(check_LTLIBRARIES) $(filter-out $(TESTS),$(check_PROGRAMS))
