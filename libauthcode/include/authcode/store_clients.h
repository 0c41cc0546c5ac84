/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Of the store contract the rows and the operation on registered clients; store.h, of
 * which this is a part, says what holds for all of them.
 */
#ifndef AUTHCODE_STORE_CLIENTS_H
#define AUTHCODE_STORE_CLIENTS_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A client that people have registered while the daemon ran. What its registration
 * says is the host's: the store does not look inside. */
struct authcode_stored_client {
	const char *id;
	const char *registration;
	const char *sealed_secret; /* where the secret itself is needed; "" when none */
	int64_t revision;          /* 1 at first, and one more with every change */
	int64_t created_ms;        /* when it was added, the last time */
	int64_t changed_ms;
	uint32_t changed_by; /* uid of whoever did */
	int64_t removed_ms;  /* not 0: it is no client any more; the row stays */
};

/* Adds a client, changes it or removes it. Whatever it is, it is so only when the row
 * is still what the caller has read. With end, and when a client is added whose id a
 * removed one had, the client is ended: its codes, devices and families made until now
 * are dead (reads show it), and a delivery is made for each session that was to tell it.
 * remove ends it too, and what people have consented to for it is forgotten; the row
 * stays, so that its revision goes on. DONE; CONFLICT (the row has another revision);
 * NOT_FOUND (there is none to remove). client_id is not empty. */
struct authcode_op_put_client {
	const char *client_id;
	const char *registration;
	const char *sealed_secret;
	int64_t revision; /* of the row that was read; 0: there was none */
	uint32_t changed_by;
	bool end;
	bool remove;
};

#ifdef __cplusplus
}
#endif
#endif
