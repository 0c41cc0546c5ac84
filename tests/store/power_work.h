/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Seeded work on a store until its power is lost, the book of what was acknowledged,
 * and a judge who holds what is found on the disk against the book.
 */
#ifndef TESTS_STORE_POWER_WORK_H
#define TESTS_STORE_POWER_WORK_H

#include <semaphore.h>

#include "dice.h"
#include "fixture.h"

#define WORK_PEOPLE 4 /* "person-0" and so on, with a session each, are in the store before */
#define WORK_BATCH 8
#define WORK_MAX 512

/* Only what an operation has said DONE of, or REUSED, is in the book. */
struct noted_code {
	int64_t id; /* and of its family */
	size_t person;
	int64_t access; /* 0: not redeemed */
	bool revoked;
};

struct noted_refresh {
	int64_t id, access; /* that came with it */
	size_t code;
	bool rotated;
};

struct noted_session {
	int64_t id;
	bool ended;
};

struct work {
	struct fixture *f;
	struct dice dice;
	struct noted_session people[WORK_PEOPLE];
	bool erased[WORK_PEOPLE];
	struct noted_code codes[WORK_MAX];
	struct noted_refresh refreshes[WORK_MAX];
	struct noted_session sessions[WORK_MAX];
	bool once[256]; /* the byte that fills what was used once */
	size_t code_count, refresh_count, session_count, acknowledged, recorded;
	struct authcode_operation ops[WORK_BATCH];
	size_t about[WORK_BATCH]; /* which note */
	size_t count;
	sem_t done;
};

/* The sessions of the people, in a new store. */
void work_prepare(struct fixture *f, int64_t sessions[WORK_PEOPLE]);

/* Until the power is lost, or it is enough. */
void work_on(struct work *work, struct fixture *f, const int64_t sessions[WORK_PEOPLE],
	     uint64_t seed);

struct verdict {
	size_t lost;    /* acknowledged, and not there */
	size_t twice;   /* acknowledged as used, and good again */
	size_t damaged; /* the file is not what a file of ours is */
	char first[128];
};

/* Looks at the store of f, and then uses all that is used, again. */
void work_judge(const struct work *work, struct fixture *f, struct verdict *verdict);

#endif
