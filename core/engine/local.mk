# core_sources += core/engine/NAME.c core/engine/NAME.h   (paths from the root of the repository)
core_sources += core/engine/drivers.c
