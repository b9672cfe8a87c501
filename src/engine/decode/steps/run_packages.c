/* SPDX-License-Identifier: MIT */
/*
 * Package managers: what they install, and what they leave in the layer. Each scan_… function knows one family; it
 * returns false for a command of another. A package is a compiler by its name, with headers (-dev) among them, since
 * nothing needs these but a build.
 */
#include "scan_words.h"

#include <rgc/text.h>

static bool is_compiler(const char *package)
{
    static const char *const patterns[] = {
        "gcc",          "gcc-[0-9]*",   "g++",      "g++-[0-9]*",      "make",           "cmake",
        "clang",        "clang-[0-9]*", "llvm*",    "cargo",           "rustc",          "rust",
        "golang",       "golang-*",     "go",       "maven",           "gradle",         "*-dev",
        "*-devel",      "build-base",   "musl-dev", "build-essential", "openjdk-*-jdk*", "openjdk[0-9]*-jdk",
        "default-jdk*", "java-*-devel", "gcc-c++",  "dotnet-sdk-*",    "libtool",        "autoconf",
        "automake",
    };
    cleanup_with(free_charp) char *name = xstrndup(package, strcspn(package, "=~<>"));

    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
        if (matches_pattern(patterns[i], name))
            return true;
    return false;
}

static void look_at_packages(Scan *scan)
{
    bool is_past_verb = false;
    for (size_t i = 1; i < scan->words->count; i++) {
        const char *word = scan->words->items[i];
        if (!is_past_verb) {
            is_past_verb = strcmp(word, scan->verb) == 0;
            continue;
        }
        if (strcmp(word, "--virtual") == 0 || strcmp(word, "-t") == 0)
            i++; /* the next word is its value, no package */
        else if (word[0] != '-')
            scan->traits |= is_compiler(word) ? DOES(COMPILER) : DOES(OTHER_PACKAGES);
        if (ONE_OF(word, "gosu", "su-exec"))
            scan->traits |= DOES(GOSU);
    }
}

static bool scan_apt(Scan *scan)
{
    if (!ONE_OF(scan->program, "apt-get", "apt", "aptitude"))
        return false;
    if (ONE_OF(scan->verb, "purge", "remove", "autoremove", "autopurge")) {
        scan->has_purged = true;
        return true;
    }
    if (ONE_OF(scan->verb, "clean", "autoclean", "distclean"))
        return true;
    scan->n_others++;
    if (ONE_OF(scan->verb, "upgrade", "dist-upgrade", "full-upgrade"))
        scan->traits |= DOES(UPGRADES);
    if (strcmp(scan->verb, "update") == 0)
        scan->traits |= DOES(APT_LISTS);
    if (strcmp(scan->verb, "install") != 0)
        return true;
    scan->traits |= DOES(APT_INSTALL) | DOES(APT_LISTS);
    if (!scan_has(scan, "--no-install-recommends") && !scan_mentions(scan, "Install-Recommends"))
        scan->traits |= DOES(RECOMMENDS);
    look_at_packages(scan);
    return true;
}

static bool scan_apk(Scan *scan)
{
    if (strcmp(scan->program, "apk") != 0)
        return false;
    if (strcmp(scan->verb, "del") == 0) {
        scan->has_purged = true;
        return true;
    }
    scan->n_others++;
    if (strcmp(scan->verb, "upgrade") == 0)
        scan->traits |= DOES(UPGRADES);
    if (ONE_OF(scan->verb, "add", "update", "upgrade") && !scan_has(scan, "--no-cache"))
        scan->traits |= DOES(APK_CACHE);
    if (strcmp(scan->verb, "add") == 0)
        look_at_packages(scan);
    return true;
}

static bool scan_yum(Scan *scan)
{
    bool is_zypper = strcmp(scan->program, "zypper") == 0;
    if (!is_zypper && !ONE_OF(scan->program, "yum", "dnf", "microdnf", "tdnf"))
        return false;
    if (ONE_OF(scan->verb, "remove", "erase", "rm")) {
        scan->has_purged = true;
        return true;
    }
    if (ONE_OF(scan->verb, "clean", "cc")) {
        scan->cleaned |= DOES(YUM_CACHE) | DOES(ZYPPER_CACHE);
        return true;
    }
    scan->n_others++;
    if (ONE_OF(scan->verb, "update", "upgrade", "up"))
        scan->traits |= DOES(UPGRADES);
    if (!ONE_OF(scan->verb, "install", "in", "groupinstall"))
        return true;
    scan->traits |= is_zypper ? DOES(ZYPPER_CACHE) : DOES(YUM_CACHE);
    look_at_packages(scan);
    return true;
}

static bool scan_pip(Scan *scan)
{
    bool is_module = matches_pattern("python*", scan->program) && scan_has(scan, "pip");
    if (!is_module && !matches_pattern("pip", scan->program) && !matches_pattern("pip[0-9]*", scan->program))
        return false;
    scan->n_others++;
    if (scan_has(scan, "purge"))
        scan->cleaned |= DOES(PIP_CACHE);
    else if (scan_has(scan, "install") && !scan_has(scan, "--no-cache-dir") && !scan_has(scan, "--no-cache"))
        scan->traits |= DOES(PIP_CACHE);
    return true;
}

static bool scan_node(Scan *scan)
{
    if (!ONE_OF(scan->program, "npm", "yarn", "pnpm", "bun", "npx", "next", "vite"))
        return false;
    scan->n_others++;
    if (scan_has(scan, "cache") && (scan_has(scan, "clean") || scan_has(scan, "verify")))
        scan->cleaned |= strcmp(scan->program, "npm") == 0 ? DOES(NPM_CACHE) : DOES(YARN_CACHE);
    else if (strcmp(scan->program, "npm") == 0 && ONE_OF(scan->verb, "ci", "install", "i", "add", "clean-install"))
        scan->traits |= DOES(NPM_CACHE);
    else if (strcmp(scan->program, "yarn") == 0 && ONE_OF(scan->verb, "install", "add", ""))
        scan->traits |= DOES(YARN_CACHE);
    else if (scan_mentions(scan, "build"))
        scan->traits |= DOES(NODE);
    return true;
}

bool scan_packages(Scan *scan)
{
    bool had_purged = scan->has_purged; /* by an earlier command, be it rm */

    scan->has_purged = false;
    bool is_known = scan_apt(scan) || scan_apk(scan) || scan_yum(scan) || scan_pip(scan) || scan_node(scan);
    /* A RUN that removes packages again does not leave its compiler. */
    if (scan->has_purged)
        scan->cleaned |= DOES(COMPILER);
    scan->has_purged |= had_purged;
    return is_known;
}
