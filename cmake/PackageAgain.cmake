# SPDX-License-Identifier: MIT
# CPack counts directories into the installed size, and what those take depends on the file system of the builder.
foreach(package ${CPACK_PACKAGE_FILES})
    set(tree ${CPACK_TEMPORARY_DIRECTORY}.again)
    file(REMOVE_RECURSE ${tree})
    execute_process(COMMAND dpkg-deb --raw-extract ${package} ${tree} COMMAND_ERROR_IS_FATAL ANY)
    # As dpkg-gencontrol counts: each file in whole KiB, and one for each directory.
    file(GLOB_RECURSE entries LIST_DIRECTORIES true ${tree}/etc/* ${tree}/usr/*)
    set(kib 2)
    foreach(entry ${entries})
        set(bytes 1)
        if(NOT IS_DIRECTORY ${entry})
            file(SIZE ${entry} bytes)
        endif()
        math(EXPR kib "${kib} + (${bytes} + 1023) / 1024")
    endforeach()
    file(READ ${tree}/DEBIAN/control control)
    string(REGEX REPLACE "(^|\n)Installed-Size: [0-9]+" "\\1Installed-Size: ${kib}" control "${control}")
    file(WRITE ${tree}/DEBIAN/control "${control}")
    execute_process(COMMAND dpkg-deb --root-owner-group -Zgzip -z9 --build ${tree} ${package} OUTPUT_QUIET
        COMMAND_ERROR_IS_FATAL ANY)
    file(REMOVE_RECURSE ${tree})
endforeach()
