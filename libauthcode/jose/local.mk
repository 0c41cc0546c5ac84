# SPDX-License-Identifier: Apache-2.0
jose_sources = \
	libauthcode/jose/digest.c libauthcode/jose/digest.h \
	libauthcode/jose/seal.c libauthcode/jose/seal.h
