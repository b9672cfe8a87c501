# SPDX-License-Identifier: MIT
# rgc watch: the events that it reads, what it writes down of them, and what a pass makes of that.
rgc_unit_test(engine_event LIBS rgc_engine)
rgc_unit_test(seen_file LIBS rgc_pass WRAP write)
rgc_unit_test(seen_fold LIBS rgc_pass SOURCES unit/world.c)
add_test(NAME fault.watch COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/fault/watch.py)
set_tests_properties(fault.watch PROPERTIES LABELS fault TIMEOUT 900 SKIP_RETURN_CODE 77
    ENVIRONMENT "RGC_BINARY=$<TARGET_FILE:rgc>;PYTHONDONTWRITEBYTECODE=1")
