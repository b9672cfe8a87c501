# SPDX-License-Identifier: MIT
# A disk that fills: what is held against it, what an engine then does not tell, and the real thing.
rgc_unit_test(ballast LIBS rgc_pass WRAP fstatvfs)
add_test(NAME fault.full_disk COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/fault/full_disk.py)
set_tests_properties(fault.full_disk PROPERTIES LABELS fault TIMEOUT 900 SKIP_RETURN_CODE 77
    ENVIRONMENT "RGC_BINARY=$<TARGET_FILE:rgc>;PYTHONDONTWRITEBYTECODE=1")
foreach(flavour 28.5-containerd 28.5-overlay2)
    add_test(NAME engine.disk.${flavour}
             COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/engine/scenarios_disk.py --flavour ${flavour})
    set_tests_properties(engine.disk.${flavour} PROPERTIES LABELS engine SKIP_RETURN_CODE 77 TIMEOUT 900 COST 101
        ENVIRONMENT "RGC_BUILT=$<TARGET_FILE:rgc>;RGC_AGENT=$<TARGET_FILE:agent_main>")
endforeach()

# What holds a disk, each line against what the engine or du says of it.
foreach(flavour 28.5-containerd 28.5-overlay2)
    add_test(NAME engine.holders.${flavour}
             COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/engine/scenarios_holders.py --flavour ${flavour})
    set_tests_properties(engine.holders.${flavour} PROPERTIES LABELS engine SKIP_RETURN_CODE 77 TIMEOUT 900 COST 99
        ENVIRONMENT "RGC_BUILT=$<TARGET_FILE:rgc>")
endforeach()
foreach(flavour 28.5-containerd 28.5-overlay2)
    add_test(NAME engine.estimates.${flavour}
             COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/engine/scenarios_estimates.py --flavour ${flavour})
    set_tests_properties(engine.estimates.${flavour} PROPERTIES LABELS engine SKIP_RETURN_CODE 77 TIMEOUT 1800 COST 90
        ENVIRONMENT "RGC_BUILT=$<TARGET_FILE:rgc>;PYTHONDONTWRITEBYTECODE=1")
endforeach()
