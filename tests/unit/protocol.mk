# SPDX-License-Identifier: Apache-2.0
include tests/unit/protocol_token.mk
include tests/unit/protocol_auth.mk
