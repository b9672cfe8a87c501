# SPDX-License-Identifier: MIT
# The README's commands on machines with nothing on them. What was said there, and the packages built there, are in build/bare.
# bare_test(SUITE PART LABEL ...)
function(rgc_bare_test suite part)
    string(TOLOWER ${part} name)
    add_test(NAME bare.${name}.${suite}
        COMMAND ${RGC_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/bare/bare.py ${suite} ${PROJECT_SOURCE_DIR}/build/bare ${part})
    set_tests_properties(bare.${name}.${suite} PROPERTIES LABELS "${ARGN}" SKIP_RETURN_CODE 77
        ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
endfunction()

rgc_bare_test(trixie Units bare) # the longest first
foreach(suite bookworm trixie)
    rgc_bare_test(${suite} Try bare)
    rgc_bare_test(${suite} Install bare)
    rgc_bare_test(${suite} Everything bare long)
endforeach()
set_tests_properties(bare.units.trixie PROPERTIES COST 300)
set_tests_properties(bare.everything.bookworm bare.everything.trixie PROPERTIES COST 400 TIMEOUT 14400)
