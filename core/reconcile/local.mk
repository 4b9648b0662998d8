# Evidence to verdicts.
core_sources += core/reconcile/reconcile.h core/reconcile/reconcile.c core/reconcile/summary.c
