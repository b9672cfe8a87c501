# SPDX-License-Identifier: MIT
# rgc from its package on a whole server, booted in namespaces: each on one of its own. Which package: see server.py.
set(cost 200)
foreach(name failures service package triggers) # the longest first
    rgc_python_test(server.${name} server/server_${name}.py server)
    set_tests_properties(server.${name} PROPERTIES COST ${cost})
    math(EXPR cost "${cost} - 1")
endforeach()
