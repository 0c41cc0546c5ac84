# SPDX-License-Identifier: Apache-2.0
store_sources = \
	libauthcode/store/audit.c libauthcode/store/audit.h \
	libauthcode/store/audit_chain.c libauthcode/store/audit_chain.h \
	libauthcode/store/audit_network.c \
	libauthcode/store/audit_walk.c \
	libauthcode/store/memory.c libauthcode/store/memory.h \
	libauthcode/store/memory_audit.c \
	libauthcode/store/list.c libauthcode/store/list.h \
	libauthcode/store/memory_device_ops.c \
	libauthcode/store/memory_erase_ops.c \
	libauthcode/store/memory_keys.c \
	libauthcode/store/memory_sealed.c \
	libauthcode/store/memory_list.c \
	libauthcode/store/memory_logout_ops.c \
	libauthcode/store/memory_ops.c libauthcode/store/memory_ops.h \
	libauthcode/store/memory_client_ops.c \
	libauthcode/store/memory_grant_ops.c \
	libauthcode/store/memory_purge.c \
	libauthcode/store/memory_refresh_ops.c \
	libauthcode/store/memory_registration_ops.c \
	libauthcode/store/memory_replay_ops.c \
	libauthcode/store/memory_session_ops.c \
	libauthcode/store/memory_subject_ops.c \
	libauthcode/store/memory_table.c libauthcode/store/memory_table.h \
	libauthcode/store/operation.c libauthcode/store/operation.h libauthcode/store/operation_name.c \
	libauthcode/store/row_key.c libauthcode/store/row_key.h \
	libauthcode/store/rules.c libauthcode/store/rules.h \
	libauthcode/store/sqlite.c \
	libauthcode/store/sqlite_audit.c libauthcode/store/sqlite_audit.h \
	libauthcode/store/sqlite_audit_address.c \
	libauthcode/store/sqlite_audit_check.c \
	libauthcode/store/sqlite_backup.c libauthcode/store/sqlite_backup.h \
	libauthcode/store/sqlite_client_ops.c \
	libauthcode/store/sqlite_device_ops.c \
	libauthcode/store/sqlite_end_all.c \
	libauthcode/store/sqlite_erase_ops.c \
	libauthcode/store/sqlite_examine.c \
	libauthcode/store/sqlite_file.c libauthcode/store/sqlite_file.h \
	libauthcode/store/sqlite_grant_ops.c \
	libauthcode/store/sqlite_key_ops.c \
	libauthcode/store/sqlite_list.c libauthcode/store/sqlite_list.h \
	libauthcode/store/sqlite_logout_ops.c \
	libauthcode/store/sqlite_open.c libauthcode/store/sqlite_open.h \
	libauthcode/store/sqlite_ops.c libauthcode/store/sqlite_ops.h \
	libauthcode/store/sqlite_pool.c libauthcode/store/sqlite_pool.h \
	libauthcode/store/sqlite_sealed.c \
	libauthcode/store/sqlite_query.c libauthcode/store/sqlite_query.h \
	libauthcode/store/sqlite_registration_ops.c \
	libauthcode/store/sqlite_replay_ops.c \
	libauthcode/store/sqlite_read.c libauthcode/store/sqlite_read.h \
	libauthcode/store/sqlite_refresh_ops.c \
	libauthcode/store/sqlite_schema.c libauthcode/store/sqlite_schema.h \
	libauthcode/store/sqlite_session_ops.c \
	libauthcode/store/sqlite_subject_ops.c \
	libauthcode/store/sqlite_sql.c libauthcode/store/sqlite_sql.h \
	libauthcode/store/sqlite_writer.c libauthcode/store/sqlite_writer.h \
	libauthcode/store/store.c

# The numbered migrations, in order, as C strings.
store_schema = \
	libauthcode/store/schema/001.sql \
	libauthcode/store/schema/002.sql \
	libauthcode/store/schema/003.sql \
	libauthcode/store/schema/004.sql \
	libauthcode/store/schema/005.sql \
	libauthcode/store/schema/006.sql \
	libauthcode/store/schema/007.sql \
	libauthcode/store/schema/008.sql \
	libauthcode/store/schema/009.sql

nodist_libauthcode_inside_la_SOURCES = libauthcode/store/schema_texts.c
EXTRA_DIST += $(store_schema) doc/store.md
CLEANFILES += libauthcode/store/schema_texts.c

libauthcode/store/schema_texts.c: $(store_schema) libauthcode/store/local.mk
	$(AM_V_GEN)$(MKDIR_P) libauthcode/store && { \
	echo '/* Made from libauthcode/store/schema by make. */' && \
	echo '#include "store/sqlite_schema.h"' && \
	echo '#include "base/attr.h"' && \
	echo 'const char *const ac_schema_texts[] = {' && \
	for file in $(store_schema); do \
		sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/.*/"&\\n"/' \
			"$(srcdir)/$$file" || exit 1; \
		echo ','; \
	done && \
	echo '};' && \
	echo 'const size_t ac_schema_count = AC_ARRAY_SIZE(ac_schema_texts);'; } \
	>$@.tmp && mv -f $@.tmp $@
