# SPDX-License-Identifier: Apache-2.0
include tests/flow/auth.mk
