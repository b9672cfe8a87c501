# SPDX-License-Identifier: MIT
# All in the package is of the time of its changelog, so that whoever builds a version gets the same bytes.
if(CPACK_GENERATOR STREQUAL DEB AND NOT DEFINED ENV{SOURCE_DATE_EPOCH})
    execute_process(COMMAND dpkg-parsechangelog -l ${CMAKE_CURRENT_LIST_DIR}/../contrib/debian/changelog -S Timestamp
        OUTPUT_VARIABLE epoch OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE result)
    if(NOT result EQUAL 0)
        message(FATAL_ERROR "The time of the changelog: dpkg-parsechangelog, of the package dpkg-dev: ${result}")
    endif()
    set(ENV{SOURCE_DATE_EPOCH} ${epoch})
endif()
