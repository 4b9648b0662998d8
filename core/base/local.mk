# core_sources += core/base/NAME.c core/base/NAME.h   (paths from the root of the repository)
#
# In a variable of its own: tests/unit/base_faults_test is built from these files directly, with
# allocations that can be made to fail.
base_sources = \
	core/base/alloc.c core/base/alloc.h \
	core/base/arena.c core/base/arena.h \
	core/base/clock.c core/base/clock.h \
	core/base/compress.c core/base/compress.h \
	core/base/document.c core/base/document.h \
	core/base/error.c core/base/error.h core/base/errors.def \
	core/base/fault.c core/base/fault.h \
	core/base/file.c core/base/file.h \
	core/base/folder.c \
	core/base/hash.c core/base/hash.h \
	core/base/json.c core/base/json.h \
	core/base/json_place.c core/base/json_place.h \
	core/base/json_scan.c core/base/json_scan.h \
	core/base/json_stream.c \
	core/base/log.c core/base/log.h \
	core/base/path.c \
	core/base/process.c core/base/process.h core/base/thread.c core/base/thread.h \
	core/base/text.c core/base/text.h

core_sources += $(base_sources) core/base/banned.h
