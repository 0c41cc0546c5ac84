/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What is known of a person beside the user database, as one JSON object: the
 * texts of the check helper and the environment that a sign-in left behind. A
 * text that is no JSON object, repeats a member or nests too deeply is ignored
 * as a whole; which claims the protocol lets through is the library's business.
 */
#ifndef AC_SERVER_ACCOUNT_CLAIMS_H
#define AC_SERVER_ACCOUNT_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "server/config.h"

struct ac_claims_sources {
	const char *user;
	const char *file; /* JSON texts as they were found; len 0: none */
	size_t file_len;
	const char *command;
	size_t command_len;
};

/* The command's members, the file's over them, then the template's address when
 * neither had one; beside each address whether it counts as verified, and beside a
 * number what its own source says of it. NULL: nothing is known, or no memory.
 * ret_bad names the source that was ignored, or is NULL. free() it. */
char *ac_claims_compose(const struct ac_config *config, const struct ac_claims_sources *sources,
			const char **ret_bad);

/* environment: NAME=value, '\n' between them. What env_claims makes of it: a JSON
 * object, or NULL. free() it. */
char *ac_claims_of_environment(const struct ac_config *config, const char *environment);

/* The amr values of a service and, by env_amr, of an environment: space-separated,
 * each once; NULL: none. free() it. */
char *ac_amr_of(const struct ac_config *config, const struct ac_service *service,
		const char *environment);

#endif
