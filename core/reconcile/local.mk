# Evidence to verdicts.
core_sources += \
    core/reconcile/drift.c \
    core/reconcile/history.c \
    core/reconcile/judge.c \
    core/reconcile/moved.c \
    core/reconcile/proof.c \
    core/reconcile/proof.h \
    core/reconcile/proof_internal.h \
    core/reconcile/proof_steps.c \
    core/reconcile/reconcile.c \
    core/reconcile/reconcile.h \
    core/reconcile/repair.c \
    core/reconcile/repair.h \
    core/reconcile/repair_drift.c \
    core/reconcile/repair_internal.h \
    core/reconcile/story.c \
    core/reconcile/summary.c \
    core/reconcile/votes.c \
    core/reconcile/votes.h
