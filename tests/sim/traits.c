/* SPDX-License-Identifier: MIT */
/* Traits and properties by their names. */
#include "sim.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *words;
} known[] = {
#define TRAIT(symbol, trait, text) {trait, text},
#include "traits.h"
#undef TRAIT
};

static const char *const properties[] = {
#define PROPERTY(symbol, name) name,
#include "properties.h"
#undef PROPERTY
};

const char *trait_name(Trait trait)
{
    return known[trait].name;
}

const char *trait_words(Trait trait)
{
    return known[trait].words;
}

Trait trait_from_name(const char *name)
{
    Trait trait = 0;
    while (trait < TRAIT_MAX_ && strcmp(known[trait].name, name) != 0)
        trait++;
    return trait;
}

Traits traits_all(void)
{
    Traits all;
    for (Trait trait = 0; trait < TRAIT_MAX_; trait++)
        all.has[trait] = true;
    return all;
}

const char *traits_leave_out(Traits *traits, const char *names)
{
    static char unknown[TEXT_MAX];
    cleanup_with(free_charp) char *copy = xstrdup(names);
    char *rest = NULL;
    for (char *name = strtok_r(copy, ", ", &rest); name; name = strtok_r(NULL, ", ", &rest)) {
        Trait trait = trait_from_name(name);
        if (trait == TRAIT_MAX_) {
            snprintf(unknown, sizeof(unknown), "%s", name);
            return unknown;
        }
        traits->has[trait] = false;
    }
    return NULL;
}

const char *property_name(Property property)
{
    return properties[property];
}
