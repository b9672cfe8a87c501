# SPDX-License-Identifier: MIT
# What is installed: units, package, completions. Where a tool is missing its test is skipped aloud.
function(rgc_package_test name)
    add_test(NAME package.${name} COMMAND python3 ${ARGN})
    set_tests_properties(package.${name} PROPERTIES LABELS architecture SKIP_RETURN_CODE 77 TIMEOUT 900
        ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
endfunction()

set(package ${CMAKE_CURRENT_SOURCE_DIR}/package)
rgc_package_test(units ${package}/units.py ${PROJECT_BINARY_DIR})
# One package for all of its tests, so that no two build at the same time.
rgc_package_test(deb.made ${package}/deb.py ${PROJECT_BINARY_DIR} made)
set_tests_properties(package.deb.made PROPERTIES FIXTURES_SETUP package)
foreach(part contents scripts lintian)
    rgc_package_test(deb.${part} ${package}/deb.py ${PROJECT_BINARY_DIR} ${part})
    set_tests_properties(package.deb.${part} PROPERTIES FIXTURES_REQUIRED package)
endforeach()
# Both builds use all processors. With the tests of the package on servers: a bare machine need not do this too.
rgc_package_test(deb.reproducible ${package}/reproducible.py ${PROJECT_SOURCE_DIR})
set_tests_properties(package.deb.reproducible PROPERTIES LABELS server PROCESSORS 2)
foreach(shell bash zsh fish)
    rgc_package_test(completion.${shell} ${package}/completion.py
        ${PROJECT_BINARY_DIR}/installed/rgc.${shell} $<TARGET_FILE:rgc> ${shell})
endforeach()
rgc_package_test(fields ${package}/fields.py ${PROJECT_SOURCE_DIR})
rgc_package_test(agent_page ${package}/agent_page.py ${PROJECT_SOURCE_DIR})
