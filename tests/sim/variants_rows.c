/* SPDX-License-Identifier: MIT */
/* A row that cannot be read, that claims what it is not, or that has another name. */
#include "variants.h"

#include <string.h>

/* In an app's own repository the label is what makes a release. */
static bool is_in_repository_of_app(const World *w, int image)
{
    for (size_t i = 0; i < w->images[image].tags.count; i++)
        for (size_t j = 0; j < w->n_apps; j++) {
            size_t length = strlen(w->apps[j].repository);
            const char *tag = w->images[image].tags.items[i];
            if (strncmp(tag, w->apps[j].repository, length) == 0 && tag[length] == ':')
                return true;
        }
    return false;
}

void variant_relabelled(const Variant *v)
{
    World *w = v->w;
    Look look = LOOK_PLAIN;
    int container = variant_container(v), image = w->n_images > 0 ? (int)roll(w, (uint32_t)w->n_images) : -1;
    bool is_container = chance(w, 50);
    if (is_container && container >= 0 && w->containers[container].app < 0) {
        look.relabelled_container = container;
        cleanup_with(free_charp) char *how =
            xasprintf("when %s has labels service and role", w->containers[container].name);
        variant_look(v, &look, how);
    } else if (!is_container && image >= 0 && w->images[image].owner < 0 && !is_in_repository_of_app(w, image)) {
        look.relabelled_image = image;
        cleanup_with(free_charp) char *how = xasprintf("when %s has labels service and role", image_label(w, image));
        variant_look(v, &look, how);
    }
}

/* Of an image that an app has run what its containers are says more than its own labels; but where it has not run it, the
 * label is what makes it a release, and what else is run of it has the label too. */
static bool says_its_label_little(const World *w, int image)
{
    int owner = w->images[image].owner;
    bool has_run = owner < 0;
    if (owner < 0 && w->images[image].labels.service)
        return false; /* it would no longer claim what it does */
    for (size_t i = 0; owner >= 0 && i < w->n_apps; i++)
        if ((int)i != owner && w->apps[i].group == w->apps[owner].group)
            return false; /* by its label it may be on its way to another destination */
    for (size_t i = 0; i < w->n_containers; i++) {
        const SimContainer *c = &w->containers[i];
        bool is_own = c->app >= 0 && c->app == owner && !c->is_exec;
        if (c->image == image && !is_own)
            return false;
        has_run |= c->image == image && c->seen_gen == w->gen;
    }
    return has_run;
}

void variant_labelled(const Variant *v)
{
    World *w = v->w;
    Look look = LOOK_PLAIN;
    int image = w->n_images > 0 ? (int)roll(w, (uint32_t)w->n_images) : -1;
    bool is_keep = chance(w, 50);
    if (image < 0 || (!is_keep && !says_its_label_little(w, image)))
        return;
    look.claimed_service = "intranet";
    *(is_keep ? &look.kept_image : &look.claimed_image) = image;
    cleanup_with(free_charp) char *how =
        xasprintf("when %s has the label %s", image_label(w, image), is_keep ? "rgc.keep=true" : "service=intranet");
    variant_look(v, &look, how);
}

void variant_restarted(const Variant *v)
{
    int container = variant_container(v);
    if (container < 0 || !is_live(&v->w->containers[container]))
        return;
    Look look = LOOK_PLAIN;
    look.restarted_container = container;
    cleanup_with(free_charp) char *how = xasprintf("when %s has been restarted", v->w->containers[container].name);
    variant_look(v, &look, how);
}

void variant_odd_rows(const Variant *v)
{
    World *w = v->w;
    Look look = LOOK_PLAIN;
    Round other;
    int container = variant_container(v), image = w->n_images > 0 ? (int)roll(w, (uint32_t)w->n_images) : -1;
    uint32_t kind = roll(w, 3);
    if (kind == 0 && image >= 0) {
        look.unreadable_image = image;
        cleanup_with(free_charp) char *how = xasprintf("when the row of %s cannot be read", image_label(w, image));
        variant_look(v, &look, how);
    } else if (kind == 1 && container >= 0) {
        look.unreadable_container = container;
        cleanup_with(free_charp) char *how =
            xasprintf("when the row of %s cannot be read", w->containers[container].name);
        variant_look(v, &look, how);
    } else if (kind == 2) {
        look.has_hidden_row = true;
        round_make(w, &look, &w->policy, v->ledger, v->size, &other);
        const Round nothing = {0};
        const Variant strict = {.w = w, .pass = &nothing};
        variant_compare(&strict, &other, "although a row may hide any use");
        round_clear(&other);
    }
}

void variant_renamed(const Variant *v)
{
    int container = variant_container(v);
    if (container < 0 || !is_live(&v->w->containers[container]) ||
        !v->w->containers[container].labels.compose_project || v->w->containers[container].app < 0)
        return;
    Look look = LOOK_PLAIN, later = LOOK_PLAIN;
    Round other, others;
    look.renamed_container = container;
    later.later = v->w->policy.retention.quiet_usec + MINUTES(1); /* by its old name it is not being deployed */
    round_make(v->w, &look, &v->w->policy, v->ledger, v->size, &other);
    round_make(v->w, &later, &v->w->policy, v->ledger, v->size, &others);
    const Variant wider = {.w = v->w, .pass = v->pass, .others = &others, .n_others = 1};
    variant_compare(&wider, &other, "when its Compose project is renamed");
    round_clear(&other);
    round_clear(&others);
}
