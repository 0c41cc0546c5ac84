/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See row_key.h.
 */
#include "store/row_key.h"

#include "base/random.h"

enum authcode_err
ac_row_key_new(const struct authcode_store_random *random, int64_t now_ms, int64_t *ret)
{
	uint32_t bits;
	enum authcode_err err;

	if (now_ms < 1 || now_ms > AC_ROW_KEY_MAX_MS)
		return AUTHCODE_ERR_USAGE;
	if (random->fill != NULL)
		err = random->fill(random->ctx, &bits, sizeof(bits));
	else
		err = ac_random_fill(NULL, &bits, sizeof(bits));
	if (err != AUTHCODE_OK)
		return AUTHCODE_ERR_RANDOM;
	bits &= (UINT32_C(1) << AC_ROW_KEY_RANDOM_BITS) - 1;
	*ret = (now_ms << AC_ROW_KEY_RANDOM_BITS) | (int64_t)bits;
	return AUTHCODE_OK;
}
