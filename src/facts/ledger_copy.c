/* SPDX-License-Identifier: MIT */
/* A copy of a whole ledger, for a pass whose clock cannot be trusted. A new member that owns
 * something must be added here as well as in ledger.c, which frees it. */
#include <rgc/ledger.h>

#include <string.h>

/* Copies the items byte by byte; the caller then copies what they own. The copy may grow as the original may. */
static void *copy_items(const void *items, size_t count, size_t size)
{
    void *copy = NULL;
    for (size_t n = 0; n < count;) {
        const char *item = (const char *)items + n * size;
        memcpy(array_grow_(&copy, &n, size), item, size);
    }
    return copy;
}

static void own_text(char **text)
{
    *text = xstrdup(*text);
}

static void own_strings(Strings *list)
{
    Strings copy = {0};
    strings_copy(&copy, list);
    *list = copy;
}

static void own_use(Use *use)
{
    own_text(&use->app);
    own_text(&use->folder);
    own_text(&use->destination);
    own_text(&use->role);
    own_text(&use->version);
    own_text(&use->name);
    own_strings(&use->repositories);
}

static void own_image(ImageRecord *record)
{
    own_text(&record->id);
    own_strings(&record->tags);
    own_strings(&record->repositories);
    own_strings(&record->references);
    own_strings(&record->named_in);
    record->uses = copy_items(record->uses, record->n_uses, sizeof(*record->uses));
    for (size_t i = 0; i < record->n_uses; i++)
        own_use(&record->uses[i]);
}

static void own_container(ContainerRecord *record)
{
    own_text(&record->id);
    own_text(&record->image);
    own_text(&record->name);
    own_text(&record->reference);
}

static void own_lists(Ledger *ledger)
{
    ledger->images = copy_items(ledger->images, ledger->n_images, sizeof(*ledger->images));
    for (size_t i = 0; i < ledger->n_images; i++)
        own_image(&ledger->images[i]);
    ledger->containers = copy_items(ledger->containers, ledger->n_containers, sizeof(*ledger->containers));
    for (size_t i = 0; i < ledger->n_containers; i++)
        own_container(&ledger->containers[i]);
    ledger->intents = copy_items(ledger->intents, ledger->n_intents, sizeof(*ledger->intents));
    for (size_t i = 0; i < ledger->n_intents; i++) {
        own_text(&ledger->intents[i].image_id);
        own_strings(&ledger->intents[i].tags);
    }
    ledger->volumes = copy_items(ledger->volumes, ledger->n_volumes, sizeof(*ledger->volumes));
    for (size_t i = 0; i < ledger->n_volumes; i++)
        own_text(&ledger->volumes[i].name);
    ledger->gaps.items = copy_items(ledger->gaps.items, ledger->gaps.count, sizeof(*ledger->gaps.items));
    ledger->steps.items = copy_items(ledger->steps.items, ledger->steps.count, sizeof(*ledger->steps.items));
}

void ledger_copy(Ledger *ret, const Ledger *from)
{
    *ret = *from;
    ret->stored = NULL;
    own_text(&ret->boot_id);
    own_text(&ret->doubt.boot_id);
    own_lists(ret);
}
