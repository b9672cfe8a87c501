# SPDX-License-Identifier: MIT
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
