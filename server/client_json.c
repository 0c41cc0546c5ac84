/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See client_json.h. Options are shown in the words they were given in, lists as arrays.
 */
#include "server/client_json.h"

#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "server/client_preset.h"

/* Takes value. */
static bool
put(json_t *object, const char *name, json_t *value)
{
	return json_object_set_new(object, name, value) == 0;
}

static bool
put_text(json_t *object, const char *name, const char *text)
{
	return text == NULL || put(object, name, json_string(text));
}

static bool
put_time(json_t *object, const char *name, int64_t ms)
{
	return ms == 0 || put(object, name, json_integer(ms / 1000));
}

static bool
is_digest(const char *name)
{
	return strcmp(name, "client_secret_sha256") == 0 ||
	       strcmp(name, "previous_client_secret_sha256") == 0;
}

static json_t *
options_of(const struct ac_words *words)
{
	json_t *options = json_object();
	bool ok = options != NULL;

	for (size_t i = 0; ok && i < words->count; i++) {
		const struct ac_word *word = &words->list[i];
		json_t *there = json_object_get(options, word->name);
		bool list = false;

		if (is_digest(word->name) || !ac_config_client_option(word->name, &list))
			continue;
		if (!list) {
			ok = put_text(options, word->name, word->value);
			continue;
		}
		if (there == NULL) {
			ok = put(options, word->name, json_array());
			there = json_object_get(options, word->name);
		}
		ok = ok && json_array_append_new(there, json_string(word->value)) == 0;
	}
	if (!ok) {
		json_decref(options);
		return NULL;
	}
	return options;
}

/* How its secret is kept. */
static const char *
secret_kept(const struct ac_client_view *view)
{
	if (view->row != NULL && view->row->sealed_secret[0] != '\0')
		return "sealed";
	if (ac_words_get(view->words, "client_secret_file") != NULL)
		return "file";
	return ac_words_get(view->words, "client_secret_sha256") != NULL ? "hash" : "none";
}

static const char *
state_of(const struct ac_client_view *view)
{
	static const char *const names[] = {
		[AC_STORED_USED] = "enabled",
		[AC_STORED_HIDDEN] = "hidden",
		[AC_STORED_REFUSED] = "refused",
	};
	const char *disabled = ac_words_get(view->words, "disabled");

	if (view->state == AC_STORED_USED && disabled != NULL &&
	    (strcmp(disabled, "yes") == 0 || strcmp(disabled, "true") == 0))
		return "disabled";
	return names[view->state];
}

static bool
put_source(json_t *object, const struct ac_client_view *view)
{
	char place[512];

	if (view->file == NULL)
		return put_text(object, "source", "database");
	(void)snprintf(place, sizeof(place), "%s:%u", view->file, view->line);
	return put_text(object, "source", "file") && put_text(object, "place", place);
}

static bool
put_row(json_t *object, const struct authcode_stored_client *row)
{
	return row == NULL || (put(object, "revision", json_integer(row->revision)) &&
			       put_time(object, "created", row->created_ms) &&
			       put_time(object, "changed", row->changed_ms) &&
			       put(object, "changed_by", json_integer(row->changed_by)));
}

json_t *
ac_client_json(const struct ac_client_view *view, bool whole)
{
	const char *name = ac_words_get(view->words, "name");
	const char *method = ac_words_get(view->words, "token_endpoint_auth_method");
	json_t *object = json_object();
	bool ok = object != NULL && put_text(object, "id", view->id) &&
		  put_text(object, "name", name != NULL ? name : view->id) &&
		  put_source(object, view) && put_text(object, "state", state_of(view)) &&
		  put_text(object, "why", view->why) &&
		  put_text(object, "token_endpoint_auth_method",
			   method != NULL ? method : "client_secret_basic");

	if (ok && whole)
		ok = put_row(object, view->row) && put_text(object, "secret", secret_kept(view)) &&
		     put(object, "options", options_of(view->words));
	if (!ok) {
		json_decref(object);
		return NULL;
	}
	return object;
}

json_t *
ac_client_presets_json(void)
{
	const struct ac_client_preset *preset;
	json_t *list = json_array();

	for (size_t i = 0; list != NULL && (preset = ac_client_preset_at(i)) != NULL; i++) {
		json_t *object = json_object();
		bool ok = put_text(object, "name", preset->name) &&
			  put_text(object, "title", preset->title) &&
			  put_text(object, "redirect_path", preset->redirect_path) &&
			  put_text(object, "scope", preset->scope) &&
			  put_text(object, "token_endpoint_auth_method", preset->auth) &&
			  put(object, "needs_email", json_boolean(preset->needs_email));

		if (json_array_append_new(list, object) != 0 || !ok) {
			json_decref(list);
			return NULL;
		}
	}
	return json_pack("{s:o}", "presets", list);
}
