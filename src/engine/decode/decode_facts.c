/* SPDX-License-Identifier: MIT */
/* GET /images/NAME/json and GET /images/NAME/history → what the image was made of, and how it was built. */
#include <errno.h>

#include "decode.h"
#include "decode_loaded.h"
#include <rgc/json_read.h>

int decode_facts(const char *text, size_t length, ImageFacts *facts, Error *err)
{
    cleanup_with(image_details_clear) ImageDetails details = {0};
    json_auto_t *object = json_load_object(text, length, err);

    if (!object || decode_loaded_details(object, &details, err) < 0)
        return -EPROTO;
    if (facts->inspected > 0)
        facts->tagged = details.tagged;
    return facts->build ? decode_loaded_build(object, &details, facts->build, err) : 0;
}

static int decode_steps(const json_t *history, ImageFacts *ret, Error *err)
{
    size_t count = json_array_size(history), i;
    uint64_t *steps = xcalloc(count + 1, sizeof(*steps));
    json_t *entry;

    json_array_foreach (history, i, entry) {
        const char *created_by;
        int64_t created, size;

        if (!json_is_object(entry) || json_get_int(entry, "Created", 0, &created, err) < 0 ||
            json_get_int(entry, "Size", 0, &size, err) < 0 ||
            json_get_string(entry, "CreatedBy", &created_by, err) < 0) {
            free(steps);
            return error_set(err, EPROTO, "history: an entry cannot be read");
        }
        steps[count - 1 - i] = image_step(created, created_by, size); /* newest first → base first */
    }
    free(ret->steps);
    ret->steps = steps;
    ret->n_steps = count;
    return 0;
}

int decode_facts_history(const char *text, size_t length, ImageFacts *facts, Error *err)
{
    json_auto_t *history = json_load_array(text, length, err);

    if (!history || decode_steps(history, facts, err) < 0)
        return -EPROTO;
    return facts->build ? decode_loaded_build_steps(history, facts->build, err) : 0;
}
