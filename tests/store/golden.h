/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Databases as earlier versions left them.
 */
#ifndef TESTS_STORE_GOLDEN_H
#define TESTS_STORE_GOLDEN_H

/* golden/name, as a new file at path. */
void restore_golden(const char *name, const char *path);

#endif
