# SPDX-License-Identifier: MIT
# Compiled into every driver.
driver_kit_sources += drivers/kit/kit.h
driver_kit_sources += drivers/kit/kit_fail.c
driver_kit_sources += drivers/kit/kit_operation.c
driver_kit_sources += drivers/kit/kit_operation.h
driver_kit_sources += drivers/kit/kit_pool.c
driver_kit_sources += drivers/kit/kit_pool.h
driver_kit_sources += drivers/kit/kit_program.c
driver_kit_sources += drivers/kit/kit_property.c
driver_kit_sources += drivers/kit/kit_property.h
driver_kit_sources += drivers/kit/kit_script.c
driver_kit_sources += drivers/kit/kit_sequence.c
driver_kit_sources += drivers/kit/kit_sequence.h
driver_kit_sources += drivers/kit/kit_text.c
driver_kit_sources += drivers/kit/kit_unread.c
driver_kit_sources += drivers/kit/kit_url.c
driver_kit_sources += drivers/kit/kit_wait.c
