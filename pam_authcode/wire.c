/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See wire.h. The rows at the end are the format: encode and decode walk the
 * same fields with the same maxima and rules, so that neither end can send what
 * the other would refuse. Both are pure; wire_socket.c puts them on a socket.
 */
#include "pam_authcode/wire.h"

#include <string.h>

#include "base/secret.h"
#include "pam_authcode/text_rule.h"

enum kind { KIND_TEXT, KIND_BOOL, KIND_U32, KIND_VERDICT, KIND_MESSAGES };

struct field {
	const char *name;
	enum kind kind;
	enum ac_text_rule rule;
	size_t offset;
	size_t count_offset; /* of the uint16_t that counts bytes or messages; 0: none */
	size_t max;
	unsigned int verdicts; /* KIND_VERDICT: bit set of those allowed */
	bool filled;           /* a text that may not be empty */
	unsigned int only;     /* verdicts it is for, as bits; empty or zero with others; 0: any */
};

struct shape {
	const char *name;
	const struct field *fields;
	size_t field_count;
};

/* One of out and in is NULL. */
struct cursor {
	uint8_t *out;
	const uint8_t *in;
	size_t size;
	size_t pos;
	enum ac_verdict verdict; /* of this frame, for only */
};

static bool
put_bytes(struct cursor *c, const void *data, size_t len)
{
	if (len > c->size - c->pos)
		return false;
	if (len > 0)
		memcpy(c->out + c->pos, data, len);
	c->pos += len;
	return true;
}

static bool
put_number(struct cursor *c, uint32_t value, size_t width)
{
	uint8_t bytes[4];

	for (size_t i = 0; i < width; i++)
		bytes[i] = (uint8_t)(value >> (8 * (width - 1 - i)));
	return put_bytes(c, bytes, width);
}

static bool
get_bytes(struct cursor *c, size_t len, const uint8_t **ret)
{
	if (len > c->size - c->pos)
		return false;
	*ret = c->in + c->pos;
	c->pos += len;
	return true;
}

static bool
get_number(struct cursor *c, size_t width, uint32_t *ret)
{
	const uint8_t *bytes;
	uint32_t value = 0;

	if (!get_bytes(c, width, &bytes))
		return false;
	for (size_t i = 0; i < width; i++)
		value = value << 8 | bytes[i];
	*ret = value;
	return true;
}

static bool
applies(const struct cursor *c, const struct field *field)
{
	return field->only == 0 || (field->only & 1u << c->verdict) != 0;
}

static bool
text_ok(const struct cursor *c, const struct field *field, const char *text, size_t len)
{
	if (!applies(c, field))
		return len == 0;
	return len <= field->max && (len > 0 || !field->filled) &&
	       ac_text_rule_holds(field->rule, text, len);
}

static bool
put_text(struct cursor *c, const struct field *field, const char *base)
{
	const char *text = base + field->offset;
	size_t len = strnlen(text, field->max + 1);
	uint16_t counted;

	if (field->count_offset != 0) {
		memcpy(&counted, base + field->count_offset, sizeof(counted));
		if (counted != len)
			return false;
	}
	return text_ok(c, field, text, len) && put_number(c, (uint32_t)len, 2) &&
	       put_bytes(c, text, len);
}

static bool
get_text(struct cursor *c, const struct field *field, char *base)
{
	const uint8_t *bytes;
	uint16_t counted;
	uint32_t len;

	if (!get_number(c, 2, &len) || !get_bytes(c, len, &bytes) ||
	    !text_ok(c, field, (const char *)bytes, len))
		return false;
	if (len > 0)
		memcpy(base + field->offset, bytes, len);
	base[field->offset + len] = '\0';
	if (field->count_offset != 0) {
		counted = (uint16_t)len;
		memcpy(base + field->count_offset, &counted, sizeof(counted));
	}
	return true;
}

static bool
put_bool(struct cursor *c, const struct field *field, const char *base)
{
	bool value;

	memcpy(&value, base + field->offset, sizeof(value));
	return put_number(c, value ? 1 : 0, 1);
}

static bool
get_bool(struct cursor *c, const struct field *field, char *base)
{
	uint32_t number;
	bool value;

	if (!get_number(c, 1, &number) || number > 1)
		return false;
	value = number == 1;
	memcpy(base + field->offset, &value, sizeof(value));
	return true;
}

static bool
put_u32(struct cursor *c, const struct field *field, const char *base)
{
	uint32_t value;

	memcpy(&value, base + field->offset, sizeof(value));
	if (!applies(c, field) && value != 0)
		return false;
	return put_number(c, value, 4);
}

static bool
get_u32(struct cursor *c, const struct field *field, char *base)
{
	uint32_t value;

	if (!get_number(c, 4, &value) || (!applies(c, field) && value != 0))
		return false;
	memcpy(base + field->offset, &value, sizeof(value));
	return true;
}

static bool
verdict_ok(const struct field *field, uint32_t verdict)
{
	return verdict < AC_VERDICT_COUNT && (field->verdicts & 1u << verdict) != 0;
}

static bool
put_verdict(struct cursor *c, const struct field *field, const char *base)
{
	memcpy(&c->verdict, base + field->offset, sizeof(c->verdict));
	return verdict_ok(field, (uint32_t)c->verdict) && put_number(c, (uint32_t)c->verdict, 1);
}

static bool
get_verdict(struct cursor *c, const struct field *field, char *base)
{
	uint32_t number;

	if (!get_number(c, 1, &number) || !verdict_ok(field, number))
		return false;
	c->verdict = (enum ac_verdict)number;
	memcpy(base + field->offset, &c->verdict, sizeof(c->verdict));
	return true;
}

/* A message is its style and its text; the text obeys the rule of its field. */
static const struct field message_text = {
	.name = "text",
	.kind = KIND_TEXT,
	.rule = AC_TEXT_PRINTABLE,
	.offset = offsetof(struct ac_wire_message, text),
	.max = AC_WIRE_MAX_TEXT,
};

static bool
count_ok(const struct cursor *c, const struct field *field, size_t count)
{
	if (!applies(c, field))
		return count == 0;
	return count <= field->max;
}

static bool
style_ok(uint32_t style)
{
	return style == AC_MESSAGE_INFO || style == AC_MESSAGE_ERROR;
}

static bool
put_messages(struct cursor *c, const struct field *field, const char *base)
{
	const struct ac_wire_message *messages = (const void *)(base + field->offset);
	uint16_t count;

	memcpy(&count, base + field->count_offset, sizeof(count));
	if (!count_ok(c, field, count) || !put_number(c, count, 2))
		return false;
	for (size_t i = 0; i < count; i++) {
		uint32_t style = (uint32_t)messages[i].style;

		if (!style_ok(style) || !put_number(c, style, 1) ||
		    !put_text(c, &message_text, (const char *)&messages[i]))
			return false;
	}
	return true;
}

static bool
get_messages(struct cursor *c, const struct field *field, char *base)
{
	struct ac_wire_message *messages = (void *)(base + field->offset);
	uint32_t number, style;
	uint16_t count;

	if (!get_number(c, 2, &number) || !count_ok(c, field, number))
		return false;
	count = (uint16_t)number;
	for (size_t i = 0; i < count; i++) {
		if (!get_number(c, 1, &style) || !style_ok(style) ||
		    !get_text(c, &message_text, (char *)&messages[i]))
			return false;
		messages[i].style = (enum ac_message_style)style;
	}
	memcpy(base + field->count_offset, &count, sizeof(count));
	return true;
}

static const struct {
	bool (*put)(struct cursor *c, const struct field *field, const char *base);
	bool (*get)(struct cursor *c, const struct field *field, char *base);
} codecs[] = {
	[KIND_TEXT] = { put_text, get_text },
	[KIND_BOOL] = { put_bool, get_bool },
	[KIND_U32] = { put_u32, get_u32 },
	[KIND_VERDICT] = { put_verdict, get_verdict },
	[KIND_MESSAGES] = { put_messages, get_messages },
};

#define AT(frame, member) offsetof(struct ac_wire_frame, u.frame.member)
#define ROOM(frame, member) (sizeof(((struct ac_wire_frame *)NULL)->u.frame.member) - 1)

/* FRAME is a member of the union, maybe with the structs on the way down. */
#define TEXT(frame, member, ...)                                                                   \
	{                                                                                          \
		.name = #member, .kind = KIND_TEXT, .offset = AT(frame, member),                   \
		.max = ROOM(frame, member), __VA_ARGS__                                            \
	}
#define FLAG(frame, member)                                                                        \
	{                                                                                          \
		.name = #member, .kind = KIND_BOOL, .offset = AT(frame, member)                    \
	}
#define NUMBER(frame, member, ...)                                                                 \
	{                                                                                          \
		.name = #member, .kind = KIND_U32, .offset = AT(frame, member), __VA_ARGS__        \
	}
#define VERDICT(frame, member, allowed)                                                            \
	{                                                                                          \
		.name = #member, .kind = KIND_VERDICT, .offset = AT(frame, member),                \
		.verdicts = (allowed)                                                              \
	}
#define MESSAGES(frame, member, counter, ...)                                                      \
	{                                                                                          \
		.name = #member, .kind = KIND_MESSAGES, .offset = AT(frame, member),               \
		.count_offset = AT(frame, counter), .max = AC_WIRE_MAX_MESSAGES, __VA_ARGS__       \
	}
#define ALLOW(verdict) (1u << AC_VERDICT_##verdict)
#define LOGIN_VERDICTS (ALLOW(DENIED) | ALLOW(OK) | ALLOW(UNAVAILABLE) | ALLOW(CHANGE_DUE))
#define CHECK_VERDICTS (LOGIN_VERDICTS | ALLOW(EXPIRED) | ALLOW(GONE) | ALLOW(LOCKED))

#define IDENTITY(frame)                                                                            \
	TEXT(frame, user, .rule = AC_TEXT_ACCOUNT, .filled = true, .only = ALLOW(OK)),             \
		NUMBER(frame, uid, .only = ALLOW(OK)),                                             \
		TEXT(frame, full_name, .rule = AC_TEXT_PRINTABLE, .only = ALLOW(OK)),              \
		TEXT(frame, home, .rule = AC_TEXT_PRINTABLE, .only = ALLOW(OK)),                   \
		TEXT(frame, groups, .rule = AC_TEXT_LINES, .only = ALLOW(OK),                      \
		     .count_offset = AT(frame, groups_len))

static const struct field start_fields[] = {
	TEXT(start, service, .rule = AC_TEXT_SERVICE, .filled = true),
	TEXT(start, user, .rule = AC_TEXT_ACCOUNT, .filled = true),
	TEXT(start, rhost, .rule = AC_TEXT_PRINTABLE),
	TEXT(start, language, .rule = AC_TEXT_LANGUAGE),
	TEXT(start, ticket, .rule = AC_TEXT_PRINTABLE),
};
static const struct field canon_fields[] = {
	TEXT(canon, user, .rule = AC_TEXT_ACCOUNT, .filled = true),
};
static const struct field prompt_fields[] = {
	FLAG(prompt, echo),
	TEXT(prompt, text, .rule = AC_TEXT_PRINTABLE),
	MESSAGES(prompt, messages, message_count),
};
static const struct field answer_fields[] = {
	TEXT(answer, text, .rule = AC_TEXT_UTF8, .count_offset = AT(answer, len)),
};
static const struct field result_fields[] = {
	VERDICT(result, verdict, LOGIN_VERDICTS),
	MESSAGES(result, messages, message_count, .only = ALLOW(OK)),
	IDENTITY(result.identity),
	TEXT(result, environment, .rule = AC_TEXT_LINES, .only = ALLOW(OK),
	     .count_offset = AT(result, environment_len)),
	TEXT(result, ticket, .rule = AC_TEXT_PRINTABLE, .only = ALLOW(CHANGE_DUE)),
};
static const struct field check_fields[] = {
	TEXT(check, service, .rule = AC_TEXT_SERVICE, .filled = true),
	TEXT(check, user, .rule = AC_TEXT_ACCOUNT, .filled = true),
	NUMBER(check, uid),
	FLAG(check, claims),
};
static const struct field checked_fields[] = {
	VERDICT(checked, verdict, CHECK_VERDICTS),
	IDENTITY(checked.identity),
	TEXT(checked, file_claims, .rule = AC_TEXT_UTF8, .only = ALLOW(OK),
	     .count_offset = AT(checked, file_claims_len)),
	TEXT(checked, command_claims, .rule = AC_TEXT_UTF8, .only = ALLOW(OK),
	     .count_offset = AT(checked, command_claims_len)),
};
static const struct field ask_fields[] = {
	TEXT(ask, service, .rule = AC_TEXT_SERVICE, .filled = true),
};
static const struct field about_fields[] = {
	FLAG(about, usable),
	NUMBER(about, deny),
	NUMBER(about, interval_s),
	TEXT(about, reason, .rule = AC_TEXT_PRINTABLE),
};

#define SHAPE(type, rows)                                                                          \
	[AC_WIRE_##type] = { .name = #type, .fields = (rows), .field_count = AC_ARRAY_SIZE(rows) }

static const struct shape shapes[] = {
	SHAPE(START, start_fields),      SHAPE(CANON, canon_fields),
	[AC_WIRE_GO] = { .name = "GO" }, SHAPE(PROMPT, prompt_fields),
	SHAPE(ANSWER, answer_fields),    SHAPE(RESULT, result_fields),
	SHAPE(CHECK, check_fields),      SHAPE(CHECKED, checked_fields),
	SHAPE(ASK, ask_fields),          SHAPE(ABOUT, about_fields),
};

static const struct shape *
find_shape(unsigned int type)
{
	return type < AC_ARRAY_SIZE(shapes) && shapes[type].name != NULL ? &shapes[type] : NULL;
}

const char *
ac_wire_type_name(enum ac_wire_type type)
{
	const struct shape *shape = find_shape((unsigned int)type);

	return shape != NULL ? shape->name : "?";
}

enum authcode_err
ac_wire_encode(const struct ac_wire_frame *frame, uint8_t *out, size_t size, size_t *ret_len)
{
	const struct shape *shape = find_shape((unsigned int)frame->type);
	struct cursor c = { .out = out, .size = size };
	bool ok = shape != NULL && put_number(&c, (uint32_t)frame->type, 1);

	for (size_t i = 0; ok && i < shape->field_count; i++) {
		const struct field *field = &shape->fields[i];

		ok = codecs[field->kind].put(&c, field, (const char *)frame);
	}
	if (!ok) {
		ac_wipe(out, c.pos);
		return AUTHCODE_ERR_USAGE;
	}
	*ret_len = c.pos;
	return AUTHCODE_OK;
}

enum authcode_err
ac_wire_decode(const uint8_t *data, size_t len, struct ac_wire_frame *ret)
{
	struct cursor c = { .in = data, .size = len };
	struct ac_wire_frame frame = { 0 };
	const struct shape *shape = NULL;
	uint32_t type;
	bool ok = false;

	if (len <= AC_WIRE_MAX_FRAME && get_number(&c, 1, &type)) {
		shape = find_shape(type);
		ok = shape != NULL;
		frame.type = (enum ac_wire_type)type;
	}
	for (size_t i = 0; ok && i < shape->field_count; i++) {
		const struct field *field = &shape->fields[i];

		ok = codecs[field->kind].get(&c, field, (char *)&frame);
	}
	ok = ok && c.pos == c.size;
	if (ok)
		*ret = frame;
	ac_wipe(&frame, sizeof(frame));
	return ok ? AUTHCODE_OK : AUTHCODE_ERR_SYNTAX;
}
