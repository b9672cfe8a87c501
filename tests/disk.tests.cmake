# SPDX-License-Identifier: MIT
# A disk that fills: what is held against it, what an engine then does not tell, and the real thing.
rgc_unit_test(ballast LIBS rgc_pass WRAP fstatvfs)
rgc_python_test(fault.full_disk fault/full_disk.py fault)
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
