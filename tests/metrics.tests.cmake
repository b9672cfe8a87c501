# SPDX-License-Identifier: MIT
rgc_unit_test(metrics LIBS rgc_pass)
set_source_files_properties(unit/metrics.c PROPERTIES COMPILE_OPTIONS -Wno-write-strings)
add_test(NAME metrics.promtool
         COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/lib/check_metrics.sh $<TARGET_FILE:test_metrics> print)
set_tests_properties(metrics.promtool PROPERTIES LABELS integration SKIP_RETURN_CODE 77 TIMEOUT 900)
add_test(NAME fault.metrics COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/fault/metrics.py)
set_tests_properties(fault.metrics PROPERTIES LABELS fault TIMEOUT 900 SKIP_RETURN_CODE 77
    ENVIRONMENT "RGC_BINARY=$<TARGET_FILE:rgc>;PYTHONDONTWRITEBYTECODE=1")
