# SPDX-License-Identifier: MIT
# A real Kamal against a server with rgc, each file with machines of its own. With RGC_TEST_LONG=1 both stores, and more
# deploys under fire.
set(cost 200)
foreach(scenario fire deploys hosts hook) # the longest first
    foreach(flavour 28.5-overlay2 28.5-containerd)
        set(name e2e.${scenario}.${flavour})
        rgc_python_test(${name} e2e/scenarios_${scenario}.py e2e ARGS --flavour ${flavour})
        set_tests_properties(${name} PROPERTIES COST ${cost})
        if(flavour STREQUAL "28.5-containerd")
            set_tests_properties(${name} PROPERTIES LABELS "e2e;long")
        endif()
        math(EXPR cost "${cost} - 1")
    endforeach()
endforeach()
