# SPDX-License-Identifier: MIT
# Each predicate of the decision forced true, and false: see tests/mutation/mutator.py. One predicate of each file here, all
# of them with --long.
set(mutator ${CMAKE_CURRENT_SOURCE_DIR}/mutation)
rgc_python_test(architecture.mutator_reads mutation/test_mutator.py architecture)
add_test(NAME architecture.mutator COMMAND ${RGC_PYTHON} ${mutator}/mutator.py ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR} --smoke)
add_test(NAME mutation.predicates COMMAND ${RGC_PYTHON} ${mutator}/mutator.py ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
set_tests_properties(architecture.mutator PROPERTIES LABELS architecture TIMEOUT 900)
set_tests_properties(mutation.predicates PROPERTIES LABELS "architecture;long" TIMEOUT 7200)
set_tests_properties(architecture.mutator mutation.predicates PROPERTIES
    ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
set_tests_properties(architecture.mutator mutation.predicates PROPERTIES PROCESSORS 2 SKIP_RETURN_CODE 77)
