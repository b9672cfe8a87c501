# SPDX-License-Identifier: MIT
# Each predicate of the decision forced true, and false: see tests/mutation/mutator.py. One predicate of each file here, all
# of them with --long.
set(mutator ${CMAKE_CURRENT_SOURCE_DIR}/mutation)
add_test(NAME architecture.mutator_reads COMMAND python3 ${mutator}/test_mutator.py)
add_test(NAME architecture.mutator COMMAND python3 ${mutator}/mutator.py ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR} --smoke)
add_test(NAME mutation.predicates COMMAND python3 ${mutator}/mutator.py ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
set_tests_properties(architecture.mutator_reads architecture.mutator PROPERTIES LABELS architecture TIMEOUT 900)
set_tests_properties(mutation.predicates PROPERTIES LABELS "architecture;long" TIMEOUT 7200)
set_tests_properties(architecture.mutator_reads architecture.mutator mutation.predicates PROPERTIES
    ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
set_tests_properties(architecture.mutator mutation.predicates PROPERTIES PROCESSORS 2 SKIP_RETURN_CODE 77)
