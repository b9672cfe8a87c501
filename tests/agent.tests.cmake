# SPDX-License-Identifier: MIT
rgc_unit_test(agent_varlink LIBS rgc_agent WRAP accept4)
rgc_unit_test(agent_service LIBS rgc_agent)
# What systemd's own client makes of the interface file; without varlinkctl that is skipped aloud.
add_test(NAME interface.io.rgc.Agent COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/lib/validate_interface.sh
         ${PROJECT_SOURCE_DIR}/docs/io.rgc.Agent.varlink)
set_tests_properties(interface.io.rgc.Agent PROPERTIES LABELS architecture SKIP_RETURN_CODE 77 TIMEOUT 900)
rgc_unit_test(agent_schedule LIBS rgc_agent)
rgc_unit_test(agent_child LIBS rgc_agent)
rgc_unit_test(agent_disk LIBS rgc_agent)

# The agent itself, from outside: with children that the test plays, and the ways to hang it that no release has.
get_target_property(agent_sources rgc_agent SOURCES)
get_target_property(agent_source_dir rgc_agent SOURCE_DIR)
list(TRANSFORM agent_sources PREPEND ${agent_source_dir}/ REGEX "^[^/]")
add_executable(agent_main ${CMAKE_CURRENT_SOURCE_DIR}/agent/agent_main.c ${agent_sources})
target_compile_definitions(agent_main PRIVATE RGC_TEST_HOOKS)
target_include_directories(agent_main PRIVATE $<TARGET_PROPERTY:rgc_agent,INCLUDE_DIRECTORIES>)
target_link_libraries(agent_main PRIVATE rgc_wire PkgConfig::SYSTEMD)
foreach(part Passes Events Failures Disk Systemd Cost)
    rgc_python_test(agent.${part} agent/supervisor.py integration ARGS -k ${part} ENVIRONMENT RGC_AGENT=$<TARGET_FILE:agent_main>)
endforeach()
# What sanitizers cost would hide what the agent costs.
set_tests_properties(agent.Cost PROPERTIES LABELS cost)

# What the journal is told, against a journal that the test plays in a mount namespace of its own.
rgc_python_test(agent.journal agent/journal.py integration ENVIRONMENT RGC_AGENT=$<TARGET_FILE:agent_main>)

# The journal's identifiers, and what the catalog says to each.
add_test(NAME agent.catalog COMMAND ${RGC_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/agent/catalog.py
         ${PROJECT_SOURCE_DIR}/include/rgc/journal_ids.h ${PROJECT_SOURCE_DIR}/contrib/systemd/rgc.catalog
         ${PROJECT_SOURCE_DIR}/src)
set_tests_properties(agent.catalog PROPERTIES LABELS architecture TIMEOUT 900)
