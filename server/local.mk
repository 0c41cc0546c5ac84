# SPDX-License-Identifier: Apache-2.0
# authcoded. It reaches the library through its public interface, the helper
# through its socket, and never libpam.

include server/config.mk
include server/pages.mk
include server/http.mk
