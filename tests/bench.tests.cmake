# SPDX-License-Identifier: MIT
# Each benchmark at its smallest, to its end: that it works, and never how long it takes.
foreach(name audit collect idle plan)
    add_test(NAME bench.${name} COMMAND ${RGC_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/bench/bench_${name}.py --smallest)
    set_tests_properties(bench.${name} PROPERTIES LABELS bench SKIP_RETURN_CODE 77
        ENVIRONMENT "RGC_BUILT=$<TARGET_FILE:rgc>;PYTHONDONTWRITEBYTECODE=1")
endforeach()
