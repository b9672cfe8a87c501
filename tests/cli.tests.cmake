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

foreach(name commands collect agent_view by_hand audit)
    rgc_python_test(cli.${name} cli/${name}.py integration)
endforeach()
