# SPDX-License-Identifier: MIT
# rgc from its package on a whole server, booted in namespaces: each on one of its own. Which package: see server.py.
set(cost 200)
foreach(name failures service package triggers) # the longest first
    add_test(NAME server.${name} COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/server/server_${name}.py)
    set_tests_properties(server.${name} PROPERTIES LABELS server SKIP_RETURN_CODE 77 TIMEOUT 900 COST ${cost}
        ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
    math(EXPR cost "${cost} - 1")
endforeach()
