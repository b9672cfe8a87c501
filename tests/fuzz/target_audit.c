/* SPDX-License-Identifier: MIT */
/*
 * Releases of an app, by their histories: a line is the configuration, the next ones are steps, and a line that begins with
 * '%' ends one release. What rgc audit says of them keeps within their bytes, and tells no value of a variable.
 *
 * A step is a byte each for whether all releases share it, its size, its date and its comment, and then its command.
 */
#include "fuzz.h"

#include "audit_host.h"

#define STEP_BYTES 4
#define STEP_MAX 400
#define PLANTED "planted-4711"

typedef struct Input {
    char *config;
    char *steps[ROWS_MAX];
    Row rows[ROWS_MAX];
    size_t n_rows;
} Input;

/* Without control characters: those are the target decode's. The paths of COPY and ADD are shown: no value is in them.
 * Caller frees. */
static char *text_of(Bytes bytes)
{
    char *text = xstrndup(bytes.data, bytes.size < STEP_MAX ? bytes.size : STEP_MAX);
    for (char *c = text; *c; c++)
        if (*c < ' ' || *c == 0x7f)
            *c = ' ';
    char *planted = strstr(text, "COPY") || strstr(text, "ADD") ? strstr(text, "=" PLANTED) : NULL;
    if (planted)
        *planted = '\0';
    return text;
}

static bool is_config(const char *text)
{
    cleanup_with(free_charp) char *inspect =
        xasprintf("{\"Id\":\"sha256:%064d\",\"Config\":%s,\"RootFS\":{\"Layers\":[]}}", 1, text);
    cleanup_with(image_facts_clear) ImageFacts facts = {.build = xcalloc(1, sizeof(*facts.build))};
    Error ignored = {0};

    return decode_facts(inspect, strlen(inspect), &facts, &ignored) == 0;
}

static void take_step(Bytes line, Input *input)
{
    static const char *const comments[] = {NULL, "", "Imported from -", "buildkit.exporter.image.v0"};
    unsigned is_shared = take_byte(&line), size = take_byte(&line), day = take_byte(&line), comment = take_byte(&line);
    size_t n = input->n_rows;

    if (n >= ROWS_MAX)
        return;
    input->steps[n] = text_of(line);
    input->rows[input->n_rows++] = (Row){.kb = size % 24 == 0    ? 0
                                               : size % 24 == 23 ? -1
                                                                 : INT64_C(1) << (size % 24),
                                         .created_by = input->steps[n],
                                         .comment = comments[comment % N_ELEMENTS(comments)],
                                         .is_shared = is_shared % 2,
                                         .day = (int)(day % 60)};
}

static bool take_release(Bytes *bytes, Input *ret)
{
    *ret = (Input){.config = text_of(take_until(bytes, '\n'))};
    while (bytes->size > 0) {
        Bytes line = take_until(bytes, '\n');
        if (line.size > 0 && line.data[0] == '%')
            break;
        if (line.size > STEP_BYTES)
            take_step(line, ret);
    }
    return ret->n_rows > 0;
}

static void clear(Input *input)
{
    free(input->config);
    for (size_t i = 0; i < input->n_rows; i++)
        free(input->steps[i]);
}

static void require_bounds(const Audited *audited)
{
    REQUIRE(audited->could_be_bytes >= 0 && audited->could_be_bytes <= audited->bytes, "more than there is");
    for (size_t i = 0; i < audited->n_findings; i++) {
        const Finding *finding = &audited->findings[i];
        const char *name = check_spec(finding->check)->name;
        REQUIRE(finding->text && finding->remedy, "%s says nothing", name);
        REQUIRE(finding->bytes <= audited->image->size_bytes, "%s is larger than its image", name);
        REQUIRE(finding->saves_bytes >= 0 && finding->saves_bytes <= audited->bytes, "%s saves too much", name);
        REQUIRE(!strstr(finding->text, "=" PLANTED) && !strstr(finding->remedy, "=" PLANTED), "%s tells a value", name);
        REQUIRE(audited->has_dockerfile || finding->level != LEVEL_NOTE || finding->check == CHECK_ROOT_USER ||
                    finding->check == CHECK_ONLY_LATEST,
                "%s is about a Dockerfile, and there is none", name);
        for (size_t j = 0; j < i; j++)
            REQUIRE(audited->findings[j].check != finding->check, "%s twice", name);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Bytes bytes = {(const char *)data, size};
    cleanup_with(host_clearp) AuditHost *host = host_new();
    cleanup_with(audit_clear) Audit audit = {0};
    Input input;

    for (bool is_release = true; host->n_images < RELEASES_MAX && is_release;) {
        is_release = take_release(&bytes, &input);
        if (is_release)
            host_add(host, "blog:v1", is_config(input.config) ? input.config : "{}", input.rows, true);
        clear(&input);
    }
    if (host->n_images == 0)
        return 0;
    host_settle(host);
    audit_apps(&host->plan, &host->policy, &audit);
    for (size_t i = 0; i < audit.n_apps; i++)
        require_bounds(&audit.apps[i]);
    for (size_t i = 0; i < host->plan.n_images; i++) {
        cleanup_with(audited_clear) Audited audited = {0};
        audit_image(&host->plan, &host->policy, &host->plan.images[i], &audited);
        require_bounds(&audited);
    }
    return 0;
}
