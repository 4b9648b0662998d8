# Executing migration files.
core_sources += \
    core/execute/execute.h core/execute/execute_internal.h \
    core/execute/script.c core/execute/join.h core/execute/join.c core/execute/inspect.c core/execute/execute.c core/execute/feed.c \
    core/execute/copy.c core/execute/needs.c core/execute/rerun.c core/execute/parcel.h core/execute/parcel.c \
    core/execute/ledger.h core/execute/ledger_book.h core/execute/ledger.c core/execute/ledger_record.c core/execute/ledger_rows.c core/execute/ledger_wait.c \
    core/execute/translate.h core/execute/translate_internal.h core/execute/translate.c core/execute/section.c \
    core/execute/columns.c core/execute/decide.c core/execute/nameless.c core/execute/elsewhere.c core/execute/remaining.c core/execute/settle.c core/execute/losses.h core/execute/losses.c core/execute/look.c core/execute/outcome.c core/execute/first_words.c core/execute/strip.c core/execute/rehearse.c core/execute/preview.h core/execute/preview.c \
    core/execute/portability.h core/execute/portability.c core/execute/portability_ahead.c core/execute/portability_internal.h \
    core/execute/portability_obstacle.c core/execute/way_out.c core/execute/trace.h core/execute/trace.c
core_sources += core/execute/harden.h core/execute/harden.c core/execute/harden_names.c core/execute/harden_names.h core/execute/harden_diff.c
core_sources += core/execute/model.h core/execute/model_internal.h core/execute/model.c core/execute/model_fold.c core/execute/model_settle.c core/execute/model_text.c core/execute/model_write.c
core_sources += core/execute/before.h core/execute/before_internal.h core/execute/before.c core/execute/before_judge.c
