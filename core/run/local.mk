# The run lock, backups, carrying out plans.
core_sources += core/run/run.h core/run/lock.c core/run/backup.c core/run/mend.c core/run/mend.h core/run/mend_statements.c \
    core/run/run.c
