# SPDX-License-Identifier: MIT
# The scripts that run the tests.
add_test(NAME scripts.lint COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/lib/lint_scripts.sh)
set_tests_properties(scripts.lint PROPERTIES LABELS architecture SKIP_RETURN_CODE 77)
rgc_python_test(scripts.count lib/test_count.py architecture)
rgc_python_test(scripts.tiers lib/test_tiers.py architecture)
rgc_python_test(scripts.schemas lib/test_schemas.py architecture)
