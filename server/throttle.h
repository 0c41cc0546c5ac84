/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * How many wrong passwords and answers PAM is asked about, and how many wrong codes
 * of devices the store: token buckets per typed name, per browser, per address, and
 * one for everybody. An attempt spends before PAM
 * sees it and gets back what it spent when it turns out right, so attempts at
 * the same moment cannot outrun the count, and only failures cost.
 *
 * The buckets are one file of fixed size in the state directory, mapped into
 * memory: they survive a restart. A bucket is found by an HMAC under a key
 * derived from the master key; no name and no address is written anywhere.
 */
#ifndef AC_SERVER_THROTTLE_H
#define AC_SERVER_THROTTLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <authcode/error.h>

#include "base/attr.h"
#include "server/mac.h"

/* A bucket fills from empty in this time. */
#define AC_THROTTLE_WINDOW_MS (15 * 60 * 1000)

enum ac_bucket_kind {
	AC_BUCKET_NAME,  /* as typed */
	AC_BUCKET_CANON, /* of the account, whatever was typed */
	AC_BUCKET_KNOWN, /* of a known browser and a name */
	AC_BUCKET_ADDRESS,
	AC_BUCKET_TOTAL,
	AC_BUCKET_TOKEN,             /* of an address, for tokens */
	AC_BUCKET_USER_CODE,         /* codes of devices: of a browser */
	AC_BUCKET_USER_CODE_ADDRESS, /* and of an address */
	AC_BUCKET_DEVICE_REQUEST,    /* of an address, for codes of devices */
	AC_BUCKET_COUNT,
};

/* How many failures fit into a bucket; 0: any number. */
struct ac_throttle_limits {
	uint32_t guesses[AC_BUCKET_COUNT];
};

/* One bucket of one attempt, and what that attempt has paid into it: time, for a reload may
 * change the price of a guess before it is given back. */
struct ac_bucket {
	enum ac_bucket_kind kind;
	uint8_t id[16];
	int64_t paid_ms;
};

struct ac_config;
struct ac_throttle_limits ac_throttle_limits_of(const struct ac_config *config);

struct ac_throttle;

/* Opens or makes the table in the directory. One that is not of our form is
 * logged and begun anew: its loss lets a window of guesses through, a daemon
 * that does not start keeps everybody out. New: ac_throttle_close(). */
AC_MUST_USE enum authcode_err ac_throttle_open(int dir_fd, const uint8_t master_key[AC_MAC_LEN],
					       const struct ac_throttle_limits *limits,
					       struct ac_throttle **ret);
void ac_throttle_close(struct ac_throttle **throttle);

/* Other limits from now on; what has been spent stays spent. */
void ac_throttle_set(struct ac_throttle *throttle, const struct ac_throttle_limits *limits);

/* The bucket of these bytes, with nothing paid. False when it cannot be told:
 * the attempt must be refused. */
AC_MUST_USE bool ac_throttle_bucket(const struct ac_throttle *throttle, enum ac_bucket_kind kind,
				    const void *data, size_t len, struct ac_bucket *ret);

/* Takes one guess out of each bucket, or, when one has none, out of no bucket:
 * false, and *ret_wait_s is when to try again. */
AC_MUST_USE bool ac_throttle_spend(struct ac_throttle *throttle, struct ac_bucket *buckets,
				   size_t count, uint32_t *ret_wait_s);
/* Puts back what was paid. */
void ac_throttle_refund(struct ac_throttle *throttle, struct ac_bucket *buckets, size_t count);

/* For tests: lets time pass. */
void ac_throttle_advance(struct ac_throttle *throttle, int64_t ms);

#endif
