# SPDX-License-Identifier: MIT
# What is installed besides the program, which src/ installs.
find_program(RGC_GZIP gzip REQUIRED)
set(made ${PROJECT_BINARY_DIR}/installed)
file(MAKE_DIRECTORY ${made})

# rgc_install_gzipped(FILE DIRECTORY [NAME]): the same bytes from the same file, whenever it is packed.
function(rgc_install_gzipped file directory)
    get_filename_component(name ${file} NAME)
    if(ARGC GREATER 2)
        set(name ${ARGV2})
    endif()
    add_custom_command(OUTPUT ${made}/${name}.gz DEPENDS ${PROJECT_SOURCE_DIR}/${file} VERBATIM
        COMMAND sh -c "exec \"$1\" -9nc < \"$2\" > \"$3\"" sh ${RGC_GZIP} ${PROJECT_SOURCE_DIR}/${file} ${made}/${name}.gz)
    set_property(GLOBAL APPEND PROPERTY RGC_MADE ${made}/${name}.gz)
    install(FILES ${made}/${name}.gz DESTINATION ${directory})
endfunction()

# rgc_install_completion(SHELL DIRECTORY NAME)
function(rgc_install_completion shell directory name)
    add_custom_command(OUTPUT ${made}/rgc.${shell} DEPENDS rgc-completion VERBATIM
        COMMAND sh -c "exec \"$1\" \"$2\" > \"$3\"" sh $<TARGET_FILE:rgc-completion> ${shell} ${made}/rgc.${shell})
    set_property(GLOBAL APPEND PROPERTY RGC_MADE ${made}/rgc.${shell})
    install(FILES ${made}/rgc.${shell} DESTINATION ${CMAKE_INSTALL_DATADIR}/${directory} RENAME ${name})
endfunction()

rgc_install_gzipped(docs/rgc.1 ${CMAKE_INSTALL_MANDIR}/man1)
rgc_install_gzipped(docs/rgc.conf.5 ${CMAKE_INSTALL_MANDIR}/man5)
rgc_install_gzipped(docs/rgc-agent.8 ${CMAKE_INSTALL_MANDIR}/man8)
rgc_install_gzipped(CHANGELOG.md ${CMAKE_INSTALL_DOCDIR} changelog)
rgc_install_gzipped(contrib/debian/changelog ${CMAKE_INSTALL_DOCDIR} changelog.Debian)
rgc_install_completion(bash bash-completion/completions rgc)
rgc_install_completion(zsh zsh/vendor-completions _rgc)
rgc_install_completion(fish fish/vendor_completions.d rgc.fish)
# The README's links lead where they do in the tree, but for what has another name in a package, or is not in it.
install(CODE "
    file(READ \"${PROJECT_SOURCE_DIR}/README.md\" readme)
    string(REPLACE \"(CHANGELOG.md)\" \"(changelog.gz)\" readme \"\${readme}\")
    string(REPLACE \"(LICENSE)\" \"(copyright)\" readme \"\${readme}\")
    foreach(file CONTRIBUTING.md tests/README.md)
        string(REPLACE \"[\${file}](\${file})\" \"\${file}\" readme \"\${readme}\")
    endforeach()
    file(WRITE \"${made}/README.md\" \"\${readme}\")
")
install(FILES ${made}/README.md SECURITY.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR})
# What the documentation leads to, and is copied to other machines: the hooks, and rgc as a container.
install(DIRECTORY contrib/kamal-accessory contrib/socket-proxy contrib/swarm DESTINATION ${CMAKE_INSTALL_DOCDIR}/contrib)
install(PROGRAMS contrib/kamal-hooks/docker-setup contrib/kamal-hooks/post-deploy
    DESTINATION ${CMAKE_INSTALL_DOCDIR}/contrib/kamal-hooks)
install(FILES contrib/debian/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})

# systemd reads lib below /usr and /usr/local, whatever the libraries' directory is called. Where the program is, the unit
# file learns when it is installed: a package has another prefix than the build it is made of.
install(CODE "
    set(RGC_BINARY \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}/rgc\")
    configure_file(\"${PROJECT_SOURCE_DIR}/contrib/systemd/rgc.service.in\" \"${made}/rgc.service\" @ONLY)
")
install(FILES ${made}/rgc.service contrib/systemd/rgc.socket DESTINATION lib/systemd/system)
install(DIRECTORY contrib/systemd/rgc.service.d contrib/systemd/rgc.socket.d DESTINATION lib/systemd/system)
install(FILES contrib/systemd/rgc.sysusers DESTINATION lib/sysusers.d RENAME rgc.conf)
install(FILES contrib/systemd/rgc.tmpfiles DESTINATION lib/tmpfiles.d RENAME rgc.conf)
install(FILES contrib/systemd/rgc.catalog DESTINATION lib/systemd/catalog)

get_property(all_made GLOBAL PROPERTY RGC_MADE)
add_custom_target(rgc_made ALL DEPENDS ${all_made})

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
