store_sources = \
	libauthcode/store/memory.c libauthcode/store/memory.h \
	libauthcode/store/memory_ops.c \
	libauthcode/store/memory_purge.c \
	libauthcode/store/memory_table.c libauthcode/store/memory_table.h \
	libauthcode/store/operation.c libauthcode/store/operation.h \
	libauthcode/store/row_key.c libauthcode/store/row_key.h \
	libauthcode/store/rules.c libauthcode/store/rules.h \
	libauthcode/store/store.c
