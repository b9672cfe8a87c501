# SPDX-License-Identifier: MIT
add_test(NAME fault.requests_per_pass
         COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/fault/requests_per_pass.py $<TARGET_FILE:rgc>)
set_tests_properties(fault.requests_per_pass PROPERTIES LABELS fault TIMEOUT 900 ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
add_test(NAME fault.memory COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/fault/memory.py $<TARGET_FILE:rgc>)
set_tests_properties(fault.memory PROPERTIES LABELS fault SKIP_RETURN_CODE 77 TIMEOUT 900
    ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
