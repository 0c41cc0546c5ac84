# SPDX-License-Identifier: Apache-2.0
include tests/unit/base.mk
include tests/unit/jose.mk
include tests/unit/protocol.mk
include tests/unit/fetch.mk
