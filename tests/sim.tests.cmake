# SPDX-License-Identifier: MIT
# Simulated hosts, judged by an oracle that knows what really happened on them: see tests/sim/sim_main.c. Ten thousand with
# RGC_TEST_LONG=1.
file(GLOB sim_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/sim/*.c)
add_executable(sim_hosts ${sim_sources})
target_link_libraries(sim_hosts PRIVATE rgc_config rgc_learn rgc_decide rgc_observe)
target_include_directories(sim_hosts PRIVATE ${PROJECT_SOURCE_DIR}/src ${CMAKE_CURRENT_SOURCE_DIR}/sim)
target_compile_options(sim_hosts PRIVATE -O2)

# What rgc does not keep yet, one trait a line (`sim_hosts --traits` says what each is). Whoever mends one takes it out;
# `sim_hosts --survey --without the,others` shows whether rgc keeps its promises then.
set(sim_not_kept_yet)
list(JOIN sim_not_kept_yet "," sim_without)
target_compile_definitions(fuzz_policy PRIVATE SIM_WITHOUT="${sim_without},less-sightings") # the same hosts, from bytes, without files
add_test(NAME sim.hosts COMMAND sim_hosts --without "${sim_without}")
set_tests_properties(sim.hosts PROPERTIES LABELS sim)

# Some of these hosts through the scripted engine and the real program.
rgc_python_test(sim.real sim/real.py sim
    ENVIRONMENT SIM_HOSTS=$<TARGET_FILE:sim_hosts> RGC_FIXED_HOST=$<TARGET_FILE:fixed_host>)

# Mends taken out of rgc, one at a time: the oracle must notice on the host that is noted with each.
add_test(NAME sim.mends
    COMMAND ${RGC_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/mutation/mends.py ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
set_tests_properties(sim.mends PROPERTIES LABELS sim SKIP_RETURN_CODE 77 TIMEOUT 3600 ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
