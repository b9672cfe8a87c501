# SPDX-License-Identifier: MIT
# Everything about the compiler, carried by one interface target.
include(CheckCCompilerFlag)
include(CheckPIESupported)
check_pie_supported()
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

add_library(rgc_flags INTERFACE)
target_include_directories(rgc_flags INTERFACE ${PROJECT_SOURCE_DIR}/include)
target_compile_definitions(rgc_flags INTERFACE _GNU_SOURCE RGC_VERSION="${PROJECT_VERSION}")
target_compile_options(rgc_flags INTERFACE
    -Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes
    -Wcast-qual -Wwrite-strings -Wformat=2 -Wundef -Wvla)
if(RGC_WERROR)
    target_compile_options(rgc_flags INTERFACE -Werror)
endif()

# Where the tree lies is no part of the program. (Of two maps that fit, the last one counts.)
foreach(map "${PROJECT_SOURCE_DIR}=." "${PROJECT_BINARY_DIR}=./build")
    target_compile_options(rgc_flags INTERFACE "$<$<NOT:$<CONFIG:Debug>>:-ffile-prefix-map=${map}>")
endforeach()

if(RGC_SANITIZE)
    target_compile_options(rgc_flags INTERFACE
        -fsanitize=${RGC_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(rgc_flags INTERFACE -fsanitize=${RGC_SANITIZE})
else()
    foreach(flag -fstack-protector-strong -fstack-clash-protection -fcf-protection -ftrivial-auto-var-init=zero)
        string(MAKE_C_IDENTIFIER "RGC_HAS${flag}" has)
        check_c_compiler_flag(${flag} ${has})
        if(${has})
            target_compile_options(rgc_flags INTERFACE ${flag})
        endif()
    endforeach()
    # Distributions may set the level already; ours must not clash with theirs.
    target_compile_options(rgc_flags INTERFACE
        $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE> $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=3>)
    target_link_options(rgc_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed)
endif()
