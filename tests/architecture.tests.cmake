# SPDX-License-Identifier: MIT
# What the tree promises of itself, checked on what was built.
set(architecture ${CMAKE_CURRENT_SOURCE_DIR}/architecture)
function(rgc_architecture_test name)
    add_test(NAME architecture.${name} COMMAND sh ${architecture}/${name}.sh ${ARGN})
    set_tests_properties(architecture.${name} PROPERTIES LABELS architecture SKIP_RETURN_CODE 77)
endfunction()

# Facts, learning and deciding ask for nothing.
rgc_architecture_test(core_is_pure ${CMAKE_NM} $<TARGET_FILE:rgc_base> $<TARGET_FILE:rgc_facts> $<TARGET_FILE:rgc_learn>
    $<TARGET_FILE:rgc_decide>)
add_test(NAME architecture.rooms COMMAND ${RGC_PYTHON} ${architecture}/rooms.py ${CMAKE_NM} $<TARGET_FILE_DIR:rgc_base>
         ${PROJECT_SOURCE_DIR})
set_tests_properties(architecture.rooms PROPERTIES LABELS architecture ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
add_test(NAME architecture.members COMMAND ${RGC_PYTHON} ${architecture}/members.py ${PROJECT_SOURCE_DIR})
set_tests_properties(architecture.members PROPERTIES LABELS architecture ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
add_test(NAME architecture.comments COMMAND ${RGC_PYTHON} ${architecture}/comments.py ${PROJECT_SOURCE_DIR})
set_tests_properties(architecture.comments PROPERTIES LABELS architecture ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
add_test(NAME architecture.pointers COMMAND ${RGC_PYTHON} ${architecture}/pointers.py ${PROJECT_SOURCE_DIR})
set_tests_properties(architecture.pointers PROPERTIES LABELS architecture ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
add_test(NAME architecture.words COMMAND ${RGC_PYTHON} ${architecture}/words.py ${PROJECT_SOURCE_DIR})
set_tests_properties(architecture.words PROPERTIES LABELS architecture ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
rgc_architecture_test(header_alone ${CMAKE_C_COMPILER} ${PROJECT_SOURCE_DIR}/include)
rgc_architecture_test(no_casts ${PROJECT_SOURCE_DIR}/src)
rgc_architecture_test(asks_the_table ${PROJECT_SOURCE_DIR})
rgc_architecture_test(never_sent ${PROJECT_SOURCE_DIR}/src)
rgc_architecture_test(one_clock ${PROJECT_SOURCE_DIR}/src)
add_test(NAME architecture.endpoints COMMAND ${RGC_PYTHON} ${architecture}/endpoints.py ${PROJECT_SOURCE_DIR})
set_tests_properties(architecture.endpoints PROPERTIES LABELS architecture ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
add_test(NAME architecture.wall_clocks COMMAND ${RGC_PYTHON} ${architecture}/wall_clocks.py)
set_tests_properties(architecture.wall_clocks PROPERTIES LABELS architecture ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
rgc_architecture_test(package_lists ${PROJECT_SOURCE_DIR})

# The recipes of docs/code-map.md, followed in a copy of the tree.
rgc_python_test(architecture.recipes architecture/recipes.py architecture ENVIRONMENT RGC_CC=${CMAKE_C_COMPILER})
set_tests_properties(architecture.recipes PROPERTIES PROCESSORS 2)

# The markup of the man pages. Without mandoc that is skipped aloud.
foreach(page rgc.1 rgc.conf.5 rgc-agent.8)
    add_test(NAME manual.${page} COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/lib/lint_manual.sh ${PROJECT_SOURCE_DIR}/docs/${page})
    set_tests_properties(manual.${page} PROPERTIES LABELS architecture SKIP_RETURN_CODE 77)
endforeach()

# What systemd's own client makes of the interface file; without varlinkctl that is skipped aloud.
add_test(NAME interface.io.rgc.Agent COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/lib/validate_interface.sh
         ${PROJECT_SOURCE_DIR}/docs/io.rgc.Agent.varlink)
set_tests_properties(interface.io.rgc.Agent PROPERTIES LABELS architecture SKIP_RETURN_CODE 77)

# The journal's identifiers, and what the catalog says to each.
add_test(NAME agent.catalog COMMAND ${RGC_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/agent/catalog.py
         ${PROJECT_SOURCE_DIR}/include/rgc/journal_ids.h ${PROJECT_SOURCE_DIR}/contrib/systemd/rgc.catalog
         ${PROJECT_SOURCE_DIR}/src)
set_tests_properties(agent.catalog PROPERTIES LABELS architecture)

# The scripts that run the tests.
add_test(NAME scripts.lint COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/lib/lint_scripts.sh)
set_tests_properties(scripts.lint PROPERTIES LABELS architecture SKIP_RETURN_CODE 77)
rgc_python_test(scripts.count lib/test_count.py architecture)
rgc_python_test(scripts.tiers lib/test_tiers.py architecture)
rgc_python_test(scripts.schemas lib/test_schemas.py architecture)

# Each predicate of the decision forced true, and false: see tests/mutation/mutator.py. One predicate of each file here, all
# of them with --long.
set(mutator ${CMAKE_CURRENT_SOURCE_DIR}/mutation)
rgc_python_test(architecture.mutator_reads mutation/test_mutator.py architecture)
add_test(NAME architecture.mutator COMMAND ${RGC_PYTHON} ${mutator}/mutator.py ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR} --smoke)
add_test(NAME mutation.predicates COMMAND ${RGC_PYTHON} ${mutator}/mutator.py ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
set_tests_properties(architecture.mutator PROPERTIES LABELS architecture)
set_tests_properties(mutation.predicates PROPERTIES LABELS "architecture;long" TIMEOUT 7200)
set_tests_properties(architecture.mutator mutation.predicates PROPERTIES
    ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
set_tests_properties(architecture.mutator mutation.predicates PROPERTIES PROCESSORS 2 SKIP_RETURN_CODE 77)

# What is installed: units, package, completions. Where a tool is missing its test is skipped aloud.
rgc_python_test(package.units package/units.py architecture)
# One package for all of its tests, so that no two build at the same time.
rgc_python_test(package.deb.made package/deb.py architecture ARGS -k Made)
set_tests_properties(package.deb.made PROPERTIES FIXTURES_SETUP package)
foreach(part contents scripts lintian)
    rgc_python_test(package.deb.${part} package/deb.py architecture ARGS -k ${part})
    set_tests_properties(package.deb.${part} PROPERTIES FIXTURES_REQUIRED package)
endforeach()
# Both builds use all processors. With the tests of the package on servers: a bare machine need not do this too.
rgc_python_test(package.deb.reproducible package/reproducible.py server)
set_tests_properties(package.deb.reproducible PROPERTIES PROCESSORS 2)
foreach(shell bash zsh fish)
    rgc_python_test(package.completion.${shell} package/completion.py architecture
        ARGS -k "AnyShell or ${shell}" ENVIRONMENT RGC_SHELL=${shell})
endforeach()
rgc_python_test(package.fields package/fields.py architecture)
rgc_python_test(package.agent_page package/agent_page.py architecture)
