# SPDX-License-Identifier: MIT
# Scenarios on real engines: each flavour of each is a test of its own, with engines that nobody else has, so that they
# may run side by side. RGC_TEST_LONG=1 in the environment makes the rounds longer.
set(flavours 28.5-containerd 28.5-overlay2 debian-20.10-overlay2)
set(scenarios audit adversary races acting ownership failures apps releases watch builders) # the longest first
set(once_a_store adversary ownership) # not on the oldest engine too
set(cost 100)
foreach(scenario ${scenarios})
    foreach(flavour ${flavours})
        if(scenario IN_LIST once_a_store AND flavour MATCHES "^debian")
            continue()
        endif()
        rgc_python_test(engine.${scenario}.${flavour} engine/scenarios_${scenario}.py engine ARGS --flavour ${flavour})
        set_tests_properties(engine.${scenario}.${flavour} PROPERTIES COST ${cost})
        math(EXPR cost "${cost} - 1")
    endforeach()
endforeach()
