/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What the store tests need of devices; goes with fixture.h.
 */
#ifndef TESTS_STORE_FIXTURE_DEVICE_H
#define TESTS_STORE_FIXTURE_DEVICE_H

#include "fixture.h"

/* Operations at f->now, not yet performed. which fills the hash of the user code. */
struct authcode_operation op_device(const struct fixture *f, uint8_t which);
struct authcode_operation op_allow(const struct fixture *f, int64_t device_id, int64_t session_id);
struct authcode_operation op_deny(const struct fixture *f, int64_t device_id);
struct authcode_operation op_poll(const struct fixture *f, int64_t device_id);
struct authcode_operation op_redeem_device(const struct fixture *f, int64_t device_id);

/* The usual course of things; each asserts that it is DONE. */
int64_t new_device(struct fixture *f, uint8_t which);
void allow_device(struct fixture *f, int64_t device_id, int64_t session_id);
struct tokens redeem_device(struct fixture *f, int64_t device_id);

struct authcode_device_view device_of(struct fixture *f, int64_t id);
bool has_device(struct fixture *f, int64_t id);

/* Every member of the device and of what it depends on. */
void assert_same_device(const struct authcode_device_view *a, const struct authcode_device_view *b);

#endif
