/* SPDX-License-Identifier: MIT */
/* What `rgc audit` prints, and the hints about large releases in `rgc status`. */
#include "show.h"
#include "texts.h"

#include <rgc/ownership.h>
#include <rgc/saturate.h>

#include <string.h>

#define CHECK_COLUMN 18
#define BYTES_COLUMN 17
#define TEXT_COLUMN (2 + CHECK_COLUMN + BYTES_COLUMN + 1)
/* The most layers that are shown for a finding; the rest is counted. */
#define LAYERS_MAX 8

/* Returns "blog", "shop/staging", or the tag if it is one image. Caller frees. */
static char *title_of(const Audited *audited)
{
    return audited->app ? owner_label(audited->app->name, audited->app->destination) : image_label(audited->image);
}

static void show_head(const Screen *screen, const Audited *audited)
{
    char bytes[TEXT_MAX], least[TEXT_MAX];
    cleanup_with(free_charp) char *title = title_of(audited);
    cleanup_with(free_charp) char *count =
        audited->app ? xasprintf("%zu release%s, ", audited->n_releases, plural(audited->n_releases)) : xstrdup("");
    bool is_less = audited_could_save(audited) > audited->bytes / 100;

    screen_say(screen, 0, COLOR_TITLE, "%-11s %s%s on this host%s%s", title, count, format_bytes(bytes, audited->bytes),
               is_less ? "; could be about " : "", is_less ? format_bytes(least, audited->could_be_bytes) : "");
}

static void show_limits(const Screen *screen, const Audited *audited)
{
    if (!audited->is_known)
        screen_say(screen, 2, COLOR_WAIT,
                   "the engine does not report how it was built, so rgc judges only how it runs");
    else if (audited->is_left_to_others)
        screen_say(screen, 2, COLOR_PLAIN,
                   "others make this image, so rgc judges only what its containers leave on this host");
    else if (!audited->has_dockerfile)
        screen_say(screen, 2, COLOR_PLAIN, "it was not made from a Dockerfile, so rgc gives no advice about one");
    if (audited->is_known && !audited->knows_sizes)
        screen_say(screen, 2, COLOR_WAIT,
                   "this engine does not report how large its layers are, so some findings have no bytes");
    if (audited->n_findings == 0)
        screen_say(screen, 2, COLOR_KEEP, "nothing to change");
}

/* Returns "310 MB x 4", "up to 40 MB x 1", or "" for a finding without bytes. Caller frees. */
static char *bytes_text(const Finding *finding)
{
    char bytes[TEXT_MAX];

    if (finding->bytes < 0)
        return xstrdup("");
    format_bytes(bytes, finding->bytes);
    return finding->is_exact ? xasprintf("%s x %zu", bytes, finding->count)
                             : xasprintf("up to %s x %zu", bytes, finding->count);
}

/* A layer that several releases share is shown once. */
static bool is_shown_before(const Finding *finding, size_t index)
{
    const FindingLayer *layer = &finding->layers[index];
    for (size_t i = 0; i < index; i++)
        if (layer->digest && same_text(finding->layers[i].digest, layer->digest))
            return true;
    return false;
}

static void show_layers(const Screen *screen, const Audited *audited, const Finding *finding)
{
    size_t shown = 0, more = 0;

    for (size_t i = 0; i < finding->n_layers; i++) {
        const FindingLayer *layer = &finding->layers[i];
        const AuditedRelease *release = &audited->releases[layer->release];
        char bytes[TEXT_MAX];
        if (is_shown_before(finding, i))
            continue;
        if (++shown > LAYERS_MAX) {
            more++;
            continue;
        }
        cleanup_with(free_charp) char *digest = layer->digest ? short_id(layer->digest) : xstrdup("?");
        cleanup_with(free_charp) char *label =
            release->version ? xstrdup(release->version) : image_label(release->image);
        screen_hang(screen, 6, TEXT_COLUMN, "%-12s %9s  %s  %s", label, format_bytes(bytes, layer->bytes), digest,
                    layer->gist);
    }
    if (more > 0)
        screen_say(screen, 6, COLOR_PLAIN, "and %zu more", more);
}

/* Several checks may advise the same lines, such as two stages. Returns the finding that has shown them, or NULL. */
static const Finding *find_same_lines(const Audited *audited, const Finding *finding)
{
    if (!strchr(finding->remedy, '\n'))
        return NULL;
    for (const Finding *before = audited->findings; before < finding; before++)
        if (same_text(before->remedy, finding->remedy))
            return before;
    return NULL;
}

/* What is the matter, then the first line of the remedy in the same paragraph, then its lines for the Dockerfile as they
 * are pasted. */
static void show_finding(const Screen *screen, const Audited *audited, const Finding *finding, bool with_layers)
{
    cleanup_with(free_charp) char *bytes = bytes_text(finding);
    cleanup_with(free_charp) char *column =
        xasprintf("%*s%s", (int)(BYTES_COLUMN > text_width(bytes) ? BYTES_COLUMN - text_width(bytes) : 0), "", bytes);
    const Finding *before = find_same_lines(audited, finding);
    cleanup_with(free_charp) char *remedy =
        before ? xasprintf("see %s above", check_spec(before->check)->name) : xstrdup(finding->remedy);
    char *lines = remedy, *first = strsep(&lines, "\n");

    screen_hang(screen, 2, TEXT_COLUMN + 2, "%-*s%s   %s: %s", CHECK_COLUMN, check_spec(finding->check)->name, column,
                finding->text, first);
    for (const char *line = strsep(&lines, "\n"); line; line = strsep(&lines, "\n"))
        screen_hang(screen, 6, 10, "%s", line);
    if (with_layers)
        show_layers(screen, audited, finding);
}

static void show_legend(const Screen *screen)
{
    fputc('\n', screen->out);
    screen_say(
        screen, 0, COLOR_PLAIN,
        "For example, \"18 MB x 4\" means that each of 4 releases stores 18 MB of its own. Sizes of findings may "
        "overlap. What only a first stage stores is not shipped. Build and "
        "try each change before you deploy it. Not checked: known vulnerabilities (trivy finds them) and what is "
        "in the files (dive shows that).");
}

void show_audit(const Screen *screen, const Audited *const *apps, size_t count, bool with_layers)
{
    if (count == 0)
        screen_say(screen, 0, COLOR_PLAIN, "No app has releases here. rgc audit IMAGE looks at one image.");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            fputc('\n', screen->out);
        show_head(screen, apps[i]);
        show_limits(screen, apps[i]);
        for (size_t j = 0; j < apps[i]->n_findings; j++)
            show_finding(screen, apps[i], &apps[i]->findings[j], with_layers);
    }
    if (count > 0)
        show_legend(screen);
}

void list_audit_hints(const Pass *pass, Strings *ret)
{
    int64_t disk = 0;

    for (size_t i = 0; i < pass->snapshot.n_disks; i++)
        if (!pass->snapshot.disks[i].has_no_images)
            saturating_grow(&disk, pass->snapshot.disks[i].total_bytes);
    for (size_t i = 0; disk > 0 && i < pass->audit.n_apps; i++) {
        const Audited *audited = &pass->audit.apps[i];
        char saves[TEXT_MAX], bytes[TEXT_MAX];
        if (audited_could_save(audited) <= disk / 10)
            continue;
        cleanup_with(free_charp) char *title = title_of(audited);
        cleanup_with(free_charp) char *hint =
            xasprintf("%s could save %s of its %s: rgc audit %s", title,
                      format_bytes(saves, audited_could_save(audited)), format_bytes(bytes, audited->bytes), title);
        strings_add(ret, hint);
    }
}
