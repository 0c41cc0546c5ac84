# SPDX-License-Identifier: Apache-2.0
protocol_sources = \
	libauthcode/protocol/client_auth.h \
	libauthcode/protocol/credential.h \
	libauthcode/protocol/exchange.h \
	libauthcode/protocol/form_post.h \
	libauthcode/protocol/issuer.h \
	libauthcode/protocol/oauth_error.h \
	libauthcode/protocol/pkce.h \
	libauthcode/protocol/redirect_uri.h \
	libauthcode/protocol/scope.h \
	libauthcode/protocol/session.h \
	libauthcode/protocol/transaction.h

include libauthcode/protocol/auth.mk
include libauthcode/protocol/token.mk
