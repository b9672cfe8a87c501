# SPDX-License-Identifier: MIT
# Targets of libFuzzer (tests/fuzz). The preset `fuzz` builds them as such, and its tests run each for ten minutes; in all
# other builds a main of their own gives them the files of their corpus.
option(RGC_FUZZ "Build the targets of tests/fuzz for libFuzzer (clang)" OFF)
set(fuzz ${CMAKE_CURRENT_SOURCE_DIR}/fuzz)
add_custom_target(fuzz_targets)

# rgc_fuzz_target(NAME LIBS layer… [SOURCES file…] [WRAP symbol…])
function(rgc_fuzz_target name)
    cmake_parse_arguments(FUZZ "" "" "LIBS;SOURCES;WRAP" ${ARGN})
    add_executable(fuzz_${name} fuzz/target_${name}.c ${FUZZ_SOURCES})
    add_dependencies(fuzz_targets fuzz_${name})
    target_link_libraries(fuzz_${name} PRIVATE ${FUZZ_LIBS})
    target_include_directories(fuzz_${name} PRIVATE ${PROJECT_SOURCE_DIR}/src ${fuzz} ${CMAKE_CURRENT_SOURCE_DIR}/unit/support)
    foreach(symbol ${FUZZ_WRAP})
        target_link_options(fuzz_${name} PRIVATE -Wl,--wrap=${symbol})
    endforeach()
    if(RGC_FUZZ)
        target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
        add_test(NAME fuzz.${name} COMMAND sh ${fuzz}/run_target.sh $<TARGET_FILE:fuzz_${name}> ${fuzz}/corpus/${name}
                 ${PROJECT_BINARY_DIR}/fuzz/${name})
        set_tests_properties(fuzz.${name} PROPERTIES LABELS "fuzz;long")
    else()
        target_sources(fuzz_${name} PRIVATE fuzz/replay_corpus.c)
        add_test(NAME fuzz.${name} COMMAND fuzz_${name} ${fuzz}/corpus/${name})
        set_tests_properties(fuzz.${name} PROPERTIES LABELS unit)
    endif()
endfunction()

rgc_fuzz_target(decode LIBS rgc_engine SOURCES fuzz/fuzz_sieve.c)
rgc_fuzz_target(http LIBS rgc_engine WRAP engine_wait_to_retry)
rgc_fuzz_target(varlink LIBS rgc_agent)
rgc_fuzz_target(config LIBS rgc_config)
rgc_fuzz_target(audit LIBS rgc_engine rgc_audit PkgConfig::CMOCKA)
rgc_fuzz_target(state LIBS rgc_pass rgc_config SOURCES fuzz/fuzz_host.c unit/support/remembered.c unit/support/world.c)

# The simulator, with dice that are bytes: `roll` of tests/sim is that of the target.
file(GLOB fuzz_sim_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/sim/*.c)
list(REMOVE_ITEM fuzz_sim_sources ${CMAKE_CURRENT_SOURCE_DIR}/sim/sim_main.c)
rgc_fuzz_target(policy LIBS rgc_config rgc_learn rgc_decide rgc_observe SOURCES ${fuzz_sim_sources})
target_include_directories(fuzz_policy BEFORE PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/sim)
