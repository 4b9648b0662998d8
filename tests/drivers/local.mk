# SPDX-License-Identifier: MIT
# Drivers for tests. libtool leaves them in tests/drivers/.libs; -rpath makes it build a shared
# object for a module that is never installed.
test_driver_ldflags = $(AM_LDFLAGS) -module -avoid-version -shared -rpath /nowhere -Wl,-z,now

check_LTLIBRARIES += \
	tests/drivers/broken.la \
	tests/drivers/future.la \
	tests/drivers/incomplete.la \
	tests/drivers/no_entry.la \
	tests/drivers/scripted.la \
	tests/drivers/too_new.la \
	tests/drivers/too_old.la \
	tests/drivers/toy.la \
	tests/drivers/unbound.la \
	tests/drivers/wrong_name.la

tests_drivers_broken_la_SOURCES = tests/drivers/broken.c tests/drivers/toy.c tests/drivers/toy.h \
	tests/drivers/toy_store.c
tests_drivers_broken_la_CFLAGS = $(driver_cflags)
tests_drivers_broken_la_LDFLAGS = $(test_driver_ldflags)
tests_drivers_broken_la_LIBADD = $(SYSTEM_LIBS)
tests_drivers_future_la_SOURCES = tests/drivers/future.c
tests_drivers_future_la_CFLAGS = $(driver_cflags)
tests_drivers_future_la_LDFLAGS = $(test_driver_ldflags)
tests_drivers_incomplete_la_SOURCES = tests/drivers/incomplete.c
tests_drivers_incomplete_la_CFLAGS = $(driver_cflags)
tests_drivers_incomplete_la_LDFLAGS = $(test_driver_ldflags)
tests_drivers_no_entry_la_SOURCES = tests/drivers/no_entry.c
tests_drivers_no_entry_la_CFLAGS = $(driver_cflags)
tests_drivers_no_entry_la_LDFLAGS = $(test_driver_ldflags)
tests_drivers_scripted_la_SOURCES = tests/drivers/scripted.c
tests_drivers_scripted_la_CFLAGS = $(driver_cflags)
tests_drivers_scripted_la_LDFLAGS = $(test_driver_ldflags)
tests_drivers_too_new_la_SOURCES = tests/drivers/too_new.c
tests_drivers_too_new_la_CFLAGS = $(driver_cflags)
tests_drivers_too_new_la_LDFLAGS = $(test_driver_ldflags)
tests_drivers_too_old_la_SOURCES = tests/drivers/too_old.c
tests_drivers_too_old_la_CFLAGS = $(driver_cflags)
tests_drivers_too_old_la_LDFLAGS = $(test_driver_ldflags)
tests_drivers_toy_la_SOURCES = tests/drivers/toy.c tests/drivers/toy.h tests/drivers/toy_entry.c \
	tests/drivers/toy_store.c
tests_drivers_toy_la_CFLAGS = $(driver_cflags)
tests_drivers_toy_la_LDFLAGS = $(test_driver_ldflags)
tests_drivers_unbound_la_SOURCES = tests/drivers/unbound.c
tests_drivers_unbound_la_CFLAGS = $(driver_cflags)
tests_drivers_unbound_la_LDFLAGS = $(test_driver_ldflags) -Wl,-z,lazy
tests_drivers_wrong_name_la_SOURCES = tests/drivers/wrong_name.c
tests_drivers_wrong_name_la_CFLAGS = $(driver_cflags)
tests_drivers_wrong_name_la_LDFLAGS = $(test_driver_ldflags)
