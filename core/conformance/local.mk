# SPDX-License-Identifier: MIT
# The conformance kit: one file per area of cases.
core_sources += core/conformance/case_backup.c
core_sources += core/conformance/case_bulk.c
core_sources += core/conformance/case_cancel.c
core_sources += core/conformance/case_classify.c
core_sources += core/conformance/case_connect.c
core_sources += core/conformance/case_data.c
core_sources += core/conformance/case_entry.c
core_sources += core/conformance/case_error.c
core_sources += core/conformance/case_facts.c
core_sources += core/conformance/case_introspect.c
core_sources += core/conformance/case_lexer.c
core_sources += core/conformance/case_lock.c
core_sources += core/conformance/case_privileges.c
core_sources += core/conformance/case_query.c
core_sources += core/conformance/case_quote.c
core_sources += core/conformance/case_render.c
core_sources += core/conformance/case_resume.c
core_sources += core/conformance/case_run.c
core_sources += core/conformance/case_session.c
core_sources += core/conformance/case_transaction.c
core_sources += core/conformance/case_url.c
core_sources += core/conformance/check.c core/conformance/check.h
core_sources += core/conformance/conformance.c core/conformance/conformance.h
core_sources += core/conformance/quirks.c core/conformance/quirks.h
core_sources += core/conformance/raw.c core/conformance/raw.h
core_sources += core/conformance/table.c
