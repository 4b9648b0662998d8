core_sources += \
	core/schema/address.c core/schema/apply.c core/schema/code.c \
	core/schema/compare.c \
	core/schema/compare.h \
	core/schema/diff.c core/schema/diff.h core/schema/diff_internal.h core/schema/doubt.c \
	core/schema/diff_close.c core/schema/diff_default.c core/schema/diff_emit.c core/schema/diff_grant.c \
	core/schema/diff_enum.c core/schema/diff_heir.c core/schema/diff_inherit.c core/schema/diff_renew.c \
	core/schema/diff_leave.c \
	core/schema/diff_order.c \
	core/schema/diff_partition.c \
	core/schema/diff_routine.c core/schema/diff_rows.c \
	core/schema/diff_rename.c \
	core/schema/diff_replace.c core/schema/diff_risk.c core/schema/diff_sort.c \
	core/schema/equivalent.c \
	core/schema/equivalent.h \
	core/schema/equivalent_column.c \
	core/schema/equivalent_index.c \
	core/schema/equivalent_internal.h \
	core/schema/equivalent_key.c \
	core/schema/equivalent_value.c \
	core/schema/fold.c \
	core/schema/fold_cascade.c \
	core/schema/judge.c \
	core/schema/names.c \
	core/schema/operation.c \
	core/schema/page.c \
	core/schema/page.h \
	core/schema/page_words.c \
	core/schema/picture.c \
	core/schema/picture.h \
	core/schema/picture_dot.c \
	core/schema/picture_mermaid.c \
	core/schema/relabel.c core/schema/resolve.c \
	core/schema/schema.h \
	core/schema/schema_internal.h \
	core/schema/together.c \
	core/schema/types.c core/schema/types_check.c \
	core/schema/widening.c
