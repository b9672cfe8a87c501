# SPDX-License-Identifier: MIT
# cmake --build --preset release --target package: rgc_VERSION_ARCHITECTURE.deb in the build directory.
set(debian ${PROJECT_SOURCE_DIR}/contrib/debian)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "${RGC_MAINTAINER}")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
# The package holds /etc as well as /usr.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PROJECT_CONFIG_FILE ${PROJECT_SOURCE_DIR}/cmake/PackageTime.cmake)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/PackageModes.cmake)
set(CPACK_POST_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/PackageAgain.cmake)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
# CPack puts the project's description before it, and the spaces.
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Keeps the disk of a Docker host from filling up with old releases, and every
rollback possible. An agent learns of each deploy, by Kamal, Compose or plain
Docker, and applies one retention policy: the current and the previous
releases of every app stay; superseded and failed releases with their stopped
containers, untagged images and unused build cache go.

It never removes what runs or what is on its way in, and no volume but those
that builders left behind, where the configuration says so.")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# The two programs that postinst calls; every Docker host with systemd has them.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "init-system-helpers (>= 1.54~), systemd (>= 249)")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "docker.io | docker-ce")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${debian}/conffiles ${debian}/postinst ${debian}/prerm ${debian}/postrm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

include(CPack)
