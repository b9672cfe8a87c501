# SPDX-License-Identifier: MIT
# The program against a scripted engine that fails in every way. RGC_TEST_LONG=1 tries every request and every moment.
foreach(name faults interruptions moving_world state_directory bad_input plan_and_pass hostile_answers odd_rows late_arrivals
    agents_pass busy_engine socket_proxy removed builders full_disk metrics watch requests_per_pass memory)
    rgc_python_test(fault.${name} fault/${name}.py fault)
endforeach()
rgc_python_test(fault.clocks fault/clocks.py fault ENVIRONMENT RGC_FIXED_HOST=$<TARGET_FILE:fixed_host>)
# These use all processors by themselves.
set_tests_properties(fault.faults fault.interruptions fault.plan_and_pass PROPERTIES PROCESSORS 2)

# Calls and allocations that fail; without sanitizers, which have some of their own.
add_library(fail_allocation MODULE fault/fail_allocation.c)
target_link_libraries(fail_allocation PRIVATE rgc_flags)
rgc_python_test(fault.nth_call fault/nth_call.py cost)
rgc_python_test(fault.nth_allocation fault/nth_allocation.py cost ENVIRONMENT RGC_SHIM=$<TARGET_FILE:fail_allocation>)
set_tests_properties(fault.nth_call fault.nth_allocation PROPERTIES PROCESSORS 2)
