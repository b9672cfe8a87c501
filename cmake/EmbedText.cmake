# SPDX-License-Identifier: MIT
# rgc_embed_text(TARGET FILE SYMBOL): the file as a C string `SYMBOL` in the header SYMBOL.h, for TARGET alone.
function(rgc_embed_text target file symbol)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(READ ${file} bytes HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
    file(GENERATE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/embedded/${symbol}.h
         CONTENT "static const char ${symbol}[] = {${bytes}0x00};\n")
    target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/embedded)
endfunction()
