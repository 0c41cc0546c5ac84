dnl SPDX-License-Identifier: Apache-2.0
dnl Warnings and hardening: each flag is taken when the compiler knows it.

dnl AUTHCODE_TRY_FLAGS(VARIABLE, TESTED-VARIABLE, FLAGS): appends to VARIABLE
dnl every flag with which a program still links when TESTED-VARIABLE has it.
AC_DEFUN([AUTHCODE_TRY_FLAGS], [
	for authcode_flag in m4_normalize([$3]); do
		AC_MSG_CHECKING([whether $CC accepts $authcode_flag])
		authcode_saved=$$2
		$2="$$2 -Werror $authcode_flag"
		AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
			[AC_MSG_RESULT([yes]); $1="$$1 $authcode_flag"],
			[AC_MSG_RESULT([no])])
		$2=$authcode_saved
	done
])

AC_DEFUN([AUTHCODE_FLAGS], [
	AC_ARG_ENABLE([developer],
		[AS_HELP_STRING([--enable-developer], [warnings are errors])],
		[], [enable_developer=no])
	AC_ARG_ENABLE([sanitizers],
		[AS_HELP_STRING([--enable-sanitizers], [AddressSanitizer and UBSan])],
		[], [enable_sanitizers=no])

	AC_CACHE_CHECK([for gnu17], [authcode_cv_gnu17], [
		authcode_saved_cflags=$CFLAGS
		CFLAGS="$CFLAGS -std=gnu17"
		AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])],
			[authcode_cv_gnu17=yes], [authcode_cv_gnu17=no])
		CFLAGS=$authcode_saved_cflags
	])
	AS_IF([test "x$authcode_cv_gnu17" != xyes],
		[AC_MSG_ERROR([a C17 compiler is needed (gcc 12 or clang 14)])])

	AUTHCODE_CFLAGS="-std=gnu17"
	AUTHCODE_LDFLAGS=
	AUTHCODE_TRY_FLAGS([AUTHCODE_CFLAGS], [CFLAGS], [-Wall -Wextra -Wformat=2
		-Wconversion -Wsign-conversion -Wshadow
		-Wstrict-prototypes -Wmissing-prototypes -Wvla -Wimplicit-fallthrough
		-Wnull-dereference -Wpointer-arith -Wundef -fvisibility=hidden
		-fno-strict-aliasing -fno-delete-null-pointer-checks])
	AS_IF([test "x$enable_developer" = xyes], [AUTHCODE_CFLAGS="$AUTHCODE_CFLAGS -Werror"])

	AS_IF([test "x$enable_sanitizers" = xyes], [
		AUTHCODE_CFLAGS="$AUTHCODE_CFLAGS -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer"
		AUTHCODE_LDFLAGS="-fsanitize=address,undefined"
	], [
		AUTHCODE_TRY_FLAGS([AUTHCODE_CFLAGS], [CFLAGS], [-U_FORTIFY_SOURCE
			-fstack-protector-strong
			-fstack-clash-protection -fcf-protection=full
			-mbranch-protection=standard -ftrivial-auto-var-init=zero
			-fzero-call-used-regs=used-gpr -fstrict-flex-arrays=3])
		AUTHCODE_CFLAGS="$AUTHCODE_CFLAGS -D_FORTIFY_SOURCE=3"
	])
	AUTHCODE_TRY_FLAGS([AUTHCODE_LDFLAGS], [LDFLAGS], [-Wl,-z,relro -Wl,-z,now
		-Wl,-z,noexecstack -Wl,-z,separate-code -Wl,--as-needed])
	AC_SUBST([AUTHCODE_CFLAGS])
	AC_SUBST([AUTHCODE_LDFLAGS])
])
