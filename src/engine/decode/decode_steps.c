/* SPDX-License-Identifier: MIT */
/* GET /images/NAME/history → what the image was made of, step by step. */
#include <errno.h>

#include "decode.h"
#include <rgc/json_read.h>

int decode_steps(const char *text, size_t length, ImageFacts *ret, Error *err)
{
    json_auto_t *history = json_load_array(text, length, err);
    size_t count = json_array_size(history), i;
    json_t *entry;

    if (!history)
        return -EPROTO;
    uint64_t *steps = xcalloc(count + 1, sizeof(*steps));
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
