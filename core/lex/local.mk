# core_sources += core/lex/NAME.c core/lex/NAME.h   (paths from the root of the repository)
core_sources += \
	core/lex/body.c core/lex/body.h \
	core/lex/condition.c \
	core/lex/data.c \
	core/lex/digest.c \
	core/lex/head.c \
	core/lex/input.c \
	core/lex/lex.h \
	core/lex/line.c \
	core/lex/rules.c core/lex/rules.h \
	core/lex/scan.c core/lex/scan.h \
	core/lex/split.c core/lex/split.h \
	core/lex/statement.c \
	core/lex/text.c \
	core/lex/tokens.c
