/* SPDX-License-Identifier: MIT */
/* Follows the events and writes them down. rgc/watch.h tells the story: what the claim is, and when it begins anew. */
#include <rgc/clock.h>
#include <rgc/watch.h>

#include <rgc/sightings_file.h>
#include <rgc/watch_file.h>

#include <rgc/events.h>
#include <rgc/host.h>
#include <rgc/ownership.h>
#include <rgc/reference.h>

#include <errno.h>
#include <string.h>

/* An older event comes from the replay, and its name may belong to another image by now. */
#define NAME_IS_TRUE_FOR (10 * USEC_PER_SEC)
/* The most time between the end of the claim and the start of the engine, as when a host restarts. */
#define RESTART_WITHIN (5 * USEC_PER_MINUTE)
#define CLOCK_TOLERANCE (2 * USEC_PER_SEC) /* between the engine's stamps and this clock */
#define WRITE_AGAIN_MS 60000               /* after a line could not be written */
#define CONTAINERS_KNOWN ((size_t)64)      /* the newest containers, whose later events name no image ID */

typedef struct KnownContainer {
    char *id, *image;
} KnownContainer;

typedef struct Watch {
    Engine *engine;
    const WatchCalls *calls;
    WatchFile file;
    SightingsFile sightings;
    WatchClaim claim;
    bool is_connected;
    KnownContainer known[CONTAINERS_KNOWN];
    size_t n_known;  /* ever added: known[] is a ring */
    Time read_until; /* all events up to here have been read */
} Watch;

/* Writes the claim. While a line is owed, or if the claim cannot be written, the claim does not reach up to now. */
static void note(Watch *watch)
{
    watch->claim.is_followed = watch->sightings.owed.count == 0;
    watch_file_write(&watch->file, &watch->claim);
}

static void begin_anew(Watch *watch, Time since)
{
    watch->claim = (WatchClaim){.since = since, .until = since};
    note(watch);
    watch->calls->on_gap(watch->calls->userdata);
}

/* Whether a line is owed. Gives up the claim if one was lost, and its part about this moment while one is owed. */
static bool is_owed(Watch *watch)
{
    if (watch->sightings.has_lost) {
        watch->sightings.has_lost = false;
        begin_anew(watch, wall_clock());
    }
    watch_file_set_followed(&watch->file, watch->sightings.owed.count == 0);
    return watch->sightings.owed.count > 0;
}

/* Whether nothing was used in between because the engine did not run: it knows all since its start, which was soon
 * after the end of the claim. Had it started twice, something may be missing, which that short time makes unlikely. */
static bool is_from_the_start(const WatchClaim *last, const FollowStart *start)
{
    return start->is_all_since_start && start->complete_since - last->until <= RESTART_WITHIN;
}

static void on_connected(const FollowStart *start, void *userdata)
{
    Watch *watch = userdata;
    const WatchClaim last = watch->claim;
    Time now = wall_clock();
    bool is_known = last.since > 0 && last.until <= now + CLOCK_TOLERANCE;
    bool is_unbroken = is_known && start->complete_since <= last.until;
    Time since = is_unbroken || (is_known && is_from_the_start(&last, start)) ? last.since : start->complete_since;

    watch->is_connected = true;
    watch->claim = (WatchClaim){.since = since, .until = now > since ? now : since};
    note(watch);
    watch->calls->on_connected(watch->calls->userdata);
    if (!is_unbroken)
        watch->calls->on_gap(watch->calls->userdata);
}

static void on_unreadable(void *userdata)
{
    begin_anew(userdata, wall_clock());
}

static char *known_image(const Watch *watch, const char *container)
{
    for (size_t i = 0; container && i < CONTAINERS_KNOWN; i++)
        if (watch->known[i].id && strcmp(watch->known[i].id, container) == 0)
            return xstrdup(watch->known[i].image);
    return NULL;
}

static void know_container(Watch *watch, const char *id, const char *image)
{
    KnownContainer *known = &watch->known[watch->n_known++ % CONTAINERS_KNOWN];

    free(known->id);
    free(known->image);
    *known = (KnownContainer){xstrdup(id), xstrdup(image)};
}

/* The ID of the container's image. It never changes, but the image that a name means does, so the engine is asked when
 * the container is created. NULL = not known. Caller frees. */
static char *image_of(Watch *watch, const Event *event)
{
    char *image = known_image(watch, event->container);
    Error ignored;

    if (image || event->kind != EVENT_CREATE || !event->container || !event->image_ref)
        return image;
    if (wall_clock() - event->time > NAME_IS_TRUE_FOR)
        return NULL;
    if (engine_query_image_id(watch->engine, event->image_ref, &image, &ignored) < 0)
        return NULL;
    know_container(watch, event->container, image);
    return image;
}

static char *use_text(const char *s)
{
    return s ? printable(s) : NULL;
}

static void add_use(Watch *watch, const Event *event)
{
    cleanup_with(sighting_clear) Sighting sighting = {
        .what = xstrdup("use"),
        .at = event->time,
        .action = use_text(event->action),
        .image = image_of(watch, event),
        .reference = use_text(event->image_ref),
        .is_ending = event->kind == EVENT_KILL,
        .container = use_text(event->container),
        .name = use_text(event->name),
        .has_exit_code = event->has_exit_code,
        .exit_code = event->exit_code,
    };

    labels_copy(&sighting.labels, &event->labels);
    sightings_file_add(&watch->sightings, &sighting);
}

/* A name of the image if there is one, else its ID. */
static const char *best_name(const Event *event)
{
    const char *best = event->images.count > 0 ? event->images.items[0] : NULL;

    for (size_t i = 0; i < event->images.count; i++)
        if (!reference_is_id(event->images.items[i]))
            best = event->images.items[i];
    return best;
}

static void add_arrival(Watch *watch, const Event *event)
{
    cleanup_with(sighting_clear) Sighting sighting = {.what = xstrdup("arrival"),
                                                      .at = event->time,
                                                      .action = use_text(event->action),
                                                      .is_transfer = event->is_transfer};

    for (size_t i = 0; i < event->images.count; i++) {
        char **to = reference_is_id(event->images.items[i]) ? &sighting.image : &sighting.reference;
        free(*to);
        *to = use_text(event->images.items[i]);
    }
    if (event->images.count > 0)
        sightings_file_add(&watch->sightings, &sighting);
}

static void tell(const Watch *watch, const Event *event)
{
    cleanup_with(free_charp) char *app = owner_claimed_label(&event->labels);
    bool is_arrival = event->kind == EVENT_ARRIVAL;
    WatchEvent told = {.is_arrival = is_arrival,
                       .action = event->action,
                       .reference = is_arrival ? best_name(event) : event->image_ref,
                       .app = app};

    watch->calls->on_event(&told, watch->calls->userdata);
}

static void on_event(const Event *event, void *userdata)
{
    Watch *watch = userdata;

    if (watch->sightings.state && event->kind == EVENT_ARRIVAL)
        add_arrival(watch, event);
    else if (watch->sightings.state)
        add_use(watch, event);
    is_owed(watch);
    tell(watch, event);
}

static int before_wait(void *userdata)
{
    Watch *watch = userdata;

    watch->read_until = wall_clock() - CLOCK_TOLERANCE;
    if (watch->sightings.owed.count == 0)
        return -1;
    sightings_file_write(&watch->sightings);
    return is_owed(watch) ? WRITE_AGAIN_MS : -1;
}

/* The claim also reaches to the last line, which a watcher that was killed has added after its last claim. */
static void look_at_line(const Sighting *sighting, void *userdata)
{
    WatchClaim *claim = userdata;

    if (claim->since > 0 && sighting->at > claim->until)
        *claim = (WatchClaim){.since = claim->since, .until = sighting->at};
}

static int open_files(Watch *watch, StateDirectory *state, Error *err)
{
    if (!state)
        return 0;
    watch->sightings.state = state;
    int r = watch_file_open(state, &watch->file, &watch->claim, err);
    if (r == 0)
        sightings_files_read(state, look_at_line, &watch->claim);
    return r;
}

static void end(Watch *watch, int result)
{
    sightings_file_write(&watch->sightings);
    bool is_whole = watch->sightings.owed.count == 0 && !watch->sightings.has_lost;
    if (watch->is_connected) {
        /* A stream that has ended was read to its end. If watching was stopped, the newest events are unread. */
        Time read = result < 0 ? wall_clock() : watch->read_until;
        Time until = read > watch->claim.since ? read : watch->claim.since;
        WatchClaim last = {.since = watch->claim.since, .until = until};
        watch_file_write(&watch->file, is_whole ? &last : &(WatchClaim){0});
    }
    watch_file_close(&watch->file);
    sightings_file_clear(&watch->sightings);
    for (size_t i = 0; i < CONTAINERS_KNOWN; i++) {
        free(watch->known[i].id);
        free(watch->known[i].image);
    }
}

static int follow(Watch *watch, const Config *config, const WatchOptions *options, Error *err)
{
    const EngineOptions engine_options = {.host = config->host,
                                          .timeout_usec = config->timeout_usec,
                                          .parallel = 1,
                                          .is_interrupted = options->is_interrupted};
    cleanup_with(engine_freep) Engine *engine = NULL;
    int r = engine_open(&engine_options, &engine, err);

    if (r < 0)
        return r == -ECANCELED ? 0 : r;
    watch->engine = engine;
    const FollowOptions follow_options = {
        .since = watch->claim.until <= wall_clock() + CLOCK_TOLERANCE ? watch->claim.until : 0,
        .stop_fd = options->stop_fd,
        .now = wall_clock,
        .on_connected = on_connected,
        .on_event = on_event,
        .on_unreadable = on_unreadable,
        .before_wait = before_wait,
        .userdata = watch,
    };
    return engine_follow(engine, &follow_options, err);
}

int watch_run(const Config *config, const WatchOptions *options, Error *err)
{
    Watch watch = {.calls = options->calls, .file = {.fd = -1, .lock_fd = -1}};
    int r = open_files(&watch, options->state, err);

    if (r < 0) {
        end(&watch, r);
        return r;
    }
    r = follow(&watch, config, options, err);
    end(&watch, r);
    if (r == -EPROTO || r == -EREMOTEIO || r == -EPERM)
        r = -(err->code = ECONNREFUSED); /* whatever the engine answers, it tells no events */
    return r;
}
