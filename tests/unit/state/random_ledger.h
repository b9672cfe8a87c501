/* SPDX-License-Identifier: MIT */
/* Ledgers with anything in them, the same for the same seed; and their comparison, member by member. */
#pragma once

#include "unit.h"

#include <rgc/ledger.h>

static uint32_t seed;

static inline uint32_t roll(uint32_t sides)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % sides;
}

static inline char *random_text(void)
{
    static const char *const samples[] = {
        "blog",         "r.example:5000/shop/web:v42",          "with \"quotes\" and \\",
        "Grüße 🙂", "a\nline and a \x01 control character", ""};
    return roll(4) == 0 ? NULL : xstrdup(samples[roll(6)]);
}

static inline void random_strings(Strings *list)
{
    for (uint32_t n = roll(4); n > 0; n--) {
        cleanup_with(free_charp) char *text = random_text();

        if (text)
            strings_add(list, text);
    }
}

static inline Time random_time(void)
{
    return roll(3) == 0 ? 0 : (Time)roll(1u << 24) * 123456789;
}

static inline void random_use(Use *use)
{
    use->kind = (AppKind)roll(APP_KIND_MAX_);
    use->app = use->kind == APP_NONE ? NULL : xasprintf("app-%u", roll(9));
    use->destination = random_text();
    use->role = random_text();
    use->version = random_text();
    use->last_created = random_time();
    use->last_started = random_time();
    use->last_run = random_time();
    use->last_ended = random_time();
    use->has_served = roll(2);
    use->has_failed = roll(2);
    use->is_exec = roll(2);
}

static inline void random_image(ImageRecord *record, uint32_t number)
{
    record->id = xasprintf("sha256:%064x", number);
    record->first_seen = random_time();
    record->arrived = random_time();
    record->is_baseline = roll(2);
    record->was_pulled = roll(2);
    record->is_gone = roll(2);
    record->came = random_time();
    record->last_named = random_time();
    record->returned_from = random_time();
    record->returned_until = random_time();
    record->may_have_run = random_time();
    random_strings(&record->tags);
    random_strings(&record->repositories);
    for (uint32_t n = roll(4); n > 0; n--)
        random_use(array_add(&record->uses, &record->n_uses));
}

static inline void random_container(ContainerRecord *record, uint32_t number)
{
    record->id = xasprintf("%064x", number);
    record->state = (ContainerState)roll(STATE_MAX_);
    record->is_settled = roll(2);
    record->run = (Run){.is_known = roll(2),
                        .started = random_time(),
                        .finished = random_time(),
                        .exit_code = (int)roll(300) - 20,
                        .restarts = (int)roll(5),
                        .has_restart_policy = roll(2),
                        .is_auto_remove = roll(2),
                        .was_killed = roll(2)};
}

static inline void random_ledger(Ledger *ledger, uint32_t n_images)
{
    *ledger = (Ledger){.began = random_time(),
                       .trial_until = random_time(),
                       .learned = random_time(),
                       .boot_id = random_text(),
                       .clock_offset_usec = roll(2) ? -random_time() : random_time(),
                       .high_since = random_time(),
                       .passes = (int)roll(1000)};
    for (uint32_t i = 0; i < n_images; i++)
        random_image(array_add(&ledger->images, &ledger->n_images), i);
    for (uint32_t i = 0; i < n_images / 2; i++)
        random_container(array_add(&ledger->containers, &ledger->n_containers), i);
    for (uint32_t i = roll(3); i > 0; i--) {
        Intent *intent = array_add(&ledger->intents, &ledger->n_intents);

        intent->image_id = xasprintf("sha256:%064x", i);
        random_strings(&intent->tags);
    }
    for (uint32_t i = roll(3); i > 0; i--) {
        VolumeRecord *volume = array_add(&ledger->volumes, &ledger->n_volumes);

        volume->name = xasprintf("buildx_buildkit_x%u_state", i);
        volume->alone_since = random_time();
    }
}

static inline void assert_same_text(const char *a, const char *b)
{
    assert_int_equal(!a, !b);
    if (a)
        assert_string_equal(a, b);
}

static inline void assert_same_strings(const Strings *a, const Strings *b)
{
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++)
        assert_string_equal(a->items[i], b->items[i]);
}

#define assert_same(a, b, member) assert_true((a)->member == (b)->member)

static inline void assert_same_use(const Use *a, const Use *b)
{
    assert_same(a, b, kind);
    assert_same_text(a->app, b->app);
    assert_same_text(a->destination, b->destination);
    assert_same_text(a->role, b->role);
    assert_same_text(a->version, b->version);
    assert_same(a, b, last_created);
    assert_same(a, b, last_started);
    assert_same(a, b, last_run);
    assert_same(a, b, last_ended);
    assert_same(a, b, has_served);
    assert_same(a, b, has_failed);
    assert_same(a, b, is_exec);
}

static inline void assert_same_image(const ImageRecord *a, const ImageRecord *b)
{
    assert_string_equal(a->id, b->id);
    assert_same(a, b, first_seen);
    assert_same(a, b, arrived);
    assert_same(a, b, is_baseline);
    assert_same(a, b, was_pulled);
    assert_same(a, b, is_gone);
    assert_same(a, b, came);
    assert_same(a, b, last_named);
    assert_same(a, b, returned_from);
    assert_same(a, b, returned_until);
    assert_same(a, b, may_have_run);
    assert_same_strings(&a->tags, &b->tags);
    assert_same_strings(&a->repositories, &b->repositories);
    assert_same(a, b, n_uses);
    for (size_t i = 0; i < a->n_uses; i++)
        assert_same_use(&a->uses[i], &b->uses[i]);
}

static inline void assert_same_container(const ContainerRecord *a, const ContainerRecord *b)
{
    assert_string_equal(a->id, b->id);
    assert_same(a, b, state);
    assert_same(a, b, is_settled);
    assert_same(a, b, run.is_known);
    assert_same(a, b, run.started);
    assert_same(a, b, run.finished);
    assert_same(a, b, run.exit_code);
    assert_same(a, b, run.restarts);
    assert_same(a, b, run.has_restart_policy);
    assert_same(a, b, run.is_auto_remove);
    assert_same(a, b, run.was_killed);
}

static inline void assert_same_ledger(const Ledger *a, const Ledger *b)
{
    assert_same(a, b, began);
    assert_same(a, b, trial_until);
    assert_same(a, b, learned);
    assert_same_text(a->boot_id, b->boot_id);
    assert_same(a, b, clock_offset_usec);
    assert_same(a, b, high_since);
    assert_same(a, b, passes);
    assert_same(a, b, n_images);
    for (size_t i = 0; i < a->n_images; i++)
        assert_same_image(&a->images[i], &b->images[i]);
    assert_same(a, b, n_containers);
    for (size_t i = 0; i < a->n_containers; i++)
        assert_same_container(&a->containers[i], &b->containers[i]);
    assert_same(a, b, n_intents);
    for (size_t i = 0; i < a->n_intents; i++) {
        assert_string_equal(a->intents[i].image_id, b->intents[i].image_id);
        assert_same_strings(&a->intents[i].tags, &b->intents[i].tags);
    }
    assert_same(a, b, n_volumes);
    for (size_t i = 0; i < a->n_volumes; i++) {
        assert_string_equal(a->volumes[i].name, b->volumes[i].name);
        assert_same(&a->volumes[i], &b->volumes[i], alone_since);
    }
}
