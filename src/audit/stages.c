/* SPDX-License-Identifier: MIT */
/*
 * The lines of a Dockerfile with two stages, by the language of the image. They are apart from the checks because
 * several checks advise the same two stages. Whoever follows the lines must get an image that starts
 * (tests/unit/audit/audit_remedies.c): so a first stage begins with the base that the image has now, if that one is on
 * this host, and a last stage keeps an interpreter that the program needs.
 */
#include "checks.h"

#include <string.h>

bool is_compiled(const Subject *s)
{
    return s->language >= LANGUAGE_RUST && s->language <= LANGUAGE_JAVA;
}

const char *build_command(const Subject *s)
{
    static const char *const commands[LANGUAGE_MAX_] = {
        [LANGUAGE_UNKNOWN] = "make",
        [LANGUAGE_RUST] = "cargo build --release",
        [LANGUAGE_GO] = "CGO_ENABLED=0 go build -o /app .",
        [LANGUAGE_DOTNET] = "dotnet publish -c Release -o /out",
        [LANGUAGE_JAVA] = "mvn package",
        [LANGUAGE_NODE] = "npm run build",
        [LANGUAGE_PYTHON] = "pip install --prefix=/install -r requirements.txt",
        [LANGUAGE_RUBY] = "bundle install",
        [LANGUAGE_PHP] = "composer install --no-dev",
    };
    return commands[s->language];
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

char *builder_stage(const Subject *s)
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

const char *copy_of_result(const Subject *s)
{
    static const char *const lines[LANGUAGE_MAX_] = {
        [LANGUAGE_UNKNOWN] = "COPY --from=builder /app/PROGRAM /usr/local/bin/, CMD [\"PROGRAM\"]",
        [LANGUAGE_RUST] = "COPY --from=builder /app/target/release/PROGRAM /usr/local/bin/, CMD [\"PROGRAM\"]",
        [LANGUAGE_GO] = "COPY --from=builder /app /app, CMD [\"/app\"]",
        [LANGUAGE_DOTNET] = "COPY --from=builder /out /app, CMD [\"dotnet\", \"/app/APP.dll\"]",
        [LANGUAGE_JAVA] = "COPY --from=builder /app/target/APP.jar /app.jar, CMD [\"java\", \"-jar\", \"/app.jar\"]",
        [LANGUAGE_NODE] = ("COPY package.json package-lock.json ./, RUN npm ci --omit=dev && npm cache clean --force, "
                           "COPY --from=builder /app/dist ./dist"),
        [LANGUAGE_PYTHON] = "COPY --from=builder /install /usr/local, COPY . .",
        [LANGUAGE_RUBY] = "COPY --from=builder /usr/local/bundle /usr/local/bundle, COPY --from=builder /app /app",
        [LANGUAGE_PHP] = "COPY --from=builder /app /app",
    };
    return lines[s->language];
}
