# SPDX-License-Identifier: MIT
# What the tree promises of itself, checked on what was built.
set(architecture ${CMAKE_CURRENT_SOURCE_DIR}/architecture)
function(rgc_architecture_test name)
    add_test(NAME architecture.${name} COMMAND sh ${architecture}/${name}.sh ${ARGN})
    set_tests_properties(architecture.${name} PROPERTIES LABELS architecture SKIP_RETURN_CODE 77 TIMEOUT 900)
endfunction()

# Facts, learning and deciding ask for nothing.
rgc_architecture_test(core_is_pure ${CMAKE_NM} $<TARGET_FILE:rgc_base> $<TARGET_FILE:rgc_facts> $<TARGET_FILE:rgc_learn>
    $<TARGET_FILE:rgc_decide>)
add_test(NAME architecture.rooms COMMAND ${RGC_PYTHON} ${architecture}/rooms.py ${CMAKE_NM} $<TARGET_FILE_DIR:rgc_base>
         ${PROJECT_SOURCE_DIR})
set_tests_properties(architecture.rooms PROPERTIES LABELS architecture TIMEOUT 900 ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
add_test(NAME architecture.members COMMAND ${RGC_PYTHON} ${architecture}/members.py ${PROJECT_SOURCE_DIR})
set_tests_properties(architecture.members PROPERTIES LABELS architecture TIMEOUT 900 ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
add_test(NAME architecture.pointers COMMAND ${RGC_PYTHON} ${architecture}/pointers.py ${PROJECT_SOURCE_DIR})
set_tests_properties(architecture.pointers PROPERTIES LABELS architecture TIMEOUT 900 ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
rgc_architecture_test(header_alone ${CMAKE_C_COMPILER} ${PROJECT_SOURCE_DIR}/include)
rgc_architecture_test(no_casts ${PROJECT_SOURCE_DIR}/src)
rgc_architecture_test(asks_the_table ${PROJECT_SOURCE_DIR})
rgc_architecture_test(never_sent ${PROJECT_SOURCE_DIR}/src)
add_test(NAME architecture.clocks COMMAND ${RGC_PYTHON} ${architecture}/clocks.py)
set_tests_properties(architecture.clocks PROPERTIES LABELS architecture TIMEOUT 900 ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
rgc_architecture_test(packages ${PROJECT_SOURCE_DIR})

# The recipes of docs/ARCHITECTURE.md, followed in a copy of the tree.
rgc_python_test(architecture.recipes architecture/recipes.py architecture ENVIRONMENT RGC_CC=${CMAKE_C_COMPILER})
set_tests_properties(architecture.recipes PROPERTIES PROCESSORS 2)
