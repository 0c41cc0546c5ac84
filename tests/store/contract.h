/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The contract suite: every case runs on every backend (contract.c). A case
 * gets a struct fixture with an open, empty store as its state.
 */
#ifndef TESTS_STORE_CONTRACT_H
#define TESTS_STORE_CONTRACT_H

#include <stddef.h>

struct contract_case {
	const char *name;
	void (*run)(void **state);
};

struct contract_chapter {
	const struct contract_case *cases;
	size_t count;
};

#define CONTRACT_CASE(function)                                                                    \
	{                                                                                          \
#function, function                                                                \
	}

extern const struct contract_chapter contract_audit;
extern const struct contract_chapter contract_audit_chain;
extern const struct contract_chapter contract_sessions;
extern const struct contract_chapter contract_renewal;
extern const struct contract_chapter contract_subjects;
extern const struct contract_chapter contract_codes;
extern const struct contract_chapter contract_refresh;
extern const struct contract_chapter contract_retry;
extern const struct contract_chapter contract_client;
extern const struct contract_chapter contract_withdrawal;
extern const struct contract_chapter contract_revocation;
extern const struct contract_chapter contract_purge;
extern const struct contract_chapter contract_keys;
extern const struct contract_chapter contract_devices;
extern const struct contract_chapter contract_logout;
extern const struct contract_chapter contract_sealed;
extern const struct contract_chapter contract_signing_keys;
extern const struct contract_chapter contract_misuse;
extern const struct contract_chapter contract_registration;
extern const struct contract_chapter contract_replay;
extern const struct contract_chapter contract_lists;
extern const struct contract_chapter contract_people;
extern const struct contract_chapter contract_password;
extern const struct contract_chapter contract_threads;

#endif
