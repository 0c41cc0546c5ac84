# SPDX-License-Identifier: Apache-2.0
# Credentials, client authentication and the endpoints that take or give tokens.
protocol_sources += \
	libauthcode/protocol/access_token.c libauthcode/protocol/access_token.h \
	libauthcode/protocol/asked_claims.c libauthcode/protocol/asked_claims.h \
	libauthcode/protocol/bearer.c libauthcode/protocol/bearer.h \
	libauthcode/protocol/client_assertion.c libauthcode/protocol/client_assertion.h \
	libauthcode/protocol/client_auth.c \
	libauthcode/protocol/client_secret.c \
	libauthcode/protocol/credential.c \
	libauthcode/protocol/device_authorization.c \
	libauthcode/protocol/form_post.c \
	libauthcode/protocol/grant.h \
	libauthcode/protocol/grant_client.c \
	libauthcode/protocol/grant_code.c \
	libauthcode/protocol/grant_device.c \
	libauthcode/protocol/grant_refresh.c \
	libauthcode/protocol/id_token.c libauthcode/protocol/id_token.h \
	libauthcode/protocol/redemption.c libauthcode/protocol/redemption.h \
	libauthcode/protocol/id_token_hint.c libauthcode/protocol/id_token_hint.h \
	libauthcode/protocol/inspect.c libauthcode/protocol/inspect.h \
	libauthcode/protocol/inspect_jwt.c \
	libauthcode/protocol/inspect_row.c \
	libauthcode/protocol/introspect.c \
	libauthcode/protocol/json_answer.c libauthcode/protocol/json_answer.h \
	libauthcode/protocol/json_member.c libauthcode/protocol/json_member.h \
	libauthcode/protocol/metadata.c \
	libauthcode/protocol/oauth_error.c \
	libauthcode/protocol/person.c libauthcode/protocol/person.h \
	libauthcode/protocol/pkce.c \
	libauthcode/protocol/refresh_token.c libauthcode/protocol/refresh_token.h \
	libauthcode/protocol/resource.c libauthcode/protocol/resource.h \
	libauthcode/protocol/revoke.c \
	libauthcode/protocol/scope.c \
	libauthcode/protocol/signer.c libauthcode/protocol/signer.h \
	libauthcode/protocol/subject.c libauthcode/protocol/subject.h \
	libauthcode/protocol/token.c \
	libauthcode/protocol/token_response.c libauthcode/protocol/token_response.h \
	libauthcode/protocol/token_valid.c libauthcode/protocol/token_valid.h \
	libauthcode/protocol/userinfo.c
