# SPDX-License-Identifier: MIT
rgc_unit_test(config LIBS rgc_config)
rgc_unit_test(config_errors LIBS rgc_config)
rgc_unit_test(config_example LIBS rgc_config)
target_compile_definitions(test_config_example PRIVATE EXAMPLE="${PROJECT_SOURCE_DIR}/contrib/rgc.conf")
