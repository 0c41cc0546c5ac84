/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The chain of audit records: what a MAC is over, the same for every backend, so that a
 * chain can be checked by whoever has the key. doc/store.md tells what it is good for.
 *
 * The address that a record has of a person is covered by a salted digest, whose salt
 * goes with the address when it is shortened or the person is forgotten: the digest says
 * nothing of it, yet the chain stands. Whoever takes it out leaves a mark over what is
 * left, which only the key can make, for otherwise anybody could.
 */
#ifndef AC_STORE_AUDIT_CHAIN_H
#define AC_STORE_AUDIT_CHAIN_H

#include <authcode/store.h>

#include "base/attr.h"

#define AC_AUDIT_SALT_LEN 16
#define AC_AUDIT_EMPTIED_LEN (AC_AUDIT_SALT_LEN + AUTHCODE_AUDIT_MAC_LEN)

/* What a row has beside its record. */
struct ac_audit_link {
	uint8_t mac[AUTHCODE_AUDIT_MAC_LEN];
	/* Nothing: the address is nobody's, or there is none. A salt. Digest and mark: it
	 * was taken out, all of it or to its network. */
	uint8_t address[AC_AUDIT_EMPTIED_LEN];
	size_t address_len;
};

/* Where the chain begins. */
struct ac_audit_anchor {
	struct authcode_audit_head last; /* that is gone */
	int64_t before_id;               /* up to this key, records are older than the chain */
	uint8_t proof[AUTHCODE_AUDIT_MAC_LEN];
};

/* Of who writes, one thread at a time. A decision that is undone takes it back too. */
struct ac_audit_chain {
	const struct authcode_audit_key *key; /* NULL: records are in no chain */
	struct authcode_audit_head head;
	bool anchored;
};

/* Its address is a person's, who may want to be forgotten. */
AC_MUST_USE bool ac_audit_needs_salt(const struct authcode_audit_record *record);
AC_MUST_USE enum authcode_err ac_audit_draw_salt(struct ac_audit_link *link);

/* The record, whose seq is set, behind the one of that MAC: makes link->mac. */
AC_MUST_USE enum authcode_err ac_audit_link(const struct authcode_audit_key *key,
					    const uint8_t before[AUTHCODE_AUDIT_MAC_LEN],
					    const struct authcode_audit_record *record,
					    struct ac_audit_link *link);

/* Is it what was written there? */
AC_MUST_USE enum authcode_err ac_audit_holds(const struct authcode_audit_key *key,
					     const uint8_t before[AUTHCODE_AUDIT_MAC_LEN],
					     const struct authcode_audit_record *record,
					     const struct ac_audit_link *link, bool *ret_holds);

/* What is in the place of the salt when of the record's address this is left, its network
 * or "". An address that has been changed since stays found out. */
AC_MUST_USE enum authcode_err ac_audit_leave(const struct authcode_audit_key *key,
					     const struct authcode_audit_record *record,
					     const char *left, struct ac_audit_link *link);

/* Is it a person's whole address? Of a record that is in no chain it is what differs from
 * its network. */
AC_MUST_USE bool ac_audit_is_long(const struct authcode_audit_record *record,
				  const struct ac_audit_link *link);

#define AC_AUDIT_NETWORK 46 /* INET6_ADDRSTRLEN */

/* The network of an address, 24 bits of IPv4, also of one inside IPv6, and 48 of other IPv6,
 * as text; "" for what is none. */
void ac_audit_network(const char *rhost, char ret[AC_AUDIT_NETWORK]);

/* Makes anchor->proof. */
AC_MUST_USE enum authcode_err ac_audit_prove(const struct authcode_audit_key *key,
					     struct ac_audit_anchor *anchor);

/* Was it proved? ERR_… when nobody can say. */
AC_MUST_USE enum authcode_err ac_audit_proved(const struct authcode_audit_key *key,
					      const struct ac_audit_anchor *anchor,
					      bool *ret_proved);

/* --- a look at the chain ---------------------------------------------------- */

struct ac_audit_walk {
	const struct authcode_audit_key *key;
	struct authcode_audit_check *check;
	struct authcode_audit_head last; /* the record before the next */
	bool unplaced;                   /* nobody can say what was before the next */
};

/* What there is of it. */
struct ac_audit_start {
	const struct ac_audit_anchor *anchor;      /* NULL: none */
	const struct authcode_audit_head *resumed; /* the record of after_seq; NULL: none */
	bool chained;                              /* there are records with a number */
	bool unchained;                            /* there are some the chain should know */
};

/* *ret_more false: the check is done. */
AC_MUST_USE enum authcode_err
ac_audit_walk_begin(struct ac_audit_walk *walk, const struct ac_audit_start *start, bool *ret_more);

/* The record whose seq is the least above walk->last.seq. *ret_more
 * false: the check is done. */
AC_MUST_USE enum authcode_err ac_audit_walk_on(struct ac_audit_walk *walk,
					       const struct authcode_audit_record *record,
					       const struct ac_audit_link *link, bool *ret_more);

/* There is no further record. */
void ac_audit_walk_end(struct ac_audit_walk *walk);

/* --- purge -------------------------------------------------------------------- */

enum ac_audit_age { AC_AUDIT_YOUNG, AC_AUDIT_OLD, AC_AUDIT_UNKNOWN };

/* Records go in the order of the chain, so that its rest is one. Of a record whose time
 * lies ahead nobody knows how old it is: it goes with what is old behind it. */
enum ac_audit_age ac_audit_age(int64_t id, int64_t before_ms, int64_t now_ms);

#endif
