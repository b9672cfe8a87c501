# SPDX-License-Identifier: MIT
# The scripts that run the tests.
add_test(NAME scripts.lint COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/lib/lint_scripts.sh)
add_test(NAME scripts.count COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/lib/test_count.py)
add_test(NAME scripts.tiers COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/lib/test_tiers.py ${PROJECT_BINARY_DIR})
add_test(NAME scripts.schemas COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/lib/test_schemas.py)
set_tests_properties(scripts.lint scripts.count scripts.tiers scripts.schemas PROPERTIES LABELS architecture SKIP_RETURN_CODE 77 TIMEOUT 900
    ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
