# SPDX-License-Identifier: MIT
# What rgc says of known hosts, to the byte. The library gives it the same clocks and disks on every machine.
add_library(fixed_host MODULE golden/fixed_host.c)
target_compile_definitions(fixed_host PRIVATE _GNU_SOURCE)
target_compile_options(fixed_host PRIVATE -Wall -Wextra)
set_target_properties(fixed_host PROPERTIES PREFIX "")
rgc_python_test(golden.documents golden/golden.py integration ENVIRONMENT RGC_FIXED_HOST=$<TARGET_FILE:fixed_host>)
set_tests_properties(golden.documents PROPERTIES PROCESSORS 2)
