/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See check_relay.h. Who a CHECKED frame is about is not in it unless the
 * verdict is OK: the order alone ties it to its question, so nothing may be out
 * of order. An identity of another name or uid than was asked about is as wrong.
 */
#include "pam_authcode/check_relay.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pam_authcode/connect.h"

struct ac_check_relay {
	int fd;
	bool broken;
	unsigned int count;
	enum ac_wire_type expected; /* the answer that is due, or 0 */
	uint32_t uid;               /* asked about; expected is CHECKED */
	struct ac_wire_frame frame; /* the last one that came */
};

enum authcode_err
ac_check_relay_open(const char *socket_path, struct ac_check_relay **ret_relay)
{
	struct ac_check_relay *relay = calloc(1, sizeof(*relay));
	enum authcode_err err;

	if (relay == NULL)
		return AUTHCODE_ERR_MEMORY;
	relay->fd = -1;
	err = ac_helper_connect(socket_path, &relay->fd);
	if (err != AUTHCODE_OK) {
		ac_check_relay_free(&relay);
		return err;
	}
	*ret_relay = relay;
	return AUTHCODE_OK;
}

int
ac_check_relay_fd(const struct ac_check_relay *relay)
{
	return relay->fd;
}

unsigned int
ac_check_relay_count(const struct ac_check_relay *relay)
{
	return relay->count;
}

enum authcode_err
ac_check_relay_ask(struct ac_check_relay *relay, const struct ac_wire_frame *question)
{
	bool check = question->type == AC_WIRE_CHECK;
	enum authcode_err err;

	if (relay->broken || relay->expected != 0 || relay->count >= AC_WIRE_MAX_CHECKS ||
	    (!check && question->type != AC_WIRE_ASK))
		return AUTHCODE_ERR_USAGE;
	err = ac_wire_send(relay->fd, question);
	if (err == AUTHCODE_OK) {
		relay->expected = check ? AC_WIRE_CHECKED : AC_WIRE_ABOUT;
		relay->uid = check ? question->u.check.uid : 0;
		relay->count++;
	} else if (err != AUTHCODE_ERR_USAGE) {
		relay->broken = true;
	}
	return err;
}

/* Is it the answer that is due, about the account that was asked about? */
static bool
is_due(const struct ac_check_relay *relay)
{
	const struct ac_wire_checked *checked = &relay->frame.u.checked;

	if (relay->expected == 0 || relay->frame.type != relay->expected)
		return false;
	return relay->expected != AC_WIRE_CHECKED || checked->verdict != AC_VERDICT_OK ||
	       checked->identity.uid == relay->uid;
}

struct ac_check_event
ac_check_relay_next(struct ac_check_relay *relay)
{
	const struct ac_check_event failed = { .kind = AC_CHECK_FAILED };
	enum authcode_err err;

	if (relay->broken)
		return failed;
	err = ac_wire_recv(relay->fd, &relay->frame);
	if (err == AUTHCODE_ERR_LIMIT)
		return (struct ac_check_event){ .kind = AC_CHECK_WAIT };
	if (err != AUTHCODE_OK || !is_due(relay)) {
		relay->broken = true;
		return failed;
	}
	relay->expected = 0;
	return (struct ac_check_event){ .kind = AC_CHECK_ANSWER, .frame = &relay->frame };
}

void
ac_check_relay_free(struct ac_check_relay **relay)
{
	if (relay == NULL || *relay == NULL)
		return;
	if ((*relay)->fd >= 0)
		(void)close((*relay)->fd);
	free(*relay);
	*relay = NULL;
}
