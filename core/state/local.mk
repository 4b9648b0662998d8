# Observation of one target.
core_sources += \
    core/state/effects.h core/state/state.h core/state/state_internal.h core/state/match.c \
    core/state/edit.c core/state/observe.c core/state/schema.c core/state/snapshot.c \
    core/state/snapshot.h
