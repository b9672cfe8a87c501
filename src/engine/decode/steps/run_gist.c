/* SPDX-License-Identifier: MIT */
/*
 * Makes the gist of a RUN: programs and words of two fixed lists, and "..." for everything else. The lists may grow,
 * but must never have a word that could be a secret.
 */
#include "run_gist.h"

#include <rgc/buffer.h>

#include <string.h>

#define GIST_MAX 90 /* bytes; a line of a terminal has other columns, too */

static const char *const programs[] = {
    "apt-get", "apt",    "apk",      "yum",     "dnf",      "microdnf", "zypper",  "pip",  "pip3",   "npm",
    "yarn",    "pnpm",   "bun",      "npx",     "cargo",    "go",       "mvn",     "mvnw", "gradle", "gradlew",
    "dotnet",  "bundle", "composer", "poetry",  "uv",       "python",   "python3", "make", "cmake",  "rm",
    "chown",   "chmod",  "useradd",  "adduser", "groupadd", "addgroup", "mkdir",   "curl", "wget",   "git",
    "tar",     "rails",  "rake",     "php",     "ruby",     "node",     "rustup",  "cp",   "mv",     "ln",
};
static const char *const others[] = {
    "install",
    "update",
    "upgrade",
    "add",
    "remove",
    "purge",
    "autoremove",
    "clean",
    "del",
    "ci",
    "run",
    "build",
    "publish",
    "package",
    "-R",
    "-rf",
    "--release",
    "--no-cache",
    "-y",
    "--no-install-recommends",
    "--no-cache-dir",
    "gcc",
    "g++",
    "clang",
    "cargo",
    "maven",
    "golang",
    "build-essential",
    "build-base",
    "musl-dev",
    "cmake",
    "make",
    "cache",
    "assets:precompile",
    "--production",
    "--omit=dev",
    "all",
    "dist-upgrade",
};

static bool is_in(const char *word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(word, list[i]) == 0)
            return true;
    return false;
}

#define IS_IN(word, list) is_in(word, list, sizeof(list) / sizeof((list)[0]))

static bool add_word(Buffer *gist, const char *word)
{
    if (gist->size + strlen(word) + 1 > GIST_MAX)
        return false;
    if (gist->size > 0)
        buffer_add(gist, " ", 1);
    buffer_add(gist, word, strlen(word));
    return true;
}

static bool ends_with_ellipsis(const Buffer *gist)
{
    size_t length = strlen("...");
    return gist->size >= length && memcmp(gist->data + gist->size - length, "...", length) == 0;
}

/* One "..." stands for any number of words in a row that are not shown. */
static void leave_out(Buffer *gist)
{
    if (!ends_with_ellipsis(gist))
        (void)add_word(gist, "...");
}

static bool add_command(Buffer *gist, const Strings *words)
{
    if (!IS_IN(words->items[0], programs)) {
        leave_out(gist);
        return true;
    }
    if (gist->size > 0 && !add_word(gist, "&&"))
        return false;
    if (!add_word(gist, words->items[0]))
        return false;
    for (size_t i = 1; i < words->count; i++)
        if (!IS_IN(words->items[i], others))
            leave_out(gist);
        else if (!add_word(gist, words->items[i]))
            return false;
    return true;
}

static bool says_nothing(const char *program)
{
    return strcmp(program, "set") == 0 || strcmp(program, "true") == 0 || strcmp(program, ":") == 0;
}

char *run_gist(const ShellCommands *commands)
{
    Buffer gist = {0};
    bool fits = true;

    for (size_t i = 0; i < commands->count && fits; i++)
        if (!says_nothing(commands->items[i].items[0]))
            fits = add_command(&gist, &commands->items[i]);
    if (!fits && !ends_with_ellipsis(&gist)) {
        buffer_add(&gist, " ...", strlen(" ..."));
    }
    char *text = xstrndup(gist.data ? gist.data : "", gist.size);
    buffer_clear(&gist);
    return text;
}
