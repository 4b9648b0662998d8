# SPDX-License-Identifier: MIT
# Migrations as a script for the stock client.
core_sources += \
    core/export/export.h core/export/export.c core/export/units.h core/export/units.c \
    core/export/follow.h core/export/follow.c core/export/deeds.h core/export/deeds.c \
    core/export/likeness.h core/export/likeness.c core/export/once.h core/export/once.c \
    core/export/unqualify.h core/export/unqualify.c
