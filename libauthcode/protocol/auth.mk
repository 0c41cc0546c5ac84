# SPDX-License-Identifier: Apache-2.0
# The issuer, exchanges, clients, and the endpoints a browser sees.
protocol_sources += \
	libauthcode/protocol/access.c libauthcode/protocol/access.h \
	libauthcode/protocol/account.c libauthcode/protocol/account.h \
	libauthcode/protocol/acr.c libauthcode/protocol/acr.h \
	libauthcode/protocol/authorization.c libauthcode/protocol/authorization.h \
	libauthcode/protocol/authorization_page.c \
	libauthcode/protocol/authorize.c libauthcode/protocol/authorize_check.h \
	libauthcode/protocol/authorize_openid.c \
	libauthcode/protocol/claims.c libauthcode/protocol/claims.h \
	libauthcode/protocol/claims_request.c libauthcode/protocol/claims_request.h \
	libauthcode/protocol/client.c \
	libauthcode/protocol/client_check.c libauthcode/protocol/client_check.h \
	libauthcode/protocol/client_keys.c libauthcode/protocol/client_keys.h \
	libauthcode/protocol/client_logout.c libauthcode/protocol/client_logout.h \
	libauthcode/protocol/client_sealed.c libauthcode/protocol/client_sealed.h \
	libauthcode/protocol/client_pages.c libauthcode/protocol/client_pages.h \
	libauthcode/protocol/client_openid.c libauthcode/protocol/client_openid.h \
	libauthcode/protocol/consent.c \
	libauthcode/protocol/endpoint.c \
	libauthcode/protocol/exchange.c \
	libauthcode/protocol/front_channel.c libauthcode/protocol/front_channel.h \
	libauthcode/protocol/issuer.c \
	libauthcode/protocol/issuer_keys.c \
	libauthcode/protocol/kept_secrets.c libauthcode/protocol/kept_secrets.h \
	libauthcode/protocol/issuer_rules.c libauthcode/protocol/issuer_rules.h \
	libauthcode/protocol/key_pass.c libauthcode/protocol/key_pass.h \
	libauthcode/protocol/key_schedule.c libauthcode/protocol/key_schedule.h \
	libauthcode/protocol/key_set.c libauthcode/protocol/key_set.h \
	libauthcode/protocol/logout.c libauthcode/protocol/logout.h \
	libauthcode/protocol/logout_confirm.c \
	libauthcode/protocol/logout_hint.c \
	libauthcode/protocol/logout_wish.c \
	libauthcode/protocol/logout_token.c \
	libauthcode/protocol/master_key.c \
	libauthcode/protocol/proceed.c \
	libauthcode/protocol/redirect_uri.c \
	libauthcode/protocol/respond.c \
	libauthcode/protocol/response_mode.c libauthcode/protocol/response_mode.h \
	libauthcode/protocol/resume.c \
	libauthcode/protocol/sealed.c libauthcode/protocol/sealed.h \
	libauthcode/protocol/session.c \
	libauthcode/protocol/sign_in.c \
	libauthcode/protocol/signing_keys.c libauthcode/protocol/signing_keys.h \
	libauthcode/protocol/tend_keys.c libauthcode/protocol/tend_keys.h \
	libauthcode/protocol/transaction.c \
	libauthcode/protocol/user_code.c libauthcode/protocol/user_code.h \
	libauthcode/protocol/verification.c libauthcode/protocol/verification.h \
	libauthcode/protocol/withdraw_key.c
