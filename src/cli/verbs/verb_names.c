/* SPDX-License-Identifier: MIT */
/*
 * `rgc names KINDS`: what a shell may complete, one name on each line, as the other commands print the names. It makes
 * no plan, so that nobody has to wait after pressing a key.
 */
#include "cli/session.h"

#include <rgc/engine.h>
#include <rgc/labels.h>
#include <rgc/ownership.h>
#include <rgc/reference.h>
#include <string.h>

/* A shell expands what it is offered, and labels may have any text: so only names without a special character are
 * offered. */
static bool is_safe(const char *name)
{
    static const char safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/:@-";
    return name[0] && name[0] != '-' && name[strspn(name, safe)] == '\0';
}

static void offer(Strings *names, const char *name)
{
    if (name && is_safe(name))
        strings_add_unique(names, name);
}

static void offer_apps(const Ledger *ledger, const Snapshot *snapshot, Strings *ret)
{
    for (size_t i = 0; i < snapshot->n_containers; i++) {
        cleanup_with(free_charp) char *claimed = owner_claimed_label(&snapshot->containers[i].labels);
        offer(ret, claimed);
    }
    for (size_t i = 0; i < snapshot->n_images; i++) {
        const ImageRecord *record = ledger_image(ledger, snapshot->images[i].id);
        for (size_t j = 0; record && j < record->n_uses; j++) {
            const Use *use = &record->uses[j];
            cleanup_with(free_charp) char *label =
                use->kind != APP_NONE && use->app ? owner_label(use->app, use->destination) : NULL;
            offer(ret, label);
        }
    }
}

static void offer_images(const Snapshot *snapshot, Strings *ret)
{
    for (size_t i = 0; i < snapshot->n_images; i++) {
        const Image *image = &snapshot->images[i];
        cleanup_with(free_charp) char *label = image->tags.count == 0 ? image_label(image) : NULL;
        offer(ret, label);
        for (size_t j = 0; j < image->tags.count; j++)
            offer(ret, repository_short(image->tags.items[j]));
    }
}

static int look(const Config *config, Snapshot *ret, Error *err)
{
    cleanup_with(engine_freep) Engine *engine = NULL;
    EngineOptions options = {.host = config->host, .timeout_usec = config->timeout_usec};
    int r = engine_open(&options, &engine, err);
    if (r == 0)
        r = engine_query_images(engine, false, ret, err);
    if (r == 0)
        r = engine_query_containers(engine, ret, err);
    for (size_t i = 0; r == 0 && i < ret->n_images; i++)
        image_set_aside_own_tags(&ret->images[i]);
    return r;
}

/* Without a ledger, only the labels of containers name apps. */
static void read_ledger(Session *session, Ledger *ret)
{
    Error ignored = {0};
    bool found = false;
    char *note = NULL;
    session_open_state(session);
    if (session->state)
        (void)ledger_load(session->state, ret, &found, &note, &ignored);
    free(note);
}

int verb_names(Session *session)
{
    Error err = {0};
    const char *kinds = session->arguments.operand;
    cleanup_with(snapshot_clear) Snapshot snapshot = {0};
    cleanup_with(strings_clear) Strings names = {0};
    Ledger ledger = {0};
    if (look(&session->config, &snapshot, &err) < 0)
        return fail_with(&err);
    read_ledger(session, &ledger);
    if (strstr(kinds, "APP"))
        offer_apps(&ledger, &snapshot, &names);
    if (strstr(kinds, "IMAGE"))
        offer_images(&snapshot, &names);
    for (size_t i = 0; strstr(kinds, "CONTAINER") && i < snapshot.n_containers; i++)
        offer(&names, snapshot.containers[i].name);
    for (size_t i = 0; i < names.count; i++)
        fprintf(session->screen.out, "%s\n", names.items[i]);
    ledger_clear(&ledger);
    return EXIT_DONE;
}
