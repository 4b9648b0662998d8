#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Histories that are broken at random: corruptions.py says how, and what has to come of it. The seed of a
# case that fails is in the output; LONG=1 breaks 500.

load helper

@test "sqlite: doctor proves nothing that is not so, and repair agrees or asks" {
    corruptions_of sqlite 44 300
}
