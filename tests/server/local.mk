# SPDX-License-Identifier: Apache-2.0
include tests/server/base.mk
include tests/server/pages.mk
include tests/server/http.mk
