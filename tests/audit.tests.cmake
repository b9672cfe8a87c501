# SPDX-License-Identifier: MIT
foreach(name audit_steps audit_base audit_checks audit_releases audit_random)
    rgc_unit_test(${name} LIBS rgc_engine rgc_audit)
endforeach()
