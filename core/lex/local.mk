# core_sources += core/lex/NAME.c core/lex/NAME.h   (paths from the root of the repository)
