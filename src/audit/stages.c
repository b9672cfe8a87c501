/* SPDX-License-Identifier: MIT */
/*
 * The lines of a Dockerfile with two stages, by the language of the image. They are apart from the checks because
 * several checks advise the same two stages, in the same words, so that rgc audit shows them once for each app. Whoever
 * follows the lines must get an image that starts (tests/unit/audit/audit_remedies.c). So the first stage begins with
 * the base that the image has now, if that one is on this host, and keeps all lines that there are; the last stage
 * keeps the interpreter that the program needs, compiles nothing again, and says in comments which lines of today's
 * Dockerfile belong there too. A history tells neither paths nor names of programs: /app and PROGRAM stand for them.
 */
#include "checks.h"

#include <string.h>

bool is_compiled(const Subject *s)
{
    return s->language >= LANGUAGE_RUST && s->language <= LANGUAGE_JAVA;
}

/* Returns the toolchain or interpreter that the image has, with its version, if it belongs to this language; else the
 * bare name. */
static const char *runtime_of(const Subject *s, const char *name)
{
    const char *runtime = judged(s)->build ? judged(s)->build->runtime : NULL;
    return runtime && strncmp(runtime, name, strlen(name)) == 0 ? runtime : name;
}

static const char *const images[LANGUAGE_MAX_] = {
    [LANGUAGE_RUST] = "rust",  [LANGUAGE_GO] = "golang", [LANGUAGE_DOTNET] = "mcr.microsoft.com/dotnet/sdk",
    [LANGUAGE_JAVA] = "maven", [LANGUAGE_NODE] = "node", [LANGUAGE_PYTHON] = "python",
    [LANGUAGE_RUBY] = "ruby",  [LANGUAGE_PHP] = "php",
};

/* Returns "FROM rust:1.75.0 AS builder". Caller frees. */
static char *builder_stage(const Subject *s)
{
    const char *base = judged(s)->base.name;

    if (base && judged(s)->base.image)
        return xasprintf("FROM %s AS builder", base);
    if (!images[s->language])
        return xstrdup("FROM debian:bookworm AS builder");
    return xasprintf("FROM %s%s AS builder", runtime_of(s, images[s->language]),
                     s->is_alpine && s->language != LANGUAGE_DOTNET && s->language != LANGUAGE_JAVA ? "-alpine" : "");
}

static bool is_interpreted(const Subject *s)
{
    return s->language >= LANGUAGE_NODE;
}

char *last_stage(const Subject *s)
{
    if (is_interpreted(s) && base_is_slim(judged(s)))
        return xasprintf("FROM %s", judged(s)->base.name);
    switch (s->language) {
    case LANGUAGE_RUST:
        return xstrdup(s->is_alpine ? "FROM alpine:3.20" : "FROM debian:bookworm-slim");
    case LANGUAGE_GO:
        return xstrdup("FROM gcr.io/distroless/static-debian12");
    case LANGUAGE_DOTNET:
        return xstrdup("FROM mcr.microsoft.com/dotnet/aspnet:8.0");
    case LANGUAGE_JAVA:
        return xstrdup("FROM eclipse-temurin:21-jre");
    case LANGUAGE_NODE:
    case LANGUAGE_PYTHON:
    case LANGUAGE_RUBY:
    case LANGUAGE_PHP:
        return xasprintf("FROM %s%s", runtime_of(s, images[s->language]),
                         s->is_alpine || s->language == LANGUAGE_PHP ? "-alpine" : "-slim");
    default:
        return xstrdup(s->is_alpine ? "FROM alpine:3.20" : "FROM debian:bookworm-slim");
    }
}

/* What the first stage has besides today's lines, and what the last one takes from it. */
typedef struct Stages {
    const char *first, *last;
} Stages;

#define UNCHANGED "# your lines after FROM up to and with the build, without USER"
#define READS "# COPY --from=builder /app/templates ./templates, and what else it reads\n"

static const Stages stages[LANGUAGE_MAX_] = {
    [LANGUAGE_UNKNOWN] = {UNCHANGED,
                          "COPY --from=builder /app/PROGRAM /usr/local/bin/\n" READS "CMD [\"PROGRAM\", \"ARGUMENT\"]"},
    [LANGUAGE_RUST] = {UNCHANGED, "COPY --from=builder /app/target/release/PROGRAM /usr/local/bin/\n" READS
                                  "CMD [\"PROGRAM\", \"ARGUMENT\"]"},
    [LANGUAGE_GO] = {"# your lines after FROM; in place of go build:\n"
                     "RUN CGO_ENABLED=0 go build -o /usr/local/bin/PROGRAM .",
                     "COPY --from=builder /usr/local/bin/PROGRAM /usr/local/bin/\n" READS
                     "CMD [\"PROGRAM\", \"ARGUMENT\"]"},
    [LANGUAGE_DOTNET] = {"# your lines after FROM; in place of dotnet publish:\n"
                         "RUN dotnet publish -c Release -o /out",
                         "COPY --from=builder /out /app\nCMD [\"dotnet\", \"/app/APP.dll\"]"},
    [LANGUAGE_JAVA] = {UNCHANGED,
                       "COPY --from=builder /app/target/APP.jar /app.jar\nCMD [\"java\", \"-jar\", \"/app.jar\"]"},
    [LANGUAGE_NODE] = {UNCHANGED "; then:\nRUN npm prune --omit=dev",
                       "COPY --from=builder /app/package.json ./\n"
                       "COPY --from=builder /app/node_modules ./node_modules\n"
                       "COPY --from=builder /app/dist ./dist\n"
                       "# COPY --from=builder /app/public ./public, and what else npm start needs"},
    [LANGUAGE_PYTHON] = {"# your lines after FROM up to pip install; in its place:\n"
                         "RUN pip install --no-cache-dir --prefix=/install -r requirements.txt",
                         "COPY --from=builder /install /usr/local\nCOPY . .\n"
                         "# your RUN lines that need the project, such as collectstatic"},
    [LANGUAGE_RUBY] = {UNCHANGED, "COPY --from=builder /usr/local/bundle /usr/local/bundle\n"
                                  "COPY --from=builder /app /app"},
    [LANGUAGE_PHP] = {UNCHANGED, "COPY --from=builder /app /app"},
};

/* What the base of the first stage has and that of the last one has not. The static images of distroless have
 * certificates and need no libraries, and the runtimes of Java and .NET have what a program needs. */
static const char *packages_of(const Subject *s)
{
    switch (s->language) {
    case LANGUAGE_GO:
    case LANGUAGE_DOTNET:
    case LANGUAGE_JAVA:
        return "";
    case LANGUAGE_RUST:
    case LANGUAGE_UNKNOWN:
        return "# RUN: install ca-certificates, and the packages of what ldd PROGRAM lists\n";
    default:
        return "# RUN: install libraries that you built with (libpq5 for libpq-dev)\n";
    }
}

static const char *placeholders(const Stages *lines)
{
    if (strstr(lines->last, "ARGUMENT"))
        return "; PROGRAM is the file that your CMD starts, ARGUMENT what follows it, and /app your WORKDIR";
    if (strstr(lines->last, "dist"))
        return "; /app is your WORKDIR, and dist the directory that npm run build writes";
    return strstr(lines->last, "/app") ? "; /app is your WORKDIR" : "";
}

void advise_stages(const Subject *s, Finding *finding)
{
    const Stages *lines = &stages[s->language];
    cleanup_with(free_charp) char *first = builder_stage(s), *last = last_stage(s);

    finding_advise(finding,
                   "build in a first stage, and copy only what runs into a last one%s:\n"
                   "%s\n%s\n%s\n# your ARG, WORKDIR, ENV, EXPOSE and VOLUME lines\n%s%s\n# your USER line%s",
                   placeholders(lines), first, lines->first, last, packages_of(s), lines->last,
                   strstr(lines->last, "CMD") ? "" : ", ENTRYPOINT and CMD");
}
