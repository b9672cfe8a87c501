/* SPDX-License-Identifier: MIT */
/*
 * Finds out how a program starts: user, health check, shell or not, what the entrypoint does. The Docker Engine API has
 * the same "Config" in GET /images/NAME/json and GET /containers/ID/json, so images and containers are read alike.
 */
#include "setup.h"

#include <rgc/image_build.h>
#include <rgc/json_read.h>

#include <errno.h>
#include <string.h>
#include <strings.h>

static const char *word_at(const json_t *list, size_t index)
{
    const char *word = json_string_value(json_array_get(list, index));
    return word ? word : "";
}

static const char *program_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool is_program(const char *word, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(program_of(word), *names) == 0)
            return true;
    return false;
}

/* Returns COMMAND if "/bin/sh -c COMMAND" begins at this word, else NULL. */
static const char *shell_command(const json_t *list, size_t at)
{
    static const char *const shells[] = {"sh", "bash", "ash", "dash", "zsh", NULL};
    const char *option = word_at(list, at + 1);

    return is_program(word_at(list, at), shells) && option[0] == '-' && strchr(option, 'c') ? word_at(list, at + 2)
                                                                                            : NULL;
}

/* Does this command line compile something? Then the image needs its compiler to start. */
static bool builds(const char *text)
{
    static const char *const commands[] = {
        "cargo run",      "cargo build", "go run",       "go build",      "mvn ",           "gradle ",
        "gradlew ",       "dotnet run",  "dotnet watch", "npm run build", "yarn build",     "pnpm build",
        "pnpm run build", "next build",  "bazel run",    "cargo watch",   "yarn run build", "make "};
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strstr(text, commands[i]))
            return true;
    return false;
}

/* Returns all words in one line. Caller frees. */
static char *line_of(const json_t *entrypoint, const json_t *cmd)
{
    const json_t *const lists[] = {entrypoint, cmd};
    char *line = xstrdup("");

    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < json_array_size(lists[i]); j++) {
            char *longer = xasprintf("%s%s ", line, word_at(lists[i], j));
            free(line);
            line = longer;
        }
    return line;
}

static int setup_of_start(const json_t *entrypoint, const json_t *cmd)
{
    static const char *const inits[] = {"tini",       "dumb-init", "tini-static", "catatonit", "docker-init",
                                        "s6-overlay", "init",      "my_init",     NULL};
    static const char *const droppers[] = {"gosu",      "su-exec", "setpriv", "s6-setuidgid", "chpst", "runuser",
                                           "setuidgid", "su",      NULL};
    const json_t *const lists[] = {entrypoint, cmd};
    cleanup_with(free_charp) char *line = line_of(entrypoint, cmd);
    const char *first = word_at(json_array_size(entrypoint) > 0 ? entrypoint : cmd, 0), *dot = strrchr(first, '.');
    bool has_init = false;
    int setup = builds(line) ? SETUP_BUILDS : 0;

    if ((dot && strcmp(dot, ".sh") == 0) || strstr(program_of(first), "entrypoint"))
        setup |= SETUP_SCRIPT;
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < json_array_size(lists[i]); j++) {
            const char *command = shell_command(lists[i], j);
            has_init |= is_program(word_at(lists[i], j), inits);
            if (is_program(word_at(lists[i], j), droppers))
                setup |= SETUP_DROPS_ROOT;
            if (command && strncmp(command + strspn(command, " "), "exec ", 5) != 0 && !strstr(command, "&& exec ") &&
                !strstr(command, "; exec "))
                setup |= SETUP_SHELL_FORM;
        }
    return has_init ? setup & ~SETUP_SHELL_FORM : setup;
}

static int setup_of_user(const char *user)
{
    size_t length = user ? strcspn(user, ":") : 0;

    if (length == 0 || (length == 4 && strncmp(user, "root", 4) == 0) || strspn(user, "0") >= length)
        return SETUP_ROOT;
    return strspn(user, "0123456789") >= length ? 0 : SETUP_NAMED_USER;
}

/* "Test" is ["NONE"], ["CMD", …] or ["CMD-SHELL", …]; if it is missing or empty, there is no health check. */
static int setup_of_health(const json_t *test)
{
    const char *how = word_at(test, 0);

    if (!*how || strcmp(how, "NONE") == 0)
        return 0;
    return SETUP_HEALTH | (strcmp(how, "CMD-SHELL") == 0 ? SETUP_HEALTH_SHELL : 0);
}

/* Splits a command line at its blanks; what follows "sh -c" is one word, as a shell takes it. Caller frees. */
static json_t *words_of(const char *text)
{
    json_t *words = json_array();

    while (*(text += strspn(text, " "))) {
        size_t count = json_array_size(words);
        bool is_shells = count >= 2 && shell_command(words, count - 2);
        size_t length = is_shells ? strlen(text) : strcspn(text, " ");
        json_array_append_new(words, json_stringn_nocheck(text, length));
        text += length;
    }
    return words;
}

/* Podman before 5.0 tells the entrypoint of a container as one text, its words joined by blanks
 * (libpod/container_inspect.go); everybody else tells a list. Caller frees. */
static int get_words(const json_t *config, const char *key, json_t **ret, Error *err)
{
    const json_t *text = json_object_get(config, key);
    json_t *list = NULL;
    int r = json_is_string(text) ? 0 : json_get_array(config, key, &list, err);

    if (r == 0)
        *ret = json_is_string(text) ? words_of(json_string_value(text)) : json_incref(list);
    return r;
}

int decode_setup(const json_t *config, int *ret, Error *err)
{
    json_auto_t *entrypoint = NULL, *cmd = NULL;
    json_t *health, *test = NULL;
    const char *user;
    int r;

    if ((r = json_get_string(config, "User", &user, err)) < 0 ||
        (r = json_get_object(config, "Healthcheck", &health, err)) < 0 ||
        (r = json_get_array(health, "Test", &test, err)) < 0 ||
        (r = get_words(config, "Entrypoint", &entrypoint, err)) < 0 || (r = get_words(config, "Cmd", &cmd, err)) < 0)
        return r;
    *ret = SETUP_KNOWN | setup_of_user(user) | setup_of_health(test) | setup_of_start(entrypoint, cmd);
    return 0;
}

static int decode_log(const json_t *host, int *setup, Error *err)
{
    json_t *log, *options;
    const char *type, *max_size;
    int r;

    if ((r = json_get_object(host, "LogConfig", &log, err)) < 0 || (r = json_get_string(log, "Type", &type, err)) < 0 ||
        (r = json_get_object(log, "Config", &options, err)) < 0 ||
        (r = json_get_string(options, "max-size", &max_size, err)) < 0)
        return r;
    if (type && strcmp(type, "json-file") == 0 && (!max_size || !*max_size || strcmp(max_size, "-1") == 0))
        *setup |= SETUP_UNBOUNDED_LOG;
    return 0;
}

int decode_container_setup(const json_t *object, int *ret, Error *err)
{
    json_t *config, *host;
    const char *users;
    bool has_init;
    int r;

    if ((r = json_get_object(object, "Config", &config, err)) < 0 || (r = decode_setup(config, ret, err)) < 0 ||
        (r = json_get_object(object, "HostConfig", &host, err)) < 0 || (r = decode_log(host, ret, err)) < 0 ||
        (r = json_get_bool(host, "Init", &has_init, err)) < 0 ||
        (r = json_get_string(host, "UsernsMode", &users, err)) < 0)
        return r;
    if (has_init)
        *ret &= ~SETUP_SHELL_FORM;
    if (users && strcmp(users, "host") == 0)
        *ret |= SETUP_HOST_USERS;
    return 0;
}
