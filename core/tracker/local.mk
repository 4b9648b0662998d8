# Trackers: ours and other tools'.
core_sources += \
    core/tracker/tracker.h core/tracker/tracker_internal.h \
    core/tracker/tracker.c core/tracker/tracker_tables.c core/tracker/tracker_native.c \
    core/tracker/event.c core/tracker/event.h core/tracker/lease.c core/tracker/lease.h core/tracker/tracker_drizzle.c core/tracker/tracker_write.c \
    core/tracker/tracker_script.c \
    core/tracker/checksum.c core/tracker/foreign.c core/tracker/foreign_write.c \
    core/tracker/form.c core/tracker/form.h \
    core/tracker/claim.c core/tracker/claim.h \
    core/tracker/known.c core/tracker/known.h
