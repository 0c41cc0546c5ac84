/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Members of JSON objects that are written piece by piece.
 */
#ifndef AC_SERVER_ADMIN_JSON_H
#define AC_SERVER_ADMIN_JSON_H

#include "base/buf.h"

/* ,"name":"value" with what must be escaped; nothing when value is NULL or "". What is
 * no UTF-8 becomes question marks. */
void ac_json_put(struct ac_buf *json, const char *name, const char *value);

#endif
