/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See samples.h.
 */
#include "tests/pam/samples.h"

static const struct ac_wire_identity alice = {
	.user = "alice",
	.uid = 1000,
	.full_name = "Alice Exämple",
	.home = "/home/alice",
	.groups_len = 11,
	.groups = "alice\nstaff",
};

void
sample_frame(size_t index, struct ac_wire_frame *ret)
{
	*ret = (struct ac_wire_frame){ .type = (enum ac_wire_type)(AC_WIRE_START + index) };
	switch (ret->type) {
	case AC_WIRE_START:
		ret->u.start = (struct ac_wire_start){
			.service = "authcode",
			.user = "alice",
			.rhost = "2001:db8::1",
			.language = "de_AT:de",
			.ticket = "0123456789abcdefghijklmnopqrstuvwxyzABCDEF_",
		};
		break;
	case AC_WIRE_CANON:
		ret->u.canon = (struct ac_wire_canon){ .user = "alice" };
		break;
	case AC_WIRE_GO:
		break;
	case AC_WIRE_PROMPT:
		ret->u.prompt = (struct ac_wire_prompt){
			.echo = true,
			.text = "One-time code: ",
			.message_count = 2,
			.messages = { { AC_MESSAGE_INFO, "Your token blinks." },
				      { AC_MESSAGE_ERROR, "Try again." } },
		};
		break;
	case AC_WIRE_ANSWER:
		ret->u.answer = (struct ac_wire_answer){ .len = 7, .text = "s\tcrét" };
		break;
	case AC_WIRE_RESULT:
		ret->u.result = (struct ac_wire_result){
			.verdict = AC_VERDICT_OK,
			.message_count = 1,
			.messages = { { AC_MESSAGE_INFO, "Last login: never" } },
			.identity = alice,
			.environment_len = 19,
			.environment = "AUTH_INDICATORS=otp",
		};
		break;
	case AC_WIRE_CHECK:
		ret->u.check = (struct ac_wire_check){
			.service = "authcode-check", .user = "alice", .uid = 1000, .claims = true
		};
		break;
	case AC_WIRE_CHECKED:
		ret->u.checked = (struct ac_wire_checked){
			.verdict = AC_VERDICT_OK,
			.identity = alice,
			.file_claims_len = 2,
			.file_claims = "{}",
			.command_claims_len = 26,
			.command_claims = "{\"email\":\"a@example.org\"}\n",
		};
		break;
	case AC_WIRE_ASK:
		ret->u.ask = (struct ac_wire_ask){ "authcode" };
		break;
	case AC_WIRE_ABOUT:
		ret->u.about =
			(struct ac_wire_about){ .usable = false,
						.deny = 3,
						.interval_s = 900,
						.reason = "service \"authcode\" has no row" };
		break;
	}
}
