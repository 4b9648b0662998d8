# Plans.
core_sources += core/plan/plan.h core/plan/plan.c core/plan/late.c core/plan/late.h \
	core/plan/late_name.c core/plan/late_name.h core/plan/late_pair.c core/plan/late_pair.h
