/* SPDX-License-Identifier: MIT */
#include <dunlin/dunlin.h>

const char *
dunlin_version(void)
{
    return PACKAGE_VERSION;
}
