# SPDX-License-Identifier: MIT
# Finding, loading and checking drivers; connections.
core_sources += core/driver/call.c core/driver/call.h
core_sources += core/driver/connection.c core/driver/connection_internal.h
core_sources += core/driver/connection_facts.c core/driver/connection_settle.c
core_sources += core/driver/connection_escort.c
core_sources += core/driver/connection_lock.c
core_sources += core/driver/connection_query.c
core_sources += core/driver/connection_run.c
core_sources += core/driver/driver.h
core_sources += core/driver/driver_check.c core/driver/loader.h
core_sources += core/driver/driver_find.c
core_sources += core/driver/driver_host.c
core_sources += core/driver/driver_load.c
core_sources += core/driver/driver_offline.c
core_sources += core/driver/driver_given.c
core_sources += core/driver/driver_schema.c
core_sources += core/driver/driver_script.c
core_sources += core/driver/driver_translate.c
core_sources += core/driver/shadow.c
core_sources += core/driver/translation_memo.c core/driver/translation_memo.h
