/* SPDX-License-Identifier: MIT */
#include <rgc/report_json.h>

#include <jansson.h>
#include <limits.h>

static int64_t integer(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static int small_integer(const json_t *object, const char *key)
{
    int64_t value = integer(object, key);

    return value < 0 ? 0 : value > INT_MAX ? INT_MAX : (int)value;
}

static size_t count(const json_t *object, const char *key)
{
    int64_t value = integer(object, key);

    return value > 0 ? (size_t)value : 0;
}

static size_t count_all(const json_t *object)
{
    const char *key;
    json_t *value;
    size_t sum = 0;

    json_object_foreach((json_t *)(uintptr_t)object, key, value) sum += count(object, key);
    return sum;
}

static char *text(const json_t *object, const char *key)
{
    const char *s = json_string_value(json_object_get(object, key));

    return s ? printable(s) : NULL; /* the file may be anything, and this goes to a terminal */
}

static Time time_of(const json_t *object, const char *key)
{
    const char *s = json_string_value(json_object_get(object, key));
    Time t;

    return s && parse_time(s, &t) ? t : 0;
}

/* The fullest one speaks for all. */
static void view_disks(const json_t *disks, SummaryView *view)
{
    size_t index;
    json_t *disk;

    json_array_foreach(disks, index, disk)
    {
        double before = json_number_value(json_object_get(disk, "before_percent"));

        if (before < view->disk_before_percent)
            continue;
        view->disk_before_percent = before;
        view->disk_after_percent = json_number_value(json_object_get(disk, "after_percent"));
        view->disk_available_bytes = integer(disk, "available_bytes");
    }
}

static void view_rollback(const json_t *apps, Strings *ret)
{
    size_t index;
    json_t *item;

    json_array_foreach(apps, index, item)
    {
        cleanup_with(free_charp) char *app = text(item, "app"), *destination = text(item, "destination");
        cleanup_with(free_charp) char *line = NULL;

        if (!app)
            continue;
        line = xasprintf("%s%s%s %d/%d", app, destination ? "/" : "", destination ? destination : "",
                         small_integer(item, "ready"), small_integer(item, "wanted"));
        strings_add(ret, line);
    }
}

bool summary_parse(const char *line, SummaryView *ret)
{
    json_t *summary = json_loads(line, 0, NULL);
    const json_t *removed = json_object_get(summary, "removed");
    const json_t *outcomes = json_object_get(summary, "outcomes");
    const json_t *freed = json_object_get(summary, "freed");
    SummaryView view;

    if (!json_is_object(summary)) {
        json_decref(summary);
        return false;
    }
    view = (SummaryView){
        .number = small_integer(summary, "pass"),
        .passes = small_integer(summary, "passes"),
        .began = time_of(summary, "began"),
        .ended = time_of(summary, "ended"),
        .trigger = text(summary, "trigger"),
        .error = text(summary, "error"),
        .hold = text(summary, "hold"),
        .would_go = count_all(json_object_get(json_object_get(summary, "counts"), "remove")),
        .interrupted = json_is_true(json_object_get(summary, "interrupted")),
        .removed_images = count(removed, "images"),
        .removed_containers = count(removed, "containers"),
        .failed = count(outcomes, "failed") + count(outcomes, "unknown"),
        .freed = {.estimated_bytes = integer(freed, "estimated_bytes"),
                  .engine_bytes = integer(freed, "engine_bytes"),
                  .disk_bytes = integer(freed, "disk_bytes")},
        .next_at = time_of(json_object_get(summary, "next"), "at"),
    };
    view_disks(json_object_get(summary, "disk"), &view);
    view_rollback(json_object_get(summary, "rollback"), &view.rollback);
    json_decref(summary);
    *ret = view;
    return true;
}

void summary_view_clear(SummaryView *view)
{
    free(view->trigger);
    free(view->error);
    free(view->hold);
    strings_clear(&view->rollback);
    *view = (SummaryView){0};
}
