# SPDX-License-Identifier: MIT
# rgc as a container, and Compose and Swarm as they are. The image is built once for all who want it.
set(image_archive ${PROJECT_BINARY_DIR}/rgc-image.tar)
add_test(NAME image.build COMMAND ${RGC_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/image/built.py ${image_archive})
set_tests_properties(image.build PROPERTIES FIXTURES_SETUP image LABELS engine SKIP_RETURN_CODE 77 TIMEOUT 900 COST 200
    ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)

# rgc_image_test(NAME SCRIPT FLAVOUR …)
function(rgc_image_test name script)
    list(TRANSFORM ARGN PREPEND --flavour= OUTPUT_VARIABLE flavours)
    rgc_python_test(image.${name} image/${script}.py engine ARGS ${flavours} ENVIRONMENT RGC_IMAGE_ARCHIVE=${image_archive})
    set_tests_properties(image.${name} PROPERTIES COST 90)
endfunction()

rgc_image_test(container.overlay2 container 28.5-overlay2)
rgc_image_test(container.containerd container 28.5-containerd)
rgc_image_test(swarm swarm 28.5-overlay2)
rgc_image_test(kamal_accessory kamal_accessory 28.5-overlay2)
set_tests_properties(image.container.overlay2 image.container.containerd image.swarm image.kamal_accessory PROPERTIES
    FIXTURES_REQUIRED image)
rgc_image_test(compose.overlay2 compose 28.5-overlay2)
rgc_image_test(compose.containerd compose 28.5-containerd)
