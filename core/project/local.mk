core_sources += \
	core/project/config.c \
	core/project/config.h \
	core/project/drivers.c \
	core/project/env.c \
	core/project/project.c \
	core/project/project.h \
	core/project/target.c \
	core/project/url.c
