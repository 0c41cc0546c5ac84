jose_sources = \
	libauthcode/jose/digest.h \
	libauthcode/jose/seal.h
