/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Phrases for operational errors.
 */
#include <authcode/error.h>

#include "base/attr.h"

static const char *const phrases[] = {
	[AUTHCODE_OK] = "success",
	[AUTHCODE_ERR_MEMORY] = "out of memory",
	[AUTHCODE_ERR_USAGE] = "function called against its contract",
	[AUTHCODE_ERR_LIMIT] = "input larger than allowed",
	[AUTHCODE_ERR_SYNTAX] = "malformed input",
	[AUTHCODE_ERR_NOT_FOUND] = "not found",
	[AUTHCODE_ERR_RANDOM] = "random source failed",
	[AUTHCODE_ERR_CRYPTO] = "cryptographic operation failed",
	[AUTHCODE_ERR_IO] = "input or output failed",
	[AUTHCODE_ERR_STORE] = "store failed",
	[AUTHCODE_ERR_FOREIGN] = "not a database of authcode, or damaged",
	[AUTHCODE_ERR_NEWER] = "database written by a newer version",
	[AUTHCODE_ERR_CONFIG] = "invalid configuration",
};

const char *
authcode_err_str(enum authcode_err err)
{
	if ((unsigned)err >= AC_ARRAY_SIZE(phrases))
		return "unknown error";
	return phrases[err];
}
