/* SPDX-License-Identifier: MIT
 *
 * Named points at which the crash tests stop the program (configure --enable-fault-points; without
 * it, dn_fault() is nothing). The environment says what happens there:
 *
 *   DUNLIN_FAULT=NAME:N:ACTION   at the N-th passing of point NAME (`*`: of any point) in this
 *                                process: `kill` (SIGKILL), `stop` (SIGSTOP) or `pause=MS`
 *   DUNLIN_FAULT_TRACE=FILE      the name of every point passed is added to FILE, one a line
 *
 * Names are "<area>.<when>-<what>" and have no colon.
 */
#ifndef DN_BASE_FAULT_H
#define DN_BASE_FAULT_H

#ifdef DN_TEST_FAULTS
#include <stdbool.h>

void dn_fault_pass(const char *name);
#define dn_fault(name) dn_fault_pass(name)
/* Is something to happen in this process? Then what may travel together goes one by one, so that
 * there is a moment between. */
bool dn_fault_armed(void);
#else
#define dn_fault(name) ((void)0)
#define dn_fault_armed() false
#endif

#endif
