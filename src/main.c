/* SPDX-License-Identifier: MIT */
/* The program is cli_main(); everything else is in libraries, so that tests can link it. */
#include <rgc/cli.h>

int main(int argc, char **argv)
{
    return cli_main(argc, argv);
}
