# SPDX-License-Identifier: MIT
# The program against a scripted engine that fails in every way. RGC_TEST_LONG=1 tries every request and every moment.
foreach(name faults interruptions moving_world state_directory bad_input plan_and_pass hostile_answers odd_rows late_arrivals
    agents_pass busy_engine socket_proxy removed)
    add_test(NAME fault.${name} COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/fault/${name}.py)
    set_tests_properties(fault.${name} PROPERTIES LABELS fault TIMEOUT 2400 SKIP_RETURN_CODE 77
        ENVIRONMENT "RGC_BINARY=$<TARGET_FILE:rgc>;PYTHONDONTWRITEBYTECODE=1")
endforeach()
add_test(NAME fault.clocks COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/fault/clocks.py)
set_tests_properties(fault.clocks PROPERTIES LABELS fault TIMEOUT 600
    ENVIRONMENT "RGC_BINARY=$<TARGET_FILE:rgc>;RGC_FIXED_HOST=$<TARGET_FILE:fixed_host>;PYTHONDONTWRITEBYTECODE=1")
# These use all processors by themselves.
set_tests_properties(fault.faults fault.interruptions fault.plan_and_pass PROPERTIES PROCESSORS 2)

# Calls and allocations that fail; without sanitizers, which have some of their own.
add_library(fail_allocation MODULE fault/fail_allocation.c)
target_link_libraries(fail_allocation PRIVATE rgc_flags)
add_test(NAME fault.nth_call COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/fault/nth_call.py)
add_test(NAME fault.nth_allocation COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/fault/nth_allocation.py
         $<TARGET_FILE:fail_allocation>)
set_tests_properties(fault.nth_call fault.nth_allocation PROPERTIES LABELS cost TIMEOUT 2400 SKIP_RETURN_CODE 77 PROCESSORS 2
    ENVIRONMENT "RGC_BINARY=$<TARGET_FILE:rgc>;PYTHONDONTWRITEBYTECODE=1")
