/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See event.h. A MESSAGE_ID is the first 128 bits of the SHA-256 of "authcode
 * event " and the name, so that no two rows can have drawn the same; the check
 * of the table says what it must be. Sentences are for somebody who has never
 * read the code.
 */
#include "server/event.h"

#include <string.h>

#define F(name) AC_EVENT_FIELD(name)

static const struct ac_event_row rows[] = {
	[AC_EVENT_READY] = {
		.name = "ready",
		.words = "ready",
		.level = AC_LOG_NOTICE,
		.id = "a064fc81a4a3d47435aaf14a327e72fc",
		.result = "done",
		.fields = F(issuer),
		.means = "The server answers requests from now on.",
	},
	[AC_EVENT_START_REFUSED] = {
		.name = "start_refused",
		.words = "the server does not start",
		.level = AC_LOG_ERROR,
		.id = "662d37b858872b019bff19a3d2389610",
		.result = "refused",
		.fields = F(file) | F(hash) | F(why),
		.means = "What the configuration says, or something that it names, is not good, and the "
			 "program has ended. No hash: the files could not be read as a whole. As text on "
			 "standard error this is the sentence alone.",
		.act = "Correct what the sentence names, try authcoded --check-config, which also says "
		       "a long one to its end, and start again.",
	},
	[AC_EVENT_STOPPING] = {
		.name = "stopping",
		.words = "stopping",
		.level = AC_LOG_NOTICE,
		.id = "32ab108f60979c385ac40806c31bbeee",
		.result = "done",
		.fields = F(issuer),
		.means = "The server has been told to stop, and finishes what is under way.",
	},
	[AC_EVENT_CONFIG_LOADED] = {
		.name = "config_loaded",
		.words = "configuration loaded",
		.level = AC_LOG_NOTICE,
		.id = "1a1e5a9900106912168ac2dd23ce8b0d",
		.result = "done",
		.fields = F(count) | F(file) | F(hash),
		.means = "The server starts by this configuration; count is the number of its clients.",
	},
	[AC_EVENT_CONFIG_RELOADED] = {
		.name = "config_reloaded",
		.words = "the configuration was read again",
		.level = AC_LOG_NOTICE,
		.id = "e307d297ae4f52173392d8d04768afc4",
		.result = "done",
		.fields = F(count) | F(file) | F(hash),
		.means = "SIGHUP was sent, and the server goes by this configuration from now on. An "
			 "equal hash: nothing in the files has changed.",
	},
	[AC_EVENT_CONFIG_REFUSED] = {
		.name = "config_refused",
		.words = "the configuration stays as it was",
		.level = AC_LOG_ERROR,
		.id = "d8316fb64a9f48e258a76fbb7d4f4ece",
		.result = "refused",
		.fields = F(file) | F(hash) | F(why),
		.means = "SIGHUP was sent, and what the files say now is not good. The server goes on by "
			 "what it has, whose hash this is.",
		.act = "Correct what the sentence names, try authcoded --check-config, and reload.",
	},
	[AC_EVENT_AUDIT_HEAD] = {
		.name = "audit_head",
		.words = "head of the audit",
		.level = AC_LOG_NOTICE,
		.id = "0ce0ab53e36305683cdc89d569277ca2",
		.fields = F(head),
		.means = "How far the records of the audit have come: said at the start, at the stop, "
			 "and once an hour when there are new ones. With it, authcodectl audit verify "
			 "finds out whether the newest were taken out of the database.",
	},
	[AC_EVENT_SCHEMA_UPGRADED] = {
		.name = "schema_upgraded",
		.words = "schema of the database upgraded",
		.level = AC_LOG_NOTICE,
		.id = "48997cb49c56315b2ab147fcb3d960ce",
		.result = "done",
		.fields = F(old_schema) | F(schema) | F(file),
		.means = "The database was of an older version of authcode. It is of this one now, and "
			 "was copied before as it was.",
		.act = "Older versions refuse it. To go back to one, give the copy to authcodectl db "
		       "restore of that version.",
	},
	[AC_EVENT_CLOCK_JUMPED] = {
		.name = "clock_jumped",
		.words = "the clock was set",
		.level = AC_LOG_WARNING,
		.id = "f6b76692f5e4c00283aa0ec84587a26d",
		.fields = F(by_ms),
		.means = "The time of day has jumped since the last minute. Codes and tokens end by it: "
			 "forwards they die early, backwards they live longer.",
		.act = "See what has set the clock; let chrony or systemd-timesyncd keep it.",
	},
	[AC_EVENT_REQUEST] = {
		.name = "request",
		.words = "request",
		.level = AC_LOG_INFO,
		.id = "38dfb39311811572873b3e86954b5230",
		.fields = F(rhost) | F(method) | F(path) | F(status) | F(ms) | F(why) | F(txn),
		.means = "An HTTP request was answered. The query is never logged.",
	},
	[AC_EVENT_REQUEST_BROKEN_OFF] = {
		.name = "request_broken_off",
		.words = "request broken off",
		.level = AC_LOG_INFO,
		.id = "eabc889763dfefb1755892fa8a8c14d9",
		.fields = F(rhost) | F(method) | F(path) | F(status) | F(ms) | F(why) | F(txn),
		.means = "The client went away, or took too long, before it had its answer.",
	},
	[AC_EVENT_REQUEST_REFUSED] = {
		.name = "request_refused",
		.words = "refused",
		.level = AC_LOG_INFO,
		.id = "1070eb03716e62da6c2b325d62e72f0f",
		.result = "refused",
		.fields = F(rhost) | F(client) | F(error) | F(check) | F(path) | F(why) | F(txn),
		.means = "A request of a client or a browser was refused: error is the word of the "
			 "protocol, why the sentence that went with it.",
		.act = "Correct the application, or its registration, as the sentence says.",
	},
	[AC_EVENT_AUTHORIZATION_REFUSED] = {
		.name = "authorization_refused",
		.words = "authorization refused",
		.level = AC_LOG_NOTICE,
		.id = "23977abb80aab5b0aecfd96ea0cacbfc",
		.result = "refused",
		.fields = F(rhost) | F(reason) | F(client) | F(user) | F(txn),
		.means = "A person has signed in and may not use the application.",
		.act = "If they should, add them to allow_users or their group to allow_groups of "
		       "the client, and reload.",
	},
	[AC_EVENT_SIGN_IN_BEGUN] = {
		.name = "sign_in_begun",
		.words = "sign-in begun",
		.level = AC_LOG_INFO,
		.id = "6d94105a18eac49a739b8b957761291e",
		.fields = F(rhost) | F(client) | F(service) | F(txn),
		.means = "A name and what was typed with it go to PAM from now on. What becomes of it is "
			 "said by login_failed or login_succeeded, which have this number as txn or as "
			 "begun.",
	},
	[AC_EVENT_LOGIN_SUCCEEDED] = {
		.name = "login_succeeded",
		.words = "login succeeded",
		.level = AC_LOG_NOTICE,
		.id = "4b5fc525bfe54214792389aa07c09768",
		.result = "done",
		.fields = F(rhost) | F(reason) | F(client) | F(user) | F(uid) | F(prompts) | F(begun) |
			  F(txn),
		.means = "A person has signed in, on behalf of an application. The reason "
			 "password_changed: on the way an expired password was changed, and all that "
			 "the account had before is ended.",
	},
	[AC_EVENT_LOGIN_FAILED] = {
		.name = "login_failed",
		.words = "login failed",
		.level = AC_LOG_NOTICE,
		.id = "00cc69d8f12830eaa0f8f093d98f5049",
		.result = "refused",
		.fields = F(rhost) | F(reason) | F(client) | F(user) | F(user_mac) | F(prompts) |
			  F(begun) | F(txn),
		.means = "Somebody has tried to sign in and did not succeed; reason says why, "
			 "prompts how far it came. The name is not logged, since people type "
			 "passwords there.",
	},
	[AC_EVENT_USER_CODE_REFUSED] = {
		.name = "user_code_refused",
		.words = "user code refused",
		.level = AC_LOG_NOTICE,
		.id = "a226e1b1513135407a43f099f1872403",
		.result = "refused",
		.fields = F(rhost) | F(reason) | F(txn),
		.means = "Too many wrong codes of devices were typed from this address or browser.",
		.act = "Nothing, unless it goes on: then block the address.",
	},
	[AC_EVENT_CODE_ISSUED] = {
		.name = "code_issued",
		.words = "code issued",
		.level = AC_LOG_INFO,
		.id = "e2e08e10319b337513143c872a043f46",
		.result = "done",
		.fields = F(rhost) | F(reason) | F(client) | F(user) | F(txn),
		.means = "An application was given an authorization code for a person.",
	},
	[AC_EVENT_CODE_REUSED] = {
		.name = "code_reused",
		.words = "code used again",
		.level = AC_LOG_WARNING,
		.id = "e11e03534f003c778f25eba4bad6357c",
		.result = "refused",
		.fields = F(rhost) | F(client) | F(user) | F(txn),
		.means = "An authorization code was presented a second time: somebody has copied "
			 "it, or the application repeats itself. What the first use had given is "
			 "revoked.",
		.act = "Ask the operator of the application. If it does not repeat requests, "
		       "somebody reads its traffic or its log.",
	},
	[AC_EVENT_TOKEN_ISSUED] = {
		.name = "token_issued",
		.words = "tokens issued",
		.level = AC_LOG_INFO,
		.id = "49c27582d92599eec12f83b81e98ffc5",
		.result = "done",
		.fields = F(rhost) | F(client) | F(user) | F(txn),
		.means = "An application has exchanged its authorization code for tokens.",
	},
	[AC_EVENT_TOKEN_REFRESHED] = {
		.name = "token_refreshed",
		.words = "tokens refreshed",
		.level = AC_LOG_INFO,
		.id = "0bdd92bf90940a2a5cc9a22263136035",
		.result = "done",
		.fields = F(rhost) | F(client) | F(user) | F(txn),
		.means = "An application has used a refresh token.",
	},
	[AC_EVENT_REFRESH_REUSED] = {
		.name = "refresh_reused",
		.words = "refresh token used again",
		.level = AC_LOG_WARNING,
		.id = "0bd075a76788e7c30fa9a924ccb43002",
		.result = "refused",
		.fields = F(rhost) | F(client) | F(user) | F(txn),
		.means = "A refresh token that had been replaced was presented again: somebody has "
			 "copied it, or the application has lost an answer. Every token of that "
			 "sign-in is revoked.",
		.act = "Ask the operator of the application. If it keeps one copy of its tokens, "
		       "somebody has stolen the other.",
	},
	[AC_EVENT_CLIENT_TOKEN_ISSUED] = {
		.name = "client_token_issued",
		.words = "client token issued",
		.level = AC_LOG_INFO,
		.id = "e9cd9c39f23db280dcc378c058ae2eb6",
		.result = "done",
		.fields = F(rhost) | F(client) | F(txn),
		.means = "An application was given a token for itself; no person is involved.",
	},
	[AC_EVENT_TOKENS_REVOKED] = {
		.name = "tokens_revoked",
		.words = "tokens revoked",
		.level = AC_LOG_NOTICE,
		.id = "164a730fbcdd560bc9c37b9cd875135a",
		.result = "done",
		.fields = F(rhost) | F(reason) | F(client) | F(user) | F(txn),
		.means = "A refresh token was revoked, and with it every token of the same sign-in.",
	},
	[AC_EVENT_TOKEN_REVOKED] = {
		.name = "token_revoked",
		.words = "token revoked",
		.level = AC_LOG_NOTICE,
		.id = "5da1be26115eef1d8f508a4f9c7ca8ef",
		.result = "done",
		.fields = F(rhost) | F(client) | F(user) | F(txn),
		.means = "An access token was revoked by its application.",
	},
	[AC_EVENT_SESSION_ENDED] = {
		.name = "session_ended",
		.words = "session ended",
		.level = AC_LOG_NOTICE,
		.id = "437b328a53eba222257fa6d90f18f47d",
		.result = "done",
		.fields = F(rhost) | F(client) | F(user) | F(admin_uid) | F(session) | F(txn),
		.means = "A session has ended: the person has signed out, or an administrator has ended it.",
	},
	[AC_EVENT_DEVICE_STARTED] = {
		.name = "device_started",
		.words = "device code issued",
		.level = AC_LOG_INFO,
		.id = "e474325b37ceefe4dea5489f4ce0edd3",
		.result = "done",
		.fields = F(rhost) | F(client) | F(txn),
		.means = "A device asks for tokens and shows a code for a person to type.",
	},
	[AC_EVENT_DEVICE_ALLOWED] = {
		.name = "device_allowed",
		.words = "device allowed",
		.level = AC_LOG_NOTICE,
		.id = "09d077044837e7cbf5e36168d26aa712",
		.result = "done",
		.fields = F(rhost) | F(client) | F(user) | F(txn),
		.means = "A person has typed the code of a device and allowed it.",
	},
	[AC_EVENT_DEVICE_DENIED] = {
		.name = "device_denied",
		.words = "device denied",
		.level = AC_LOG_NOTICE,
		.id = "08365703b3bf1e4a6fae05091edc9154",
		.result = "done",
		.fields = F(rhost) | F(client) | F(user) | F(txn),
		.means = "A person has typed the code of a device and refused it.",
	},
	[AC_EVENT_DEVICE_TOKEN_ISSUED] = {
		.name = "device_token_issued",
		.words = "device tokens issued",
		.level = AC_LOG_INFO,
		.id = "6e48ccc4078ed49ff98cfd2cb6f16dfc",
		.result = "done",
		.fields = F(rhost) | F(client) | F(user) | F(txn),
		.means = "A device that was allowed has fetched its tokens.",
	},
	[AC_EVENT_DEVICE_REUSED] = {
		.name = "device_reused",
		.words = "device code used again",
		.level = AC_LOG_WARNING,
		.id = "0817f179e89886eb6e82b90169db5449",
		.result = "refused",
		.fields = F(rhost) | F(client) | F(user) | F(txn),
		.means = "The code of a device was presented again after it had been used. What the "
			 "first use had given is revoked.",
		.act = "Ask the operator of the application: a device fetches its tokens once.",
	},
	[AC_EVENT_CLIENT_ADDED] = {
		.name = "client_added",
		.words = "client added",
		.level = AC_LOG_NOTICE,
		.id = "8dc762acdfee3e2b1b962afd18706cfa",
		.result = "done",
		.fields = F(client) | F(admin_uid) | F(txn),
		.means = "An administrator has registered a client.",
	},
	[AC_EVENT_CLIENT_CHANGED] = {
		.name = "client_changed",
		.words = "client changed",
		.level = AC_LOG_NOTICE,
		.id = "574fefcf96543385ab8a28dc8b89b95a",
		.result = "done",
		.fields = F(client) | F(admin_uid) | F(txn),
		.means = "An administrator has changed a client, or its secret, or has disabled or enabled it.",
	},
	[AC_EVENT_CLIENT_REMOVED] = {
		.name = "client_removed",
		.words = "client removed",
		.level = AC_LOG_NOTICE,
		.id = "6b9d8c62da3d897d16d8062176549f48",
		.result = "done",
		.fields = F(client) | F(admin_uid) | F(txn),
		.means = "An administrator has removed a client: what it got is dead.",
	},
	[AC_EVENT_CONSENT_WITHDRAWN] = {
		.name = "consent_withdrawn",
		.words = "consent withdrawn",
		.level = AC_LOG_NOTICE,
		.id = "f00b1d4dc95ebaa1ad3051d53fabd9dd",
		.result = "done",
		.fields = F(client) | F(user) | F(admin_uid) | F(txn),
		.means = "What an application got of a person until now is dead, by order of an "
			 "administrator.",
	},
	[AC_EVENT_CLIENT_SECRET_ROTATED] = {
		.name = "client_secret_rotated",
		.words = "client secret rotated",
		.level = AC_LOG_NOTICE,
		.id = "84b3be0554e3aab1a12c112631c0b631",
		.result = "done",
		.fields = F(client) | F(admin_uid) | F(txn),
		.means = "An application has a new secret.",
	},
	[AC_EVENT_CLIENT_ENABLED] = {
		.name = "client_enabled",
		.words = "client enabled",
		.level = AC_LOG_NOTICE,
		.id = "8483eebbe93a18cb959f33a3db8f5a84",
		.result = "done",
		.fields = F(client) | F(admin_uid) | F(txn),
		.means = "An application that was disabled is served again.",
	},
	[AC_EVENT_CLIENT_DISABLED] = {
		.name = "client_disabled",
		.words = "client disabled",
		.level = AC_LOG_NOTICE,
		.id = "b80b02742dd0de2f37d2b612aee8549f",
		.result = "done",
		.fields = F(client) | F(admin_uid) | F(txn),
		.means = "An application is refused from now on, and all that it had got is dead.",
	},
	[AC_EVENT_CLIENT_HIDDEN] = {
		.name = "client_hidden",
		.words = "client of the database hidden",
		.level = AC_LOG_WARNING,
		.id = "f76c912ac4f40b0c30a2f6e189be6d45",
		.fields = F(client) | F(why),
		.means = "A file has a client of the same id, and a file wins.",
		.act = "Remove one of the two: the block in the file, or authcodectl client remove.",
	},
	[AC_EVENT_CLIENT_REFUSED] = {
		.name = "client_refused",
		.words = "client of the database refused",
		.level = AC_LOG_ERROR,
		.id = "ef5070b41550750645a8fd460c3abed9",
		.fields = F(client) | F(why),
		.means = "A client that was registered goes with the present configuration no more, and is not served.",
		.act = "Put back what it names, or change it: authcodectl client edit.",
	},
	[AC_EVENT_SUBJECT_RELINKED] = {
		.name = "subject_relinked",
		.words = "subject relinked",
		.level = AC_LOG_NOTICE,
		.id = "d578081a2842cf016396cca9fc34070c",
		.result = "done",
		.fields = F(user) | F(admin_uid) | F(old) | F(txn),
		.means = "An account was renamed, and keeps its subject, sessions and tokens.",
	},
	[AC_EVENT_PERSON_REVOKED] = {
		.name = "person_revoked",
		.words = "person revoked",
		.level = AC_LOG_NOTICE,
		.id = "44965ad91e1e48e7839f8ea08b14a3a3",
		.result = "done",
		.fields = F(admin_uid) | F(sub) | F(txn),
		.means = "Everything that a person had is ended: by an administrator sessions, consents "
			 "and tokens; when an expired password was changed, all but the consents.",
	},
	[AC_EVENT_PERSON_ERASED] = {
		.name = "person_erased",
		.words = "person erased",
		.level = AC_LOG_NOTICE,
		.id = "730041168948c55ab3632b420da4451e",
		.result = "done",
		.fields = F(admin_uid) | F(sub) | F(txn),
		.means = "An administrator has erased what was known of a person; records of the "
			 "person name nobody from now on.",
	},
	[AC_EVENT_ACCOUNT_GONE] = {
		.name = "account_gone",
		.words = "account gone",
		.level = AC_LOG_NOTICE,
		.id = "d0bdd6a8318b67e7797c64c07c166805",
		.result = "done",
		.fields = F(reason) | F(user) | F(uid) | F(txn),
		.means = "An account was found gone for good: its sessions have ended and its "
			 "tokens are dead.",
		.act = "If the account is to come back, it is a new person to every application.",
	},
	[AC_EVENT_ACCOUNT_NOT_RETIRED] = {
		.name = "account_not_retired",
		.words = "account not retired",
		.level = AC_LOG_ERROR,
		.id = "a755febf63992fc3e25ccd963c01d373",
		.result = "failed",
		.fields = F(user) | F(error),
		.means = "An account was found gone, and the database did not take it. It is tried "
			 "again.",
		.act = "See what is wrong with the database or its disk.",
	},
	[AC_EVENT_ACCOUNTS_MISSING] = {
		.name = "accounts_missing",
		.words = "many accounts missing",
		.level = AC_LOG_ERROR,
		.id = "d4a9b2c3ca33a58fde0fe41a36c0bdcc",
		.fields = F(count) | F(effect) | F(advice),
		.means = "So many accounts are missing at once that a broken directory is more "
			 "likely than that they are gone.",
		.act = "Look whether the directory (SSSD, LDAP) answers: getent passwd NAME.",
	},
	[AC_EVENT_ACCOUNTS_UNREACHABLE] = {
		.name = "accounts_unreachable",
		.words = "accounts cannot be looked at",
		.level = AC_LOG_WARNING,
		.id = "3da7c0c2b02bde2d8b8ef25608e6f771",
		.result = "failed",
		.fields = F(socket),
		.means = "authcode-login --check does not answer. What was known of accounts holds "
			 "for account_grace, then nothing is issued.",
		.act = "Look at authcode-check.socket and the units it starts.",
	},
	[AC_EVENT_ACCOUNTS_REACHABLE] = {
		.name = "accounts_reachable",
		.words = "accounts can be looked at again",
		.level = AC_LOG_NOTICE,
		.id = "42061e00ee68559e0123aafdde21622b",
		.result = "done",
		.fields = F(socket),
		.means = "authcode-login --check answers again.",
	},
	[AC_EVENT_CHECK_HELPER_MISSING] = {
		.name = "check_helper_missing",
		.words = "no check helper answers; nothing is issued until one does",
		.level = AC_LOG_WARNING,
		.id = "fae8fbeb506d18656a1e7c39900cbb3f",
		.result = "failed",
		.fields = F(socket),
		.means = "The server has started, and authcode-login --check does not answer.",
		.act = "Start authcode-check.socket.",
	},
	[AC_EVENT_CLAIMS_IGNORED] = {
		.name = "claims_ignored",
		.words = "claims ignored",
		.level = AC_LOG_WARNING,
		.id = "de670e4bfc7bff02376634c0fff5d0c6",
		.result = "failed",
		.fields = F(user) | F(source) | F(why),
		.means = "What a source of claims has told of a person is no JSON object that can "
			 "be taken.",
		.act = "Look at what the file or the command of claims gives for this person.",
	},
	[AC_EVENT_SIGNING_KEY_CREATED] = {
		.name = "signing_key_created",
		.words = "signing key created",
		.level = AC_LOG_NOTICE,
		.id = "594402f7495d9497a481541ac527eaa7",
		.result = "done",
		.fields = F(admin_uid) | F(alg) | F(kid),
		.means = "A key pair was made. It is published now and signs later.",
	},
	[AC_EVENT_SIGNING_KEY_IN_USE] = {
		.name = "signing_key_in_use",
		.words = "signing key in use",
		.level = AC_LOG_NOTICE,
		.id = "2ee2457b012d9c98c10ec53a4eab6ae0",
		.result = "done",
		.fields = F(alg) | F(kid),
		.means = "A key is in the published key set.",
	},
	[AC_EVENT_SIGNING_KEY_FORGOTTEN] = {
		.name = "signing_key_forgotten",
		.words = "signing key forgotten",
		.level = AC_LOG_NOTICE,
		.id = "b58668877b97329e92af42b5cb54d89d",
		.result = "done",
		.fields = F(admin_uid) | F(alg) | F(kid),
		.means = "A key has served its time: it is published no more and its private part "
			 "is deleted.",
	},
	[AC_EVENT_SIGNING_KEYS_ROTATED] = {
		.name = "signing_keys_rotated",
		.words = "signing keys rotated",
		.level = AC_LOG_NOTICE,
		.id = "2475dd755c97d6f6dc4e33d00c6c70ec",
		.result = "done",
		.fields = F(admin_uid) | F(at_once) | F(txn),
		.means = "An administrator has asked for new signing keys.",
	},
	[AC_EVENT_SIGNING_KEYS_NOT_ROTATED] = {
		.name = "signing_keys_not_rotated",
		.words = "signing keys not rotated",
		.level = AC_LOG_ERROR,
		.id = "5040fe9c9093ac49a5500c7018aca903",
		.result = "failed",
		.fields = F(admin_uid) | F(why) | F(txn),
		.means = "New signing keys could not be made; the old ones go on signing.",
		.act = "See what is wrong with the database or its disk.",
	},
	[AC_EVENT_SIGNING_KEY_WITHDRAWN] = {
		.name = "signing_key_withdrawn",
		.words = "signing key withdrawn",
		.level = AC_LOG_NOTICE,
		.id = "0774fb705881de3a9c257fc49d74c734",
		.result = "done",
		.fields = F(admin_uid) | F(kid) | F(txn),
		.means = "An administrator has withdrawn a key that somebody else may have: what it has "
			 "signed is refused from now on, and another signs.",
	},
	[AC_EVENT_SIGNING_KEY_NOT_WITHDRAWN] = {
		.name = "signing_key_not_withdrawn",
		.words = "signing key not withdrawn",
		.level = AC_LOG_ERROR,
		.id = "5124935eac4674db49f7c32cb192f38f",
		.result = "failed",
		.fields = F(admin_uid) | F(kid) | F(why) | F(txn),
		.means = "A key could not be withdrawn, and goes on signing.",
		.act = "Try again; see what is wrong with the database or its disk.",
	},
	[AC_EVENT_MASTER_KEY_ROTATED] = {
		.name = "master_key_rotated",
		.words = "master key rotated",
		.level = AC_LOG_NOTICE,
		.id = "8871aa979bce3aa1c31ea458867ed43b",
		.result = "done",
		.fields = F(admin_uid) | F(txn),
		.means = "Everything in the database is sealed under another master.key; the old one opens "
			 "copies of before and nothing else.",
		.act = "Back the new master.key up, beside the database and not with it.",
	},
	[AC_EVENT_MASTER_KEY_NOT_ROTATED] = {
		.name = "master_key_not_rotated",
		.words = "master key not rotated",
		.level = AC_LOG_ERROR,
		.id = "c381c0907f1ef6d6aa26f424d367c445",
		.result = "failed",
		.fields = F(admin_uid) | F(why) | F(txn),
		.means = "The master key could not be changed.",
		.act = "The reason says what is wrong; a restart finds out which key the database is sealed "
		       "under.",
	},
	[AC_EVENT_CLIENT_KEYS_NOT_FETCHED] = {
		.name = "client_keys_not_fetched",
		.words = "keys of a client could not be fetched",
		.level = AC_LOG_WARNING,
		.id = "87333b7eefc5a4dcbc442d2b540bd01b",
		.result = "failed",
		.fields = F(client) | F(url) | F(outcome) | F(status) | F(why),
		.means = "The key set of a client (jwks_uri) could not be read, so its assertions "
			 "are refused.",
		.act = "Open the URL from this host; look at authcode-fetch.socket.",
	},
	[AC_EVENT_LOGOUT_TOLD] = {
		.name = "logout_told",
		.words = "logout told",
		.level = AC_LOG_INFO,
		.id = "a65e7ff8a4524b02137524f728bc44d2",
		.result = "done",
		.fields = F(client),
		.means = "An application was told that a session has ended.",
	},
	[AC_EVENT_LOGOUT_NOT_TOLD] = {
		.name = "logout_not_told",
		.words = "logout not told",
		.level = AC_LOG_NOTICE,
		.id = "102a1b17c3d55867682dd35619fc37bd",
		.result = "failed",
		.fields = F(client) | F(status) | F(why),
		.means = "An application could not be told that a session has ended. It is tried "
			 "again.",
	},
	[AC_EVENT_LOGOUT_GIVEN_UP] = {
		.name = "logout_given_up",
		.words = "logout given up",
		.level = AC_LOG_WARNING,
		.id = "c2e79dce8399113855e904e341247c0c",
		.result = "failed",
		.fields = F(client) | F(status) | F(why),
		.means = "An application could not be told that a session has ended, and is not "
			 "told any more. Its own session of that person may still live.",
		.act = "Look at backchannel_logout_uri of the client, and at the application.",
	},
	[AC_EVENT_LOGOUT_NOT_RECORDED] = {
		.name = "logout_not_recorded",
		.words = "logout not recorded",
		.level = AC_LOG_ERROR,
		.id = "3d26efaf243cc4e88bc79da17f8e846a",
		.result = "failed",
		.fields = F(client) | F(error),
		.means = "What became of a logout could not be written. The application may be told "
			 "once more.",
		.act = "See what is wrong with the database or its disk.",
	},
	[AC_EVENT_LOGOUTS_NOT_READ] = {
		.name = "logouts_not_read",
		.words = "logouts to be told cannot be read",
		.level = AC_LOG_ERROR,
		.id = "d891ea2912107cb6d7fba3451ba731bb",
		.result = "failed",
		.fields = F(error),
		.means = "The database does not say which applications are to be told of logouts.",
		.act = "See what is wrong with the database or its disk.",
	},
	[AC_EVENT_NOTHING_STORED] = {
		.name = "nothing_stored",
		.words = "nothing can be stored",
		.level = AC_LOG_ERROR,
		.id = "815f8d66c4fc9dd8f20fffedb2e319c3",
		.result = "failed",
		.fields = F(error) | F(operation),
		.means = "The database did not take what a request has decided. Nobody is given what is "
			 "not stored: such requests get 503. Said once, until it works again.",
		.act = "The error says why. With room on the disk again it goes on by itself.",
	},
	[AC_EVENT_STORED_AGAIN] = {
		.name = "stored_again",
		.words = "the database takes what is decided again",
		.level = AC_LOG_NOTICE,
		.id = "e7d5c3555d6a058fd757bca14ae6798f",
		.result = "done",
		.fields = 0,
		.means = "For 5 seconds nothing has failed for the database, and something was stored.",
	},
};

_Static_assert(AC_ARRAY_SIZE(rows) == AC_EVENT_COUNT, "one row per event");

const struct ac_event_row *
ac_event_row(enum ac_event event)
{
	return (unsigned)event < AC_ARRAY_SIZE(rows) ? &rows[event] : NULL;
}

enum ac_event
ac_event_from_name(const char *name)
{
	size_t i = 0;

	while (i < AC_ARRAY_SIZE(rows) && strcmp(rows[i].name, name) != 0)
		i++;
	return (enum ac_event)i;
}
