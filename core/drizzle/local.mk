# Drizzle's own words for a schema.
core_sources += \
    core/drizzle/chain.c core/drizzle/chain.h core/drizzle/rows_tree.c core/drizzle/rows_write.c core/drizzle/dialect.c core/drizzle/drizzle.h core/drizzle/drizzle_internal.h core/drizzle/imports.c \
    core/drizzle/snapshot_node.c core/drizzle/snapshot_sql.c core/drizzle/snapshot_write.c core/drizzle/source.c core/drizzle/source_declared.c core/drizzle/source_labels.c core/drizzle/source_text.c core/drizzle/tree.c core/drizzle/typescript.c \
    core/drizzle/typescript_keys.c
