/* SPDX-License-Identifier: MIT */
/*
 * Finds variables that have a password, by their names. The value is looked at only to leave out what is none, such as
 * an empty text, a switch or another variable, and is not kept.
 */
#include "created_by.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define NAME_MAX_LENGTH 64
#define SECRETS_MAX 32

static bool ends_with(const char *name, const char *end)
{
    size_t length = strlen(name), n = strlen(end);
    return length >= n && strcasecmp(name + length - n, end) == 0;
}

/* The end of a name says what the variable has: a name that ends with TOKEN is one, TOKEN_EXPIRY is none. */
static bool is_secret_name(const char *name)
{
    static const char *const ends[] = {
        "PASSWORD",    "PASSWD",      "PASSPHRASE",  "SECRET",      "TOKEN",        "API_KEY",
        "APIKEY",      "SECRET_KEY",  "PRIVATE_KEY", "ACCESS_KEY",  "MASTER_KEY",   "ENCRYPTION_KEY",
        "CREDENTIALS", "SIGNING_KEY", "KEY_BASE",    "SECRET_BASE", "DATABASE_URL", "_PASS",
    };

    if (ends_with(name, "GPG_KEY") || strcasestr(name, "PUBLIC"))
        return false;
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
        if (ends_with(name, ends[i]))
            return true;
    return false;
}

/* Can this value be a password? "$VAR" belongs to another variable; an empty text, a switch or a number such as 0 is
 * none; a DATABASE_URL is one only if it has a user in it. */
static bool is_value(const char *name, const char *value)
{
    static const char *const none[] = {"", "true", "false", "yes", "no", "0", "1", "null", "none"};
    size_t length;

    while (*value == '"' || *value == '\'')
        value++;
    length = strcspn(value, "\"'");
    if (*value == '$')
        return false;
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        if (strlen(none[i]) == length && strncasecmp(value, none[i], length) == 0)
            return false;
    return !ends_with(name, "DATABASE_URL") || (strstr(value, "://") && strchr(value, '@'));
}

void note_secret(const char *where, const char *assignment, Strings *secrets)
{
    const char *equals = strchr(assignment, '=');
    size_t length = equals ? (size_t)(equals - assignment) : 0;

    if (length == 0 || length > NAME_MAX_LENGTH || secrets->count >= SECRETS_MAX)
        return;
    cleanup_with(free_charp) char *name = xstrndup(assignment, length);
    for (const char *c = name; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '_')
            return;
    if (!is_secret_name(name) || !is_value(name, equals + 1))
        return;
    cleanup_with(free_charp) char *found = xasprintf("%s %s", where, name);
    strings_add_unique(secrets, found);
}
