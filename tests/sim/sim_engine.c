/* SPDX-License-Identifier: MIT */
/* What an engine does when it is told to, on both stores. */
#include "sim_engine.h"

#include <rgc/reference.h>
#include <stdio.h>
#include <string.h>

void engine_make_id(World *w, char *ret, size_t size, const char *prefix)
{
    uint64_t n = ++w->numbers;
    snprintf(ret, size, "%s%016llx%016llx%016llx%016llx", prefix, (unsigned long long)mix(n, 1),
             (unsigned long long)mix(n, 2), (unsigned long long)mix(n, 3), (unsigned long long)mix(n, 4));
}

int engine_new_image(World *w, const char *story, int owner, int parent)
{
    SimImage *image = array_add(&w->images, &w->n_images);
    *image = (SimImage){
        .story = xstrdup(story), .owner = owner, .parent = parent, .seen_gen = -1, .parent_gen = -1, .steps_gen = -1};
    engine_make_id(w, image->id, sizeof(image->id), "sha256:");
    if (parent >= 0)
        labels_copy(&image->labels, &w->images[parent].labels);
    /* Build dates say nothing: some builds claim 1970, some come from last year.
     */
    uint32_t n = roll(w, 10);
    image->built = n == 0 ? 0 : n == 1 ? w->now - DAYS(400) : w->now + w->clock_error - MINUTES(2);
    image->size_bytes = 100000000 + roll(w, 100000000);
    return (int)(w->n_images - 1);
}

SimEvent *engine_note(World *w, const char *reference)
{
    SimEvent *event = array_add(&w->events, &w->n_events);
    *event = (SimEvent){.at = stamp_now(w), .reference = xstrdup(reference), .image = -1, .container = -1};
    return event;
}

static void note_arrival(World *w, int image, const char *reference, const char *action)
{
    SimEvent *event = engine_note(w, reference);
    event->image = image;
    event->action = action;
    event->is_pull = strcmp(action, "pull") == 0;
    event->is_transfer = event->is_pull || strcmp(action, "load") == 0;
}

static void forget_digests(World *w, SimImage *image)
{
    if (image->tags.count == 0 && w->store == STORE_CONTAINERD)
        strings_clear(&image->digests);
}

/* Who builds under a tag on the containerd store leaves nothing of what had it,
 * even if a container uses that. */
static void take_tag(World *w, int to, const char *tag, bool is_build)
{
    int from = find_tag(w, tag);
    if (from == to)
        return;
    if (from >= 0) {
        strings_drop(&w->images[from].tags, tag);
        forget_digests(w, &w->images[from]);
        if (is_build && w->store == STORE_CONTAINERD && w->images[from].tags.count == 0)
            w->images[from].is_here = false;
    }
    strings_add_unique(&w->images[to].tags, tag);
}

static void come(World *w, int image, bool has_come)
{
    SimImage *i = &w->images[image];
    i->arrived = stamp_now(w);
    i->arrival_known = false;
    if (has_come || !i->is_here)
        i->came = stamp_now(w);
    i->is_here = true;
}

static void add_digest(SimImage *image, const char *repository)
{
    cleanup_with(free_charp) char *digest = xasprintf("%s@%s", repository, image->id);
    strings_add_unique(&image->digests, digest);
}

void engine_pull(World *w, int image, const char *tag)
{
    cleanup_with(free_charp) char *repository = reference_repository(tag);
    come(w, image, true);
    take_tag(w, image, tag, false);
    add_digest(&w->images[image], repository);
    note_arrival(w, image, tag, "pull");
}

void engine_pull_digest(World *w, int image, const char *repository)
{
    come(w, image, true);
    add_digest(&w->images[image], repository);
    note_arrival(w, image, w->images[image].digests.items[0], "pull");
}

void engine_build(World *w, int image, const char *tag)
{
    cleanup_with(free_charp) char *repository = reference_repository(tag);
    come(w, image, true);
    w->images[image].is_built_here = true;
    take_tag(w, image, tag, true);
    if (w->store == STORE_CONTAINERD)
        add_digest(&w->images[image], repository);
    note_arrival(w, image, tag, "tag");
}

void engine_tag(World *w, int image, const char *tag)
{
    cleanup_with(free_charp) char *repository = reference_repository(tag);
    bool is_new = !strings_contain(&w->images[image].tags, tag);
    come(w, image, false);
    take_tag(w, image, tag, false);
    if (w->store == STORE_CONTAINERD && is_new)
        add_digest(&w->images[image], repository);
    note_arrival(w, image, tag, "tag");
}

void engine_commit(World *w, int container, int image, const char *tag)
{
    engine_tag(w, image, tag);
    w->images[image].is_committed = true;
    w->images[image].came = w->images[image].arrived;
    SimEvent *event = engine_note(w, tag);
    event->image = image;
    event->container = container;
    event->action = "commit";
    event->is_commit = true;
}

void engine_load(World *w, int image, const char *tag)
{
    cleanup_with(free_charp) char *repository = reference_repository(tag);
    come(w, image, true);
    take_tag(w, image, tag, false);
    if (w->store == STORE_CONTAINERD)
        add_digest(&w->images[image], repository);
    note_arrival(w, image, w->images[image].id, "load");
}

static void drop_repository_digests(SimImage *image, const char *tag)
{
    cleanup_with(free_charp) char *repository = reference_repository(tag);
    cleanup_with(strings_clear) Strings kept = {0};
    for (size_t i = 0; i < image->tags.count; i++) {
        cleanup_with(free_charp) char *other = reference_repository(image->tags.items[i]);
        if (strcmp(other, repository) == 0)
            return;
    }
    for (size_t i = 0; i < image->digests.count; i++) {
        cleanup_with(free_charp) char *other = reference_repository(image->digests.items[i]);
        if (strcmp(other, repository) != 0)
            strings_add(&kept, image->digests.items[i]);
    }
    strings_clear(&image->digests);
    image->digests = kept;
    kept = (Strings){0};
}

static bool is_running(const World *w, int image)
{
    for (size_t i = 0; i < w->n_containers; i++)
        if (is_live(&w->containers[i]) && w->containers[i].image == image)
            return true;
    return false;
}

void engine_delete(World *w, int image)
{
    SimImage *i = &w->images[image];
    i->is_here = false;
    strings_clear(&i->tags);
    strings_clear(&i->digests);
}

/* `docker rmi TAG`, forced as by Kamal before it pulls. False: refused. */
bool engine_untag(World *w, const char *tag, bool is_forced)
{
    int image = find_tag(w, tag);
    if (image < 0)
        return false;
    SimImage *i = &w->images[image];
    if (i->tags.count == 1 && is_used(w, image) && !is_forced)
        return false;
    strings_drop(&i->tags, tag);
    drop_repository_digests(i, tag);
    forget_digests(w, i);
    bool is_in_use = is_running(w, image) || (is_used(w, image) && w->store == STORE_CONTAINERD);
    if (i->tags.count == 0 && !is_in_use)
        engine_delete(w, image);
    return true;
}
