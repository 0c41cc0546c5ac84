# SPDX-License-Identifier: Apache-2.0
# Credentials, client authentication and the endpoints that take or give tokens.
protocol_sources += \
	libauthcode/protocol/client_secret.c \
	libauthcode/protocol/credential.c \
	libauthcode/protocol/oauth_error.c \
	libauthcode/protocol/pkce.c \
	libauthcode/protocol/scope.c
