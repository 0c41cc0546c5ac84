# SPDX-License-Identifier: Apache-2.0
jose_sources = \
	libauthcode/jose/algorithm.c libauthcode/jose/algorithm.h \
	libauthcode/jose/compact.c libauthcode/jose/compact.h \
	libauthcode/jose/digest.c libauthcode/jose/digest.h \
	libauthcode/jose/half_hash.c libauthcode/jose/half_hash.h \
	libauthcode/jose/hmac_jws.c libauthcode/jose/hmac_jws.h \
	libauthcode/jose/json_text.c libauthcode/jose/json_text.h \
	libauthcode/jose/jwk.c libauthcode/jose/jwk.h \
	libauthcode/jose/jwk_parse.c libauthcode/jose/jwk_parse.h \
	libauthcode/jose/jwks.c libauthcode/jose/jwks.h \
	libauthcode/jose/jws.c libauthcode/jose/jws.h \
	libauthcode/jose/jwt.c libauthcode/jose/jwt.h \
	libauthcode/jose/key_pair.c libauthcode/jose/key_pair.h \
	libauthcode/jose/seal.c libauthcode/jose/seal.h \
	libauthcode/jose/signature.c libauthcode/jose/signature.h
