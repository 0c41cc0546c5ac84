# SPDX-License-Identifier: Apache-2.0

include server/config.mk
include server/pages.mk
