# SPDX-License-Identifier: MIT
# The program, the agent and the hooks from outside, without an engine.
foreach(name commands collect agent_view by_hand audit audit_agent widths)
    rgc_python_test(cli.${name} cli/${name}.py integration)
endforeach()

# The agent itself: with children that the test plays, and the ways to hang it that no release has.
get_target_property(agent_sources rgc_agent SOURCES)
get_target_property(agent_source_dir rgc_agent SOURCE_DIR)
list(TRANSFORM agent_sources PREPEND ${agent_source_dir}/ REGEX "^[^/]")
add_executable(agent_main ${CMAKE_CURRENT_SOURCE_DIR}/agent/agent_main.c ${agent_sources})
target_compile_definitions(agent_main PRIVATE RGC_TEST_HOOKS)
target_include_directories(agent_main PRIVATE $<TARGET_PROPERTY:rgc_agent,INCLUDE_DIRECTORIES>)
target_link_libraries(agent_main PRIVATE rgc_wire PkgConfig::SYSTEMD)
foreach(part Passes Events Failures Disk Systemd)
    rgc_python_test(agent.${part} agent/supervisor.py integration ARGS -k ${part} ENVIRONMENT RGC_AGENT=$<TARGET_FILE:agent_main>)
endforeach()
# What sanitizers cost would hide what the agent costs.
rgc_python_test(agent.Cost agent/supervisor.py cost ARGS -k Cost ENVIRONMENT RGC_AGENT=$<TARGET_FILE:agent_main>)
rgc_python_test(agent.journal agent/journal.py integration ENVIRONMENT RGC_AGENT=$<TARGET_FILE:agent_main>)

# The post-deploy hook with all cases in busybox, and in the other shells with those that depend on the shell.
foreach(shell Dash Bash Busybox SlimImage)
    string(REGEX REPLACE "([a-z])([A-Z])" "\\1-\\2" name ${shell})
    string(TOLOWER ${name} name)
    rgc_python_test(kamal.hook.${name} e2e/hook.py integration ARGS -k HookIn${shell})
endforeach()

# What rgc says of known hosts, to the byte. The library gives it the same clocks and disks on every machine.
add_library(fixed_host MODULE golden/fixed_host.c)
target_compile_definitions(fixed_host PRIVATE _GNU_SOURCE)
target_compile_options(fixed_host PRIVATE -Wall -Wextra)
set_target_properties(fixed_host PROPERTIES PREFIX "")
rgc_python_test(golden.documents golden/golden.py integration ENVIRONMENT RGC_FIXED_HOST=$<TARGET_FILE:fixed_host>)
set_tests_properties(golden.documents PROPERTIES PROCESSORS 2)

add_test(NAME metrics.promtool
         COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/lib/check_metrics.sh $<TARGET_FILE:test_metrics> print)
set_tests_properties(metrics.promtool PROPERTIES LABELS integration SKIP_RETURN_CODE 77)
