/* SPDX-License-Identifier: MIT */
#include <rgc/cli.h>

int main(int argc, char **argv)
{
    return cli_main(argc, argv);
}
