# Evidence to verdicts.
core_sources += \
    core/reconcile/drift.c \
    core/reconcile/proof.c \
    core/reconcile/proof.h \
    core/reconcile/proof_internal.h \
    core/reconcile/proof_steps.c \
    core/reconcile/reconcile.c \
    core/reconcile/reconcile.h \
    core/reconcile/summary.c \
    core/reconcile/votes.c \
    core/reconcile/votes.h
