# SPDX-License-Identifier: MIT
rgc_unit_test(metrics LIBS rgc_pass)
set_source_files_properties(unit/metrics.c PROPERTIES COMPILE_OPTIONS -Wno-write-strings)
add_test(NAME metrics.promtool
         COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/lib/check_metrics.sh $<TARGET_FILE:test_metrics> print)
set_tests_properties(metrics.promtool PROPERTIES LABELS integration SKIP_RETURN_CODE 77 TIMEOUT 900)
rgc_python_test(fault.metrics fault/metrics.py fault)
