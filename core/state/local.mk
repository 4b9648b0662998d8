# Observation of one target.
core_sources += \
    core/state/effects.h core/state/state.h core/state/state_internal.h core/state/match.c \
    core/state/named.c core/state/named.h \
    core/state/edit.c core/state/observe.c core/state/probe.c core/state/schema.c \
    core/state/snapshot.c core/state/snapshot.h core/state/snapshot_internal.h \
    core/state/snapshot_lines.c core/state/unknown.c \
    core/state/chain.c core/state/effects_ahead.c core/state/effects_file.c \
    core/state/effects_lines.c core/state/follow.c \
    core/state/replay.c core/state/replay.h core/state/replay_internal.h core/state/texts.c core/state/texts.h
