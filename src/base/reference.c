/* SPDX-License-Identifier: MIT */
/* The names of images, taken apart by their separators. rgc/reference.h has examples. */
#include <rgc/memory.h>
#include <rgc/reference.h>

#include <rgc/memory.h>
#include <string.h>

#define ID_PREFIX "sha256:"
#define ID_HEX_DIGITS 64

static bool has_prefix(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

/* Finds the ':' before the tag. A ':' that is followed by a '/' belongs to a port. */
static const char *find_tag_separator(const char *s, size_t length)
{
    const char *colon = memrchr(s, ':', length);

    return colon && !memchr(colon, '/', length - (size_t)(colon - s)) ? colon : NULL;
}

char *reference_repository(const char *s)
{
    size_t length;
    const char *colon;

    if (!s || !*s || has_prefix(s, ID_PREFIX) || has_prefix(s, "<none>"))
        return NULL;
    length = strcspn(s, "@");
    colon = find_tag_separator(s, length);
    return xstrndup(s, colon ? (size_t)(colon - s) : length);
}

const char *reference_tag(const char *s)
{
    const char *colon;

    if (!s || has_prefix(s, ID_PREFIX) || strchr(s, '@') || reference_is_none(s))
        return NULL;
    colon = find_tag_separator(s, strlen(s));
    return colon && colon[1] ? colon + 1 : NULL;
}

bool reference_is_id(const char *s)
{
    return s && has_prefix(s, ID_PREFIX) && strlen(s) == strlen(ID_PREFIX) + ID_HEX_DIGITS &&
           strspn(s + strlen(ID_PREFIX), "0123456789abcdef") == ID_HEX_DIGITS;
}

bool reference_is_digest(const char *s)
{
    const char *at = s ? strchr(s, '@') : NULL;

    /* The algorithm may be sha256, sha512 or one to come. */
    return at && at != s && strspn(at + 1, "abcdefghijklmnopqrstuvwxyz0123456789+._-") > 0 && strchr(at + 1, ':');
}

bool reference_is_none(const char *s)
{
    /* No valid reference has a '<', so "blog@<none>" is a placeholder too. */
    return s && strstr(s, "<none>");
}

bool tag_is_moving(const char *tag)
{
    return tag && (strcmp(tag, "latest") == 0 || has_prefix(tag, "latest-"));
}

/* No registry can have a host name that ends with .invalid (RFC 2606). */
#define OWN_REPOSITORY "rgc.invalid/removing"
#define OWN_TAG "rgc-removing-"

char *reference_own_tag(const char *repository, const char *image_id)
{
    const char *digits = has_prefix(image_id, ID_PREFIX) ? image_id + strlen(ID_PREFIX) : image_id;

    return xasprintf("%s:" OWN_TAG "%.12s", repository ? repository : OWN_REPOSITORY, digits);
}

bool reference_is_own_tag(const char *s)
{
    const char *tag = reference_tag(s);

    return tag && has_prefix(tag, OWN_TAG) && strlen(tag) == strlen(OWN_TAG) + 12 &&
           strspn(tag + strlen(OWN_TAG), "0123456789abcdef") == 12;
}

const char *repository_short(const char *repository)
{
    static const char *const prefixes[] = {"index.docker.io/", "docker.io/", "library/"};

    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
        if (has_prefix(repository, prefixes[i]))
            repository += strlen(prefixes[i]);
    return repository;
}
