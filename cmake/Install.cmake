# SPDX-License-Identifier: MIT
# What is installed besides the program, which src/ installs.
install(FILES docs/rgc.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES docs/rgc.conf.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
install(FILES README.md CHANGELOG.md LICENSE docs/json.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

# The program reads /etc/rgc whatever the prefix, and a configuration that is there belongs to the administrator.
set(RGC_CONFIG_DIR /etc/rgc)
install(CODE "
    set(directory \"${RGC_CONFIG_DIR}\")
    if(EXISTS \"\$ENV{DESTDIR}\${directory}/rgc.conf\")
        message(STATUS \"Keeping: \$ENV{DESTDIR}\${directory}/rgc.conf\")
    else()
        file(INSTALL \"${PROJECT_SOURCE_DIR}/contrib/rgc.conf\" DESTINATION \"\${directory}\")
    endif()
")
