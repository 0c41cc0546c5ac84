/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See audit_chain.h. Numbers are 8 bytes, the greatest first. Every text has its length in
 * front of all texts, and each kind of input begins with a byte of its own, so that no two
 * inputs are the same bytes.
 *
 *   record   'R' mac-before seq id txn subject object admin salted length*4 event client
 *            reason address
 *   address  'A' salt rhost            (its first 16 bytes)
 *   mark     'E' seq id address rhost  (what is left of it)
 *   anchor   'B' seq mac before-id
 */
#include "store/audit_chain.h"

#include <string.h>

#include "base/int64.h"
#include "base/random.h"
#include "base/secret.h"
#include "store/audit.h"
#include "store/row_key.h"

#define MAC_LEN AUTHCODE_AUDIT_MAC_LEN
#define SALT_LEN AC_AUDIT_SALT_LEN
#define NUMBERS 6
#define TEXTS 4

bool
ac_audit_needs_salt(const struct authcode_audit_record *record)
{
	return record->subject_id != 0 && record->rhost[0] != '\0';
}

enum authcode_err
ac_audit_draw_salt(struct ac_audit_link *link)
{
	link->address_len = SALT_LEN;
	return ac_random_fill(NULL, link->address, SALT_LEN);
}

static enum authcode_err
digest_address(const struct authcode_audit_key *key, const struct authcode_audit_record *record,
	       const struct ac_audit_link *link, uint8_t ret[SALT_LEN])
{
	const struct authcode_audit_part parts[] = {
		{ "A", 1 },
		{ link->address, SALT_LEN },
		{ record->rhost, strlen(record->rhost) },
	};
	uint8_t mac[MAC_LEN];
	enum authcode_err err = key->mac(key->key, parts, AC_ARRAY_SIZE(parts), mac);

	if (err == AUTHCODE_OK)
		memcpy(ret, mac, SALT_LEN);
	return err;
}

static enum authcode_err
make_mark(const struct authcode_audit_key *key, const struct authcode_audit_record *record,
	  const uint8_t digest[SALT_LEN], uint8_t ret[MAC_LEN])
{
	uint8_t numbers[16];
	const struct authcode_audit_part parts[] = {
		{ "E", 1 },
		{ numbers, sizeof(numbers) },
		{ digest, SALT_LEN },
		{ record->rhost, strlen(record->rhost) },
	};

	ac_put_i64(numbers, record->seq);
	ac_put_i64(numbers + 8, record->id);
	return key->mac(key->key, parts, AC_ARRAY_SIZE(parts), ret);
}

/* *covered: what the chain has of the address; digest: room for it. */
static enum authcode_err
cover_address(const struct authcode_audit_key *key, const struct authcode_audit_record *record,
	      const struct ac_audit_link *link, struct authcode_audit_part *covered,
	      uint8_t digest[SALT_LEN])
{
	*covered = (struct authcode_audit_part){ digest, SALT_LEN };
	if (link->address_len == SALT_LEN)
		return digest_address(key, record, link, digest);
	if (link->address_len == AC_AUDIT_EMPTIED_LEN)
		memcpy(digest, link->address, SALT_LEN);
	else
		*covered = (struct authcode_audit_part){ record->rhost, strlen(record->rhost) };
	return AUTHCODE_OK;
}

/* Of what was taken out the mark says what may be left. */
static enum authcode_err
is_address_good(const struct authcode_audit_key *key, const struct authcode_audit_record *record,
		const struct ac_audit_link *link, bool *ret_good)
{
	uint8_t mark[MAC_LEN];
	enum authcode_err err = AUTHCODE_OK;

	*ret_good = link->address_len == 0 || link->address_len == SALT_LEN;
	if (link->address_len != AC_AUDIT_EMPTIED_LEN)
		return err;
	err = make_mark(key, record, link->address, mark);
	*ret_good =
		err == AUTHCODE_OK && ac_secret_equal(mark, link->address + SALT_LEN, sizeof(mark));
	return err;
}

enum authcode_err
ac_audit_link(const struct authcode_audit_key *key, const uint8_t before[MAC_LEN],
	      const struct authcode_audit_record *record, struct ac_audit_link *link)
{
	const int64_t numbers[NUMBERS] = {
		record->seq,       record->id,
		record->txn,       record->subject_id,
		record->object_id, record->by_admin ? (int64_t)record->admin_uid : -1,
	};
	uint8_t head[NUMBERS * 8 + 1 + TEXTS * 8], digest[SALT_LEN];
	struct authcode_audit_part parts[3 + TEXTS] = {
		{ "R", 1 },
		{ before, MAC_LEN },
		{ head, sizeof(head) },
		{ record->event, strlen(record->event) },
		{ record->client_id, strlen(record->client_id) },
		{ record->reason, strlen(record->reason) },
	};
	enum authcode_err err = cover_address(key, record, link, &parts[2 + TEXTS], digest);

	if (err != AUTHCODE_OK)
		return err;
	for (size_t i = 0; i < NUMBERS; i++)
		ac_put_i64(head + 8 * i, numbers[i]);
	head[NUMBERS * 8] = link->address_len != 0;
	for (size_t i = 0; i < TEXTS; i++)
		ac_put_i64(head + NUMBERS * 8 + 1 + 8 * i, (int64_t)parts[3 + i].len);
	return key->mac(key->key, parts, AC_ARRAY_SIZE(parts), link->mac);
}

enum authcode_err
ac_audit_holds(const struct authcode_audit_key *key, const uint8_t before[MAC_LEN],
	       const struct authcode_audit_record *record, const struct ac_audit_link *link,
	       bool *ret_holds)
{
	struct ac_audit_link again = *link;
	bool address_good = false;
	enum authcode_err err = ac_audit_link(key, before, record, &again);

	if (err == AUTHCODE_OK)
		err = is_address_good(key, record, link, &address_good);
	*ret_holds = err == AUTHCODE_OK && address_good &&
		     ac_secret_equal(again.mac, link->mac, sizeof(again.mac));
	return err;
}

bool
ac_audit_is_long(const struct authcode_audit_record *record, const struct ac_audit_link *link)
{
	char network[AC_AUDIT_NETWORK];

	if (!ac_audit_needs_salt(record))
		return false;
	if (record->seq != 0)
		return link->address_len == AC_AUDIT_SALT_LEN;
	ac_audit_network(record->rhost, network);
	return strcmp(record->rhost, network) != 0;
}

enum authcode_err
ac_audit_leave(const struct authcode_audit_key *key, const struct authcode_audit_record *record,
	       const char *left, struct ac_audit_link *link)
{
	struct authcode_audit_record rest = *record;
	struct ac_audit_link taken = *link;
	bool good = false;
	enum authcode_err err;

	/* A digest that was made before is all that is known of the whole address; a new mark
	 * over something that somebody has put there would vouch for it. */
	err = is_address_good(key, record, link, &good);
	if (err != AUTHCODE_OK || !good || link->address_len == 0)
		return err;
	if (link->address_len == SALT_LEN)
		err = digest_address(key, record, link, taken.address);
	rest.rhost = left;
	if (err == AUTHCODE_OK)
		err = make_mark(key, &rest, taken.address, taken.address + SALT_LEN);
	taken.address_len = AC_AUDIT_EMPTIED_LEN;
	if (err == AUTHCODE_OK)
		*link = taken;
	return err;
}

static enum authcode_err
proof_of(const struct authcode_audit_key *key, const struct ac_audit_anchor *anchor,
	 uint8_t ret[MAC_LEN])
{
	uint8_t numbers[16];
	const struct authcode_audit_part parts[] = {
		{ "B", 1 },
		{ numbers, 8 },
		{ anchor->last.mac, MAC_LEN },
		{ numbers + 8, 8 },
	};

	ac_put_i64(numbers, anchor->last.seq);
	ac_put_i64(numbers + 8, anchor->before_id);
	return key->mac(key->key, parts, AC_ARRAY_SIZE(parts), ret);
}

enum authcode_err
ac_audit_prove(const struct authcode_audit_key *key, struct ac_audit_anchor *anchor)
{
	return proof_of(key, anchor, anchor->proof);
}

enum authcode_err
ac_audit_proved(const struct authcode_audit_key *key, const struct ac_audit_anchor *anchor,
		bool *ret_proved)
{
	uint8_t proof[MAC_LEN];
	enum authcode_err err = proof_of(key, anchor, proof);

	*ret_proved = err == AUTHCODE_OK && ac_secret_equal(proof, anchor->proof, sizeof(proof));
	return err;
}

enum ac_audit_age
ac_audit_age(int64_t id, int64_t before_ms, int64_t now_ms)
{
	if (id < ac_audit_key(before_ms))
		return AC_AUDIT_OLD;
	return id >> AC_ROW_KEY_RANDOM_BITS > now_ms ? AC_AUDIT_UNKNOWN : AC_AUDIT_YOUNG;
}
