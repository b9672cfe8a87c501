# SPDX-License-Identifier: MIT
# Scenarios on real engines: each flavour of each is a test of its own, with engines that nobody else has, so that they
# may run side by side. RGC_TEST_LONG=1 in the environment makes the rounds longer.
set(flavours 28.5-containerd 28.5-overlay2 debian-20.10-overlay2)
set(scenarios audit adversary races acting ownership failures apps releases watch builders stores) # the longest first
set(once_a_store adversary ownership stores) # not on the oldest engine too
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

foreach(flavour 28.5-containerd 28.5-overlay2)
    rgc_python_test(engine.disk.${flavour} engine/scenarios_disk.py engine
        ARGS --flavour ${flavour} ENVIRONMENT RGC_AGENT=$<TARGET_FILE:agent_main>)
    # What holds a disk, each line against what the engine or du says of it; and whether what was promised came true.
    rgc_python_test(engine.holders.${flavour} engine/scenarios_holders.py engine ARGS --flavour ${flavour})
    rgc_python_test(engine.estimates.${flavour} engine/scenarios_estimates.py engine ARGS --flavour ${flavour})
    set_tests_properties(engine.disk.${flavour} PROPERTIES COST 101)
    set_tests_properties(engine.holders.${flavour} PROPERTIES COST 99)
    set_tests_properties(engine.estimates.${flavour} PROPERTIES COST 90)
endforeach()

# Real compilers take long, and a tree of their own.
rgc_python_test(engine.toolchains engine/scenarios_toolchains.py "engine;long" ARGS --flavour 28.5-overlay2)
set_tests_properties(engine.toolchains PROPERTIES COST 99)

# rgc as a container, and Compose and Swarm as they are. The image is built once for all who want it.
set(image_archive ${PROJECT_BINARY_DIR}/rgc-image.tar)
add_test(NAME image.build COMMAND ${RGC_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/image/built.py ${image_archive})
set_tests_properties(image.build PROPERTIES FIXTURES_SETUP image LABELS engine SKIP_RETURN_CODE 77 COST 200
    ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)

# rgc_image_test(NAME SCRIPT FLAVOUR …)
function(rgc_image_test name script)
    list(TRANSFORM ARGN PREPEND --flavour= OUTPUT_VARIABLE flavours)
    rgc_python_test(image.${name} image/${script}.py engine ARGS ${flavours} ENVIRONMENT RGC_IMAGE_ARCHIVE=${image_archive})
    set_tests_properties(image.${name} PROPERTIES COST 90)
endfunction()

rgc_image_test(container.overlay2 container 28.5-overlay2)
rgc_image_test(container.containerd container 28.5-containerd)
rgc_image_test(swarm swarm 28.5-overlay2)
rgc_image_test(kamal_accessory kamal_accessory 28.5-overlay2)
set_tests_properties(image.container.overlay2 image.container.containerd image.swarm image.kamal_accessory PROPERTIES
    FIXTURES_REQUIRED image)
rgc_image_test(compose.overlay2 compose 28.5-overlay2)
rgc_image_test(compose.containerd compose 28.5-containerd)
