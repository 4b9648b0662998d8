# core_sources += core/journal/NAME.c core/journal/NAME.h   (paths from the root of the repository)
