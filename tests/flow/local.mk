# SPDX-License-Identifier: Apache-2.0
include tests/flow/token.mk
include tests/flow/auth.mk
include tests/flow/person.mk
include tests/flow/assertion.mk
include tests/flow/request.mk
include tests/flow/resource.mk
