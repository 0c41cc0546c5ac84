# SPDX-License-Identifier: Apache-2.0
base_sources = \
	libauthcode/base/arena.c libauthcode/base/arena.h \
	libauthcode/base/attr.h \
	libauthcode/base/base64url.c libauthcode/base/base64url.h \
	libauthcode/base/buf.c libauthcode/base/buf.h \
	libauthcode/base/error.c \
	libauthcode/base/form.c libauthcode/base/form.h \
	libauthcode/base/int64.h \
	libauthcode/base/limits.h \
	libauthcode/base/passed.c libauthcode/base/passed.h \
	libauthcode/base/random.c libauthcode/base/random.h \
	libauthcode/base/secret.c libauthcode/base/secret.h \
	libauthcode/base/text.c libauthcode/base/text.h \
	libauthcode/base/uri.c libauthcode/base/uri.h
