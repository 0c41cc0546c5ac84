# SPDX-License-Identifier: Apache-2.0
protocol_sources += \
	libauthcode/protocol/client.c \
	libauthcode/protocol/client_check.c libauthcode/protocol/client_check.h \
	libauthcode/protocol/endpoint.c \
	libauthcode/protocol/exchange.c \
	libauthcode/protocol/issuer.c \
	libauthcode/protocol/redirect_uri.c \
	libauthcode/protocol/respond.c
