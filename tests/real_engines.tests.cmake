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
        add_test(NAME engine.${scenario}.${flavour}
                 COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/engine/scenarios_${scenario}.py --flavour ${flavour})
        set_tests_properties(engine.${scenario}.${flavour} PROPERTIES
            LABELS engine SKIP_RETURN_CODE 77 TIMEOUT 900 COST ${cost} ENVIRONMENT "RGC_BUILT=$<TARGET_FILE:rgc>")
        math(EXPR cost "${cost} - 1")
    endforeach()
endforeach()
