# Plans.
core_sources += core/plan/plan.h core/plan/plan.c
