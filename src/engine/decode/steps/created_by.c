/* SPDX-License-Identifier: MIT */
/*
 * Reads one entry of a history: which instruction of a Dockerfile made it, and what of its text may be kept.
 *
 * There are three dialects. BuildKit writes the instruction, often with " # buildkit" behind it. The classic builder
 * writes "/bin/sh -c CMD" for a RUN and "/bin/sh -c #(nop) COPY dir:… in /app" for everything else, with a digest in
 * place of the source. buildah writes much the same. What is none of these comes from no Dockerfile.
 *
 * The fingerprint is taken of the command alone, so that two builds of one Dockerfile have the same ones.
 * tests/unit/audit/audit_steps.c has the dialects row by row.
 */
#include "created_by.h"

#include <rgc/fingerprint.h>

#include <ctype.h>
#include <string.h>

#define PATH_MAX_SHOWN 60
#define NOP "#(nop)"
#define BUILDKIT " # buildkit"

typedef struct Instruction {
    const char *word;
    StepKind kind;
} Instruction;

static const Instruction instructions[] = {
    {"RUN", STEP_RUN},
    {"COPY", STEP_COPY},
    {"ADD", STEP_ADD},
    {"WORKDIR", STEP_WORKDIR},
    {"ENV", STEP_ENV},
    {"ARG", STEP_ARG},
    {"LABEL", STEP_LABEL},
    {"USER", STEP_USER},
    {"CMD", STEP_CMD},
    {"VOLUME", STEP_VOLUME},
    {"ENTRYPOINT", STEP_ENTRYPOINT},
    {"HEALTHCHECK", STEP_HEALTHCHECK},
    {"EXPOSE", STEP_OTHER},
    {"SHELL", STEP_OTHER},
    {"STOPSIGNAL", STEP_OTHER},
    {"ONBUILD", STEP_OTHER},
    {"MAINTAINER", STEP_OTHER},
};

static uint64_t fingerprint(const char *text)
{
    return fingerprint_text(FINGERPRINT_BEGIN, text);
}

static const char *skip_blanks(const char *text)
{
    return text + strspn(text, " \t");
}

/* Returns STEP_COPY for "COPY a b", and moves *at behind the word. */
static StepKind take_instruction(const char **at)
{
    const char *text = skip_blanks(*at);
    for (size_t i = 0; i < sizeof(instructions) / sizeof(instructions[0]); i++) {
        size_t length = strlen(instructions[i].word);
        if (strncmp(text, instructions[i].word, length) == 0 && (text[length] == ' ' || text[length] == '\0')) {
            *at = skip_blanks(text + length);
            return instructions[i].kind;
        }
    }
    return STEP_FOREIGN;
}

/* Skips the build arguments of "|2 A=1 B=2 /bin/sh -c CMD". They end where the shell begins, since values may have
 * blanks in them. */
static const char *skip_arguments(const char *text, uint64_t *traits, Strings *secrets)
{
    const char *shell;

    if (*text != '|')
        return text;
    *traits |= DOES(ARGS);
    shell = strstr(text, " /bin/");
    if (!shell)
        shell = text + strlen(text);
    for (const char *at = text; at < shell;) {
        size_t length = strcspn(at, " ");
        cleanup_with(free_charp) char *word = xstrndup(at, length);
        note_secret("ARG", word, secrets);
        at += length;
        at += strspn(at, " ");
    }
    return skip_blanks(shell);
}

/* Returns "CMD" of "/bin/sh -c CMD" or "/bin/bash -o pipefail -c CMD". */
static const char *skip_shell(const char *text)
{
    const char *command;

    if (strncmp(text, "/bin/", 5) != 0 && strncmp(text, "/usr/bin/", 9) != 0)
        return text;
    command = strstr(text, " -c ");
    return command && command - text < 60 ? skip_blanks(command + 4) : text;
}

static void parse_run(const char *text, BuildStep *ret, Strings *secrets)
{
    cleanup_with(free_charp) char *gist = NULL;
    const char *command = skip_shell(skip_arguments(text, &ret->traits, secrets));

    ret->print = fingerprint(command);
    ret->traits |= run_traits(command, &gist);
    if ((ret->traits & DOES(APT_INSTALL)) && strstr(command, "autoconf") && strstr(command, "libc6-dev"))
        ret->traits |= DOES(BUILDPACK);
    if ((ret->traits & DOES(APT_INSTALL)) && strstr(command, "autoconf") && strstr(command, "imagemagick"))
        ret->traits |= DOES(BUILDPACK);
    ret->gist = xasprintf("RUN %s", gist);
}

/* Returns a path as it may be shown. Of a URL, which may contain a password, it says only that it is one. Caller
 * frees. */
static char *shown_path(const char *path)
{
    if (strstr(path, "://") || strchr(path, '@'))
        return xstrdup("(a URL)");
    return strlen(path) > PATH_MAX_SHOWN ? xasprintf("%.*s...", PATH_MAX_SHOWN - 3, path) : xstrdup(path);
}

static bool is_whole_context(const char *path)
{
    return strcmp(path, ".") == 0 || strcmp(path, "./") == 0 || strcmp(path, "/.") == 0;
}

/* Is it "dir:…", "file:…" or "multi:…", which the classic builder and buildah write in place of the path? */
static bool is_digest(const char *path)
{
    return strncmp(path, "dir:", 4) == 0 || strncmp(path, "file:", 5) == 0 || strncmp(path, "multi:", 6) == 0;
}

static void note_source(const char *path, BuildStep *ret)
{
    if (is_whole_context(path))
        ret->traits |= DOES(ALL);
    else if (strncmp(path, "dir:", 4) == 0 || strncmp(path, "multi:", 6) == 0)
        ret->traits |= DOES(FOLDER);
    else if (path[0] == '/')
        ret->traits |= DOES(ABSOLUTE);
}

static void parse_copy(const char *text, BuildStep *ret)
{
    Strings words = {0};
    const char *sources = "", *target = "";
    char *spelled = xstrdup(text), *rest = spelled;

    for (char *word; (word = strsep(&rest, " \t")) != NULL;) {
        if (strncmp(word, "--chown", 7) == 0 || strncmp(word, "--chmod", 7) == 0)
            ret->traits |= DOES(WITH_OWNER);
        else if (*word && strncmp(word, "--", 2) != 0 && strcmp(word, "in") != 0)
            strings_add(&words, word);
    }
    for (size_t i = 0; i + 1 < words.count; i++)
        note_source(words.items[i], ret);
    if (words.count > 0)
        target = words.items[words.count - 1];
    if (words.count > 1)
        sources = words.count > 2 ? "..." : is_digest(words.items[0]) ? "(a folder or file)" : words.items[0];
    if (strcmp(target, "/") == 0)
        ret->traits |= DOES(TO_ROOT);
    cleanup_with(free_charp) char *from = shown_path(sources), *to = shown_path(target);
    ret->gist = xasprintf("%s %s %s", step_kind_to_string(ret->kind), from, to);
    ret->print = fingerprint(ret->gist); /* not of the text: the classic builder writes a digest of what was copied */
    strings_clear(&words);
    free(spelled);
}

static void parse_variables(const char *where, const char *text, BuildStep *ret, Strings *secrets)
{
    const char *at = text;

    if (strstr(text, "RUST_VERSION="))
        ret->traits |= DOES(ENV_RUST);
    if (strstr(text, "GOLANG_VERSION="))
        ret->traits |= DOES(ENV_GO);
    while (*at) { /* a value with blanks gives words without '=', which name no variable */
        size_t length = strcspn(at, " \t");
        cleanup_with(free_charp) char *word = xstrndup(at, length);
        note_secret(where, word, secrets);
        at = skip_blanks(at + length);
    }
}

/* Reads the text behind the word of the instruction. */
static void parse_rest(const char *text, BuildStep *ret, Strings *secrets)
{
    switch (ret->kind) {
    case STEP_RUN:
        parse_run(text, ret, secrets);
        return;
    case STEP_COPY:
    case STEP_ADD:
        parse_copy(text, ret);
        return;
    case STEP_ENV:
        parse_variables("ENV", text, ret, secrets);
        break;
    case STEP_ARG:
        parse_variables("ARG", text, ret, secrets);
        break;
    case STEP_LABEL:
        if (strstr(text, "org.opencontainers.image.source=") || strstr(text, "org.opencontainers.image.revision="))
            ret->traits |= DOES(ORIGIN);
        break;
    default:
        break;
    }
    ret->gist = xstrdup(step_kind_to_string(ret->kind));
    ret->print = fingerprint(ret->gist);
}

/* Is it a root file system, such as "ADD alpine-minirootfs-3.20.tar.gz /", "/bin/sh -c #(nop) ADD file:… in /",
 * "# debian.sh …" or docker import? */
static bool is_root_file_system(const BuildStep *step, const char *text, const char *comment)
{
    return strncmp(comment, "Imported from", strlen("Imported from")) == 0 || strncmp(text, "# debian.sh", 11) == 0 ||
           (step->kind == STEP_ADD && (step->traits & DOES(TO_ROOT)));
}

static void parse_foreign(const char *text, const char *comment, BuildStep *ret)
{
    ret->kind = STEP_FOREIGN;
    if (strncmp(text, "bazel ", 6) == 0)
        ret->traits |= DOES(BAZEL);
    if (strcasestr(text, "buildpack") || strcasestr(comment, "buildpack"))
        ret->traits |= DOES(BUILDPACKS);
    free(ret->gist);
    ret->gist = xstrdup("(no step of a Dockerfile)");
    ret->print = fingerprint(text);
}

void created_by_parse(const char *created_by, const char *comment, BuildStep *ret, Strings *secrets)
{
    cleanup_with(free_charp) char *copy = xstrdup(created_by);
    char *trailer = strstr(copy, BUILDKIT);
    const char *text = skip_blanks(copy), *nop = strstr(text, NOP);

    if (trailer && trailer[strlen(BUILDKIT)] == '\0')
        *trailer = '\0';
    if (nop && nop - text < 60)
        text = nop + strlen(NOP);
    ret->kind = take_instruction(&text);
    if (ret->kind == STEP_FOREIGN && (*text == '|' || strncmp(text, "/bin/sh -c ", 11) == 0))
        ret->kind = STEP_RUN;
    if (ret->kind != STEP_FOREIGN)
        parse_rest(text, ret, secrets);
    bool is_exported = strncmp(comment, "buildkit.exporter", strlen("buildkit.exporter")) == 0;
    if (is_root_file_system(ret, text, comment)) {
        ret->kind = STEP_IMPORT;
        free(ret->gist);
        ret->gist = xstrdup("(a root file system)");
    } else if (ret->kind == STEP_FOREIGN || is_exported) {
        parse_foreign(text, comment, ret);
    }
}
