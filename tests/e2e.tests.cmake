# SPDX-License-Identifier: MIT
rgc_unit_test(cli_check_kamal LIBS rgc_cli)

# The hook with all cases in busybox, and in the other shells with those that depend on the shell.
foreach(shell Dash Bash Busybox SlimImage)
    string(REGEX REPLACE "([a-z])([A-Z])" "\\1-\\2" name ${shell})
    string(TOLOWER ${name} name)
    rgc_python_test(kamal.hook.${name} e2e/hook.py integration ARGS -k HookIn${shell})
endforeach()

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
