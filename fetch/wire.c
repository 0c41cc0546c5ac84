/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See wire.h. One table says how long each part of each kind may be; reading and
 * writing obey the same rows.
 */
#include "fetch/wire.h"

#include <string.h>

struct header {
	uint8_t kind;
	uint8_t flags; /* of a request; of an answer, its outcome */
	uint16_t status;
	uint32_t id;
	uint32_t text_len;
	uint32_t body_len;
};

_Static_assert(sizeof(struct header) == 16, "nothing between the fields");

static const struct {
	bool known;
	size_t min_text, max_text, max_body;
	unsigned flags; /* the highest that may be */
} rules[] = {
	[AC_FETCH_GET] = { true, 1, AC_FETCH_MAX_URL, 0, AC_FETCH_ALLOW_PRIVATE },
	[AC_FETCH_ANSWER] = { true, 0, AC_FETCH_MAX_WHY, AC_FETCH_MAX_BODY, AC_FETCH_BUSY },
	[AC_FETCH_POST] = { true, 1, AC_FETCH_MAX_URL, AC_FETCH_MAX_FORM, AC_FETCH_ALLOW_PRIVATE },
};

static const char *const outcome_words[AC_FETCH_OUTCOME_COUNT] = {
	[AC_FETCH_FAILED] = "failed",
	[AC_FETCH_ANSWERED] = "answered",
	[AC_FETCH_REFUSED] = "refused",
	[AC_FETCH_BUSY] = "too many at once",
	[AC_FETCH_UNAVAILABLE] = "authcode-fetch is not there",
};

const char *
ac_fetch_outcome_words(enum ac_fetch_outcome outcome)
{
	return outcome_words[(unsigned)outcome < AC_FETCH_OUTCOME_COUNT ? outcome : 0];
}

static bool
header_ok(const struct header *header)
{
	return header->kind < AC_ARRAY_SIZE(rules) && rules[header->kind].known &&
	       header->flags <= rules[header->kind].flags &&
	       header->text_len >= rules[header->kind].min_text &&
	       header->text_len <= rules[header->kind].max_text &&
	       header->body_len <= rules[header->kind].max_body;
}

bool
ac_fetch_frame_format(const struct ac_fetch_frame *frame, struct ac_buf *out)
{
	size_t text_len = frame->text != NULL ? strlen(frame->text) : 0;
	bool answer = frame->kind == AC_FETCH_ANSWER;
	struct header header = {
		.kind = (uint8_t)frame->kind,
		.flags = (uint8_t)(answer ? (unsigned)frame->outcome
					  : (frame->allow_private ? AC_FETCH_ALLOW_PRIVATE : 0)),
		.status = (uint16_t)(answer ? frame->status : 0),
		.id = frame->id,
		.text_len = (uint32_t)text_len,
		.body_len = (uint32_t)frame->body_len,
	};

	if (text_len > AC_FETCH_MAX_FRAME || frame->body_len > AC_FETCH_MAX_FRAME ||
	    !header_ok(&header))
		return false;
	ac_buf_put(out, &header, sizeof(header));
	ac_buf_put(out, frame->body, frame->body_len);
	ac_buf_put(out, frame->text, text_len);
	return ac_buf_ok(out);
}

bool
ac_fetch_frame_parse(char *data, size_t len, struct ac_fetch_frame *ret)
{
	struct header header;
	char *text;

	if (len < sizeof(header))
		return false;
	memcpy(&header, data, sizeof(header));
	if (!header_ok(&header) ||
	    len - sizeof(header) != (size_t)header.text_len + header.body_len)
		return false;
	text = data + sizeof(header) + header.body_len;
	text[header.text_len] = '\0';
	if (strlen(text) != header.text_len)
		return false;
	*ret = (struct ac_fetch_frame){
		.kind = (enum ac_fetch_kind)header.kind,
		.id = header.id,
		.text = text,
		.body = data + sizeof(header),
		.body_len = header.body_len,
	};
	if (ret->kind == AC_FETCH_ANSWER) {
		ret->outcome = (enum ac_fetch_outcome)header.flags;
		ret->status = header.status;
	} else {
		ret->allow_private = (header.flags & AC_FETCH_ALLOW_PRIVATE) != 0;
	}
	return true;
}
