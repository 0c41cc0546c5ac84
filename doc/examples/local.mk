# SPDX-License-Identifier: Apache-2.0
# Links what an installed program would link, so that it also tests the exports.
check_PROGRAMS += doc/examples/embed
TESTS += doc/examples/embed

doc_examples_embed_SOURCES = doc/examples/embed.c
doc_examples_embed_CPPFLAGS = -I$(top_srcdir)/libauthcode/include
doc_examples_embed_LDADD = libauthcode.la
