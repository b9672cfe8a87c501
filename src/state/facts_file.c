/* SPDX-License-Identifier: MIT */
/*
 * facts.jsonl: what images were made of. How an image was built is the larger half of a line and decides nothing, so a
 * file that grows beyond half its bound has lines without it. tests/unit/state/facts_file.c tests damage and bounds.
 */
#include <rgc/facts_file.h>

#include "build_line.h"
#include <rgc/json_values.h>
#include <rgc/lines.h>
#include <rgc/memory_stream.h>
#include <rgc/state_directory.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define FACTS_FILE "facts.jsonl"
#define FACTS_LIMIT ((size_t)32 << 20)
#define IMAGE_STEPS_MAX 1000           /* engines allow some hundred layers */
#define BUILDS_LIMIT (FACTS_LIMIT / 2) /* beyond this, lines have no build: rgc asks for it again */

typedef struct FactsLine {
    char *id;
    Time asked;
    Strings steps; /* in hexadecimal digits */
    Time inspected, tagged;
    bool was_build_asked;
    BuildLine build;
} FactsLine;

static const Field fields[] = {
    {"image", FIELD_ID, offsetof(FactsLine, id)},
    {"asked", FIELD_TIME, offsetof(FactsLine, asked)},
    {"steps", FIELD_STRINGS, offsetof(FactsLine, steps)},
    {"inspected", FIELD_TIME, offsetof(FactsLine, inspected)},
    {"tagged", FIELD_TIME, offsetof(FactsLine, tagged)},
    {"build_asked", FIELD_BOOL, offsetof(FactsLine, was_build_asked)},
    BUILD_FIELDS(FactsLine, build),
};
#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))

static void line_clear(FactsLine *line)
{
    free(line->id);
    strings_clear(&line->steps);
    build_line_clear(&line->build);
}

static bool parse_step(const char *text, uint64_t *ret)
{
    if (strlen(text) != 16 || strspn(text, "0123456789abcdef") != 16)
        return false;
    *ret = strtoull(text, NULL, 16);
    return true;
}

static bool fill(FactsLine *line, ImageFacts *ret)
{
    *ret = (ImageFacts){.asked = line->asked,
                        .inspected = line->inspected,
                        .tagged = line->tagged,
                        .was_build_asked = line->was_build_asked};
    if (line->steps.count > IMAGE_STEPS_MAX)
        return false;
    ret->steps = xcalloc(line->steps.count + 1, sizeof(*ret->steps));
    for (size_t i = 0; i < line->steps.count; i++)
        if (!parse_step(line->steps.items[i], &ret->steps[ret->n_steps++])) {
            image_facts_clear(ret);
            return false;
        }
    ret->id = xstrdup(line->id);
    ret->build = build_line_read(&line->build);
    return true;
}

static void read_line(const char *text, ImageFacts **list, size_t *count)
{
    cleanup_with(line_clear) FactsLine line = {0};
    json_t *object = json_loads(text, 0, NULL);
    ImageFacts facts;
    Error ignored;

    if (json_is_object(object) && record_decode(object, &line, fields, N_FIELDS, &ignored) == 0 && fill(&line, &facts))
        *array_add(list, count) = facts;
    json_decref(object);
}

static int compare(const void *a, const void *b)
{
    return strcmp(((const ImageFacts *)a)->id, ((const ImageFacts *)b)->id);
}

/* If two lines are about one image, rgc believes neither. */
static void drop_twins(ImageFacts *list, size_t *count)
{
    size_t kept = 0;
    for (size_t i = 0; i < *count;) {
        size_t end = i + 1;
        while (end < *count && compare(&list[i], &list[end]) == 0)
            end++;
        if (end == i + 1)
            list[kept++] = list[i];
        else
            for (size_t j = i; j < end; j++)
                image_facts_clear(&list[j]);
        i = end;
    }
    *count = kept;
}

void facts_load(StateDirectory *state, ImageFacts **ret, size_t *ret_count)
{
    cleanup_with(free_charp) char *text = NULL;
    cleanup_with(strings_clear) Strings lines = {0};
    size_t size = 0;
    Error ignored;

    *ret = NULL;
    *ret_count = 0;
    if (state_read_file(state, FACTS_FILE, FACTS_LIMIT, &text, &size, &ignored) < 0)
        return;
    (void)lines_split(text, size, &lines); /* rgc asks again for an image whose line is damaged */
    for (size_t i = 0; i < lines.count; i++)
        read_line(lines.items[i], ret, ret_count);
    if (*ret_count > 0)
        qsort(*ret, *ret_count, sizeof(**ret), compare);
    drop_twins(*ret, ret_count);
}

static void write_line(FILE *stream, const ImageFacts *facts, bool with_build)
{
    cleanup_with(line_clear) FactsLine line = {
        .id = xstrdup(facts->id), .asked = facts->asked, .inspected = facts->inspected, .tagged = facts->tagged};

    if (with_build && facts->build)
        build_line_fill(facts->build, &line.build);
    line.was_build_asked = with_build && facts->was_build_asked;
    for (size_t i = 0; i < facts->n_steps; i++) {
        cleanup_with(free_charp) char *step = xasprintf("%016llx", (unsigned long long)facts->steps[i]);
        strings_add(&line.steps, step);
    }
    cleanup_with(free_charp) char *text = json_line(record_encode(&line, fields, N_FIELDS));
    fprintf(stream, "%s\n", text);
}

int facts_save(StateDirectory *state, const ImageFacts *facts, size_t count, const Ledger *ledger, Error *err)
{
    cleanup_with(free_charp) char *text = NULL;
    size_t size = 0;
    FILE *stream = memory_stream(&text, &size);

    for (size_t i = 0; i < count; i++)
        if (ledger_image(ledger, facts[i].id) && facts[i].n_steps <= IMAGE_STEPS_MAX)
            write_line(stream, &facts[i], fflush(stream) == 0 && size < BUILDS_LIMIT);
    memory_stream_close(stream);
    return size > FACTS_LIMIT ? error_set(err, EFBIG, FACTS_FILE " would be too large")
                              : state_write_file(state, FACTS_FILE, text, size, err);
}
