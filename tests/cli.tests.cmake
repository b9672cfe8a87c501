# SPDX-License-Identifier: MIT
rgc_unit_test(cli_options LIBS rgc_cli)
rgc_unit_test(cli_render LIBS rgc_cli)
rgc_unit_test(cli_find LIBS rgc_cli)
rgc_unit_test(cli_show LIBS rgc_cli)
rgc_unit_test(cli_reasons LIBS rgc_cli SOURCES unit/world.c unit/random_host.c)
rgc_unit_test(cli_summary LIBS rgc_cli PkgConfig::JANSSON)

# What the man pages say against what the tables say; and their markup. Without mandoc that is skipped aloud.
rgc_unit_test(cli_manual LIBS rgc_cli)
target_compile_definitions(test_cli_manual PRIVATE DOCS="${PROJECT_SOURCE_DIR}/docs")
foreach(page rgc.1 rgc.conf.5 rgc-agent.8)
    add_test(NAME manual.${page} COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/lib/lint_manual.sh ${PROJECT_SOURCE_DIR}/docs/${page})
    set_tests_properties(manual.${page} PROPERTIES LABELS architecture SKIP_RETURN_CODE 77 TIMEOUT 900)
endforeach()

add_test(NAME cli.commands COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/cli/commands.py $<TARGET_FILE:rgc>)
add_test(NAME cli.collect COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/cli/collect.py $<TARGET_FILE:rgc>)
add_test(NAME cli.agent_view COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/cli/agent_view.py $<TARGET_FILE:rgc>)
set_tests_properties(cli.commands cli.collect cli.agent_view PROPERTIES LABELS integration TIMEOUT 900 ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)

# What the journal is told of passes by hand, against a journal that the test plays.
add_test(NAME cli.by_hand COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/cli/by_hand.py $<TARGET_FILE:rgc>)
set_tests_properties(cli.by_hand PROPERTIES LABELS integration SKIP_RETURN_CODE 77 TIMEOUT 900 ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
add_test(NAME cli.audit COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/cli/audit.py)
set_tests_properties(cli.audit PROPERTIES LABELS integration TIMEOUT 900
    ENVIRONMENT "RGC_BINARY=$<TARGET_FILE:rgc>;PYTHONDONTWRITEBYTECODE=1")
