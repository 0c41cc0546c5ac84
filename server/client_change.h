/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What a request of an administrator makes of a registration: words in, words out. What
 * the result may be is the option table's to say, and the rules', not this file's.
 */
#ifndef AC_SERVER_CLIENT_CHANGE_H
#define AC_SERVER_CLIENT_CHANGE_H

#include <stdint.h>

#include "server/client_preset.h"
#include "server/client_words.h"

enum ac_change_kind {
	AC_CHANGE_ADD = 1,
	AC_CHANGE_EDIT,
	AC_CHANGE_ROTATE, /* an edit with a new secret */
	AC_CHANGE_ENABLE,
	AC_CHANGE_DISABLE,
	AC_CHANGE_REMOVE,
};

/* A request that has been read. Borrows from the words it was read from. */
struct ac_client_request {
	enum ac_change_kind kind;
	const char *id; /* ADD: may be NULL */
	const struct ac_client_preset *preset;
	const char *url;         /* of the application, for the preset */
	const char *secret;      /* instead of one that is made here */
	uint32_t keep_old_s;     /* ROTATE: for how long the old secret is good too */
	struct ac_words options; /* each in place of what there was of its name */
	struct ac_words unset;   /* names of options that go, as values */
};

/* NULL, or what is wrong with the words: one sentence in the arena. */
AC_MUST_USE const char *ac_client_request_read(enum ac_change_kind kind,
					       const struct ac_words *words,
					       struct authcode_arena *arena,
					       struct ac_client_request *ret);

/* A registration, and its secret where that is known. */
struct ac_registration {
	struct ac_words words;
	const char *secret; /* the text; NULL: none, or only its hash is known */
	bool sealed;        /* it is needed itself: kept sealed, and no hash among the words */
	bool made;          /* a secret is new, and to be told once */
};

/* NULL with *ret made, or why not: one sentence in the arena. old: what there is (ADD:
 * empty). */
AC_MUST_USE const char *ac_client_change(const struct ac_client_request *request,
					 const struct ac_registration *old, int64_t now_ms,
					 struct authcode_arena *arena, struct ac_registration *ret);

/* A fresh id: that of the preset, or of no meaning; nth: which try. NULL: out of memory. */
const char *ac_client_id_make(const struct ac_client_preset *preset, unsigned nth,
			      struct authcode_arena *arena);

#endif
