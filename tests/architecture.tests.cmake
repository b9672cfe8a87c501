# SPDX-License-Identifier: MIT
# What the tree promises of itself, checked on what was built.
set(architecture ${CMAKE_CURRENT_SOURCE_DIR}/architecture)
function(rgc_architecture_test name)
    add_test(NAME architecture.${name} COMMAND sh ${architecture}/${name}.sh ${ARGN})
    set_tests_properties(architecture.${name} PROPERTIES LABELS architecture SKIP_RETURN_CODE 77 TIMEOUT 900)
endfunction()

rgc_architecture_test(core_is_pure ${CMAKE_NM} $<TARGET_FILE:rgc_core> $<TARGET_FILE:rgc_base>)
rgc_architecture_test(layers ${CMAKE_NM} $<TARGET_FILE_DIR:rgc_core>
    "base:" "json: base json" "core: base" "config: core base ini" "engine: core base curl json" "collect: engine config core base json"
    "agent: base json sd" "cli: collect engine config core base agent json")
rgc_architecture_test(header_alone ${CMAKE_C_COMPILER} ${PROJECT_SOURCE_DIR}/include)
rgc_architecture_test(never_sent ${PROJECT_SOURCE_DIR}/src)
rgc_architecture_test(packages ${PROJECT_SOURCE_DIR})
