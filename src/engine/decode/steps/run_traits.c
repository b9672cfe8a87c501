/* SPDX-License-Identifier: MIT */
/*
 * What the commands of a RUN do, as far as it matters for the size of an image.
 *
 * The problem: a RUN is a shell program, and rgc neither runs it nor keeps its text. But whether it leaves a compiler
 * or a cache behind depends on all its commands: "apt-get install gcc && make && apt-get purge gcc" leaves none.
 *
 * The idea: split the text into commands, ask of each which program it is, and collect two sets of bits: traits for
 * what commands do, and cleaned for what later ones undo. What is left counts. A RUN "only" removes or changes owners
 * if no command of it does anything else (n_others).
 *
 * What is never allowed: to keep a word that is in no list of rgc's (run_gist.c); to conclude something from a command
 * that rgc does not know. A trait that is missed costs a finding; a wrong one gives somebody bad advice, so in doubt
 * there is none. tests/unit/audit/audit_steps.c and tests/unit/audit/audit_random.c test this.
 */
#include "run_gist.h"
#include "scan_words.h"

/* Returns the first word behind the program that is no option, or "". */
static const char *verb_of(const Strings *words)
{
    for (size_t i = 1; i < words->count; i++)
        if (words->items[i][0] != '-')
            return words->items[i];
    return "";
}

static bool scan_builds(Scan *scan)
{
    static const struct {
        const char *programs[5], *verbs[9];
        uint64_t trait;
    } builds[] = {
        {{"cargo"}, {"build", "install", "rustc", "chef"}, DOES(CARGO)},
        {{"go"}, {"build", "install"}, DOES(GO)},
        {{"mvn", "mvnw"}, {"package", "install", "verify", "clean", "compile"}, DOES(JAVA)},
        {{"gradle", "gradlew"},
         {"build", "assemble", "bootJar", "shadowJar", "jar", "installDist", "clean", "bootWar"},
         DOES(JAVA)},
        {{"dotnet"}, {"publish", "build"}, DOES(DOTNET)},
    };

    for (size_t i = 0; i < sizeof(builds) / sizeof(builds[0]); i++) {
        if (!is_one_of(scan->program, builds[i].programs) || !is_one_of(scan->verb, builds[i].verbs))
            continue;
        scan->n_others++;
        scan->traits |= builds[i].trait;
        return true;
    }
    return false;
}

static bool scan_owners(Scan *scan)
{
    bool is_chmod = strcmp(scan->program, "chmod") == 0;
    if (!is_chmod && strcmp(scan->program, "chown") != 0)
        return false;
    if (scan_has(scan, "-R") || scan_has(scan, "-Rf") || scan_has(scan, "-fR") || scan_has(scan, "--recursive") ||
        scan_has(scan, "-hR") || scan_has(scan, "-Rv"))
        scan->traits |= is_chmod ? DOES(CHMOD) : DOES(CHOWN);
    return true;
}

static void note_removed(Scan *scan)
{
    static const struct {
        const char *part;
        uint64_t traits;
    } places[] = {
        {"/var/lib/apt", DOES(APT_LISTS)},
        {"/var/cache/apk", DOES(APK_CACHE)},
        {"/var/cache/yum", DOES(YUM_CACHE)},
        {"/var/cache/dnf", DOES(YUM_CACHE)},
        {"/var/cache/zypp", DOES(ZYPPER_CACHE)},
        {".npm", DOES(NPM_CACHE)},
        {".cache", DOES(PIP_CACHE) | DOES(YARN_CACHE)},
        {"/yarn", DOES(YARN_CACHE)},
    };
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (scan_mentions(scan, places[i].part))
            scan->cleaned |= places[i].traits;
}

static bool scan_removals(Scan *scan)
{
    bool is_find = strcmp(scan->program, "find") == 0 && scan_has(scan, "-delete");
    if (!is_find && strcmp(scan->program, "rm") != 0)
        return false;
    note_removed(scan);
    scan->has_purged |=
        scan_has(scan, "-rf") || scan_has(scan, "-fr") || scan_has(scan, "-r") || scan_has(scan, "-Rf") || is_find;
    return true;
}

static void scan_others(Scan *scan)
{
    if (ONE_OF(scan->program, "set", "true", ":", "cd", "echo", "mkdir"))
        return;
    if (ONE_OF(scan->program, "useradd", "adduser", "groupadd", "addgroup", "usermod")) {
        scan->cleaned |= DOES(REMOVES); /* the RUN does not only remove */
        return;
    }
    scan->n_others++;
    if (scan_mentions(scan, "rustup"))
        scan->traits |= DOES(RUSTUP);
    if (scan_mentions(scan, "gosu") || scan_mentions(scan, "su-exec"))
        scan->traits |= DOES(GOSU);
}

static void scan_command(Scan *scan, const Strings *words)
{
    scan->words = words;
    scan->program = words->items[0];
    scan->verb = verb_of(words);
    if (!scan_packages(scan) && !scan_builds(scan) && !scan_owners(scan) && !scan_removals(scan))
        scan_others(scan);
}

uint64_t run_traits(const char *command, char **ret_gist)
{
    cleanup_with(shell_commands_clear) ShellCommands commands = {0};
    Scan scan = {0};

    shell_commands_parse(command, &commands);
    for (size_t i = 0; i < commands.count; i++)
        scan_command(&scan, &commands.items[i]);
    *ret_gist = run_gist(&commands);
    if (strstr(command, "PIP_NO_CACHE_DIR"))
        scan.cleaned |= DOES(PIP_CACHE);
    if (strstr(command, "Install-Recommends"))
        scan.cleaned |= DOES(RECOMMENDS);
    bool is_owners = scan.traits & (DOES(CHOWN) | DOES(CHMOD));
    if (scan.n_others > 0 || scan.has_purged)
        scan.cleaned |= DOES(CHOWN) | DOES(CHMOD);
    if (scan.has_purged && scan.n_others == 0 && !is_owners)
        scan.traits |= DOES(REMOVES);
    return scan.traits & ~scan.cleaned;
}
