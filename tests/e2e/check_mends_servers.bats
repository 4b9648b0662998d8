#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What `dunlin check` names as the way to mend a disagreement, run as it is printed, on servers.

load mends_helper

@test "PostgreSQL: what is printed for a target that was changed by hand mends it" {
    mends_project postgresql "$(fresh_database postgresql)"
    drift_mends ''
}

@test "MariaDB: what is printed for a target that was changed by hand mends it" {
    mends_project mysql "$(fresh_database mysql)"
    drift_mends ' ON a'
}
