# SPDX-License-Identifier: MIT
rgc_unit_test(cli_check_kamal LIBS rgc_cli)

# The hook with all cases in busybox, and in the other shells with those that depend on the shell.
foreach(shell Dash Bash Busybox SlimImage)
    string(REGEX REPLACE "([a-z])([A-Z])" "\\1-\\2" name ${shell})
    string(TOLOWER ${name} name)
    add_test(NAME kamal.hook.${name} COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/e2e/hook.py HookIn${shell})
    set_tests_properties(kamal.hook.${name} PROPERTIES LABELS integration SKIP_RETURN_CODE 77 TIMEOUT 900
        ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
endforeach()

# A real Kamal against a server with rgc, each file with machines of its own. With RGC_TEST_LONG=1 both stores, and more
# deploys under fire.
set(cost 200)
foreach(scenario fire deploys hosts hook) # the longest first
    foreach(flavour 28.5-overlay2 28.5-containerd)
        set(name e2e.${scenario}.${flavour})
        add_test(NAME ${name} COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/e2e/scenarios_${scenario}.py --flavour ${flavour})
        set_tests_properties(${name} PROPERTIES LABELS e2e SKIP_RETURN_CODE 77 TIMEOUT 1800 COST ${cost}
            ENVIRONMENT "RGC_BUILT=$<TARGET_FILE:rgc>;PYTHONDONTWRITEBYTECODE=1")
        if(flavour STREQUAL "28.5-containerd")
            set_tests_properties(${name} PROPERTIES LABELS "e2e;long")
        endif()
        math(EXPR cost "${cost} - 1")
    endforeach()
endforeach()
