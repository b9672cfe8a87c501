# SPDX-License-Identifier: MIT
rgc_unit_test(config LIBS rgc_config)
rgc_unit_test(config_errors LIBS rgc_config)
rgc_unit_test(config_example LIBS rgc_config)
target_compile_definitions(test_config_example PRIVATE EXAMPLE="${PROJECT_SOURCE_DIR}/contrib/rgc.conf")
rgc_unit_test(config_inih LIBS rgc_config PkgConfig::INIH)

# The same file means the same with the inih of each release.
foreach(suite bookworm trixie)
    add_test(NAME config.inih.${suite} COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/lib/with_library.sh ${suite} libinih1
        $<TARGET_FILE:test_config> $<TARGET_FILE:test_config_errors> $<TARGET_FILE:test_config_example>)
    set_tests_properties(config.inih.${suite} PROPERTIES LABELS unit SKIP_RETURN_CODE 77 TIMEOUT 900)
endforeach()
