core_sources += \
	core/journal/amend.c \
	core/journal/check.c \
	core/journal/finding.c \
	core/journal/folder.c \
	core/journal/foreign.c \
	core/journal/hash_files.c \
	core/journal/journal.h \
	core/journal/layout.c \
	core/journal/layout.h \
	core/journal/markup.c \
	core/journal/markup.h \
	core/journal/merge.c \
	core/journal/native.c \
	core/journal/new.c \
	core/journal/numbers.c \
	core/journal/parse.c \
	core/journal/parts.h \
	core/journal/read.c \
	core/journal/rebase.c \
	core/journal/rebase.h \
	core/journal/rebase_snapshot.c \
	core/journal/rebase_work.c \
	core/journal/rebuild.c \
	core/journal/render.c \
	core/journal/salvage.c \
	core/journal/snapshots.c \
	core/journal/tag.c
