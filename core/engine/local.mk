# The public API: one file per use case.
core_sources += \
	core/engine/backup.c \
	core/engine/check.c \
	core/engine/definition.c \
	core/engine/definition.h \
	core/engine/definition_write.c \
	core/engine/diagram.c \
	core/engine/diff.c \
	core/engine/docs.c \
	core/engine/doctor.c \
	core/engine/driver_check.c \
	core/engine/drivers.c \
	core/engine/effects.c \
	core/engine/effects.h \
	core/engine/explain.c \
	core/engine/git.c \
	core/engine/git.h \
	core/engine/harden.c \
	core/engine/init.c \
	core/engine/journal.c \
	core/engine/migrate.c \
	core/engine/new.c \
	core/engine/parity.c \
	core/engine/resume.c \
	core/engine/schema.c \
	core/engine/session.c \
	core/engine/session.h \
	core/engine/side.c \
	core/engine/side.h \
	core/engine/side_cast.c \
	core/engine/snapshot.c \
	core/engine/status.c \
	core/engine/svg.c \
	core/engine/svg.h \
	core/engine/tell.c \
	core/engine/version.c
