/* SPDX-License-Identifier: MIT */
/* What several releases show, what their containers show, and what it all adds up to. */
#include "audit_host.h"

#define PLAIN                                                                                                          \
    "{\"User\":\"10001\",\"Healthcheck\":{\"Test\":[\"CMD\",\"/app\"]},"                                               \
    "\"Labels\":{\"org.opencontainers.image.revision\":\"1\"}}"
#define RUST                                                                                                           \
    "{\"User\":\"10001\",\"Healthcheck\":{\"Test\":[\"CMD\",\"/"                                                       \
    "app\"]},\"Env\":[\"RUST_VERSION=1.75.0\",\"CARGO_HOME=/c\"],"                                                     \
    "\"Labels\":{\"org.opencontainers.image.revision\":\"1\"}}"

/* So many releases of one Dockerfile. */
static AuditHost *releases(size_t count, const char *config, const Row *rows)
{
    AuditHost *host = host_new();

    for (size_t i = 0; i < count; i++) {
        cleanup_with(free_charp) char *tag = xasprintf("blog:v%zu", i + 1);
        host_add(host, tag, config, rows, true);
    }
    host_settle(host);
    return host;
}

static void audit_blog(AuditHost *host, Audit *ret)
{
    audit_apps(&host->plan, &host->policy, ret);
    assert_int_equal(ret->n_apps, 1);
    assert_string_equal(ret->apps[0].app->name, "blog");
}

static void assert_findings(AuditHost *host, const char *expected)
{
    cleanup_with(audit_clear) Audit audit = {0};
    audit_blog(host, &audit);
    cleanup_with(free_charp) char *names = names_of(&audit.apps[0]);
    assert_string_equal(names, expected);
}

static void a_layer_that_all_share_counts_once_and_one_that_differs_per_release(void **unused)
{
    static const Row rows[ROWS_MAX] = {{1400000, "", "Imported from -", true, 1},
                                       {60000, "COPY . /app # buildkit"},
                                       {600000, "RUN /bin/sh -c cargo build --release # buildkit"},
                                       {0, "CMD [\"/app\"]"}};
    cleanup_with(host_clearp) AuditHost *host = releases(4, RUST, rows);
    cleanup_with(audit_clear) Audit audit = {0};

    (void)unused;
    audit_blog(host, &audit);
    const Audited *blog = &audit.apps[0];
    const Finding *tools = finding_of(blog, CHECK_TOOLCHAIN), *built = finding_of(blog, CHECK_BUILT_IN_FINAL),
                  *context = finding_of(blog, CHECK_CONTEXT_COPY);
    assert_int_equal(blog->n_releases, 4);
    assert_int_equal(blog->bytes, 1400000000 + 4 * INT64_C(660000000));
    assert_int_equal(tools->bytes, 1400000000);
    assert_int_equal(tools->saves_bytes, 1400000000);
    assert_true(tools->is_exact && !tools->is_per_release && tools->count == 1);
    assert_int_equal(built->bytes, 600000000);
    assert_int_equal(built->saves_bytes, 4 * INT64_C(600000000));
    assert_true(built->is_exact && built->is_per_release && built->count == 4);
    assert_int_equal(built->versions.count, 4);
    assert_string_equal(built->versions.items[0], "v4");
    assert_string_equal(built->layers[0].digest, "sha256:own-2-600000-3");
    /* How much of it a release needs beside its program, nobody knows: it is not counted. */
    assert_false(context->is_exact);
    /* The rest goes; a small base and four programs of a tenth come. */
    assert_int_equal(blog->could_be_bytes, 4 * 60000000 + 80000000 + 4 * 60000000);
    /* By the bytes that they save. */
    assert_int_equal(blog->findings[0].check, CHECK_BUILT_IN_FINAL);
    assert_int_equal(blog->findings[1].check, CHECK_TOOLCHAIN);
    assert_int_equal(blog->findings[2].check, CHECK_CONTEXT_COPY);
    assert_non_null(strstr(tools->remedy, "FROM rust:1.75.0 AS builder"));
}

static void a_layer_of_two_findings_is_saved_once(void **unused)
{
    static const Row rows[ROWS_MAX] = {
        {1400000, "", "Imported from -", true, 1},
        {300000, "RUN /bin/sh -c apt-get update && apt-get install -y gcc && cargo build # buildkit"}};
    cleanup_with(host_clearp) AuditHost *host = releases(1, PLAIN, rows);
    cleanup_with(audit_clear) Audit audit = {0};

    (void)unused;
    audit_blog(host, &audit);
    assert_int_equal(finding_of(&audit.apps[0], CHECK_TOOLCHAIN)->saves_bytes, 300000000);
    assert_int_equal(finding_of(&audit.apps[0], CHECK_BUILT_IN_FINAL)->saves_bytes, 300000000);
    assert_false(finding_of(&audit.apps[0], CHECK_APT_LISTS)->is_exact);
    assert_true(audit.apps[0].could_be_bytes >= audit.apps[0].bytes - 1400000000 - 300000000);
}

static void an_engine_without_sizes_has_findings_without_bytes(void **unused)
{
    static const Row rows[ROWS_MAX] = {{-1, "", "Imported from -", true, 1},
                                       {-1, "COPY . /app # buildkit"},
                                       {-1, "RUN /bin/sh -c cargo build --release # buildkit"},
                                       {-1, "RUN /bin/sh -c apt-get update && apt-get install -y curl # buildkit"}};
    cleanup_with(host_clearp) AuditHost *host = releases(2, RUST, rows);
    cleanup_with(audit_clear) Audit audit = {0};

    (void)unused;
    host->snapshot.images[0].size_bytes = host->snapshot.images[1].size_bytes = 900;
    audit_blog(host, &audit);
    assert_false(audit.apps[0].knows_sizes);
    assert_int_equal(audit.apps[0].bytes, 1800);
    assert_int_equal(audit.apps[0].could_be_bytes, 1800);
    assert_int_equal(finding_of(&audit.apps[0], CHECK_BUILT_IN_FINAL)->bytes, -1);
    assert_int_equal(finding_of(&audit.apps[0], CHECK_TOOLCHAIN)->bytes, -1);
    assert_false(finding_of(&audit.apps[0], CHECK_TOOLCHAIN)->is_exact);
}

static void a_release_that_has_grown_is_told_and_why(void **unused)
{
    static const Row small[ROWS_MAX] = {DEBIAN, {40000, "COPY /app /app # buildkit"}};
    static const Row large[ROWS_MAX] = {DEBIAN, {240000, "COPY /app /app # buildkit"}};
    static const Row new_base[ROWS_MAX] = {{400000, "", "Imported from -", true, 2},
                                           {40000, "COPY /app /app # buildkit"}};
    static const Row a_bit[ROWS_MAX] = {DEBIAN, {80000, "COPY /app /app # buildkit"}};
    static const struct {
        const Row *last;
        const char *expected, *says;
        int64_t bytes;
    } cases[] = {
        {large, "growth", "COPY /app /app", 200000000},
        {new_base, "fat-base growth", "its base has changed", 280000000},
        {a_bit, "", NULL, 0},
    };

    (void)unused;
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        cleanup_with(host_clearp) AuditHost *host = host_new();
        cleanup_with(audit_clear) Audit audit = {0};
        for (int j = 0; j < 3; j++)
            host_add(host, "blog:v", PLAIN, small, true);
        host_add(host, "blog:v4", PLAIN, cases[i].last, true);
        host_settle(host);
        assert_findings(host, cases[i].expected);
        if (!cases[i].says)
            continue;
        audit_blog(host, &audit);
        const Finding *growth = finding_of(&audit.apps[0], CHECK_GROWTH);
        assert_non_null(strstr(growth->text, cases[i].says));
        assert_int_equal(growth->bytes, cases[i].bytes);
        assert_true(growth->is_exact);
    }
}

static void releases_that_share_nothing_and_layers_built_anew(void **unused)
{
    static const Row anew[ROWS_MAX] = {
        DEBIAN, {2000, "COPY . . # buildkit"}, {400000, "RUN /bin/sh -c bundle install # buildkit"}};
    static const Row shared[ROWS_MAX] = {
        DEBIAN, {400000, "RUN /bin/sh -c bundle install # buildkit", NULL, true}, {2000, "COPY . . # buildkit"}};
    static const Row upgraded[ROWS_MAX] = {
        DEBIAN, {30000, "RUN /bin/sh -c apt-get update && apt-get upgrade -y && rm -rf /var/lib/apt/lists # buildkit"}};
    static const Row argued[ROWS_MAX] = {DEBIAN, {20000, "RUN |1 BUILD=7 /bin/sh -c bundle install # buildkit"}};
    static const Row binary[ROWS_MAX] = {{30000, "COPY /app /app # buildkit"}};
    static const struct {
        const Row *rows;
        size_t count;
        const char *expected;
    } cases[] = {
        {anew, 4, "unshared unstable-layer"}, {anew, 2, ""}, {shared, 4, ""}, {upgraded, 4, ""}, {binary, 4, ""},
        {argued, 3, "unstable-layer"},
    };
    cleanup_with(audit_clear) Audit audit = {0};

    (void)unused;
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        cleanup_with(host_clearp) AuditHost *host = releases(cases[i].count, PLAIN, cases[i].rows);
        assert_findings(host, cases[i].expected);
    }
    cleanup_with(host_clearp) AuditHost *host = releases(4, PLAIN, anew);
    audit_blog(host, &audit);
    const Finding *layer = finding_of(&audit.apps[0], CHECK_UNSTABLE_LAYER);
    assert_int_equal(layer->bytes, 400000000);
    assert_int_equal(layer->saves_bytes, 3 * INT64_C(400000000));
    assert_true(layer->is_exact);
    assert_non_null(strstr(layer->remedy, "before COPY"));
    assert_int_equal(audit.apps[0].could_be_bytes, audit.apps[0].bytes - 3 * INT64_C(400000000));
}

/* collectstatic is such a program: moved before COPY . ., it would not find "manage.py", and the build would fail. */
static void a_program_of_the_project_is_not_told_to_run_before_the_project_is_copied(void **unused)
{
    static const Row rows[ROWS_MAX] = {
        DEBIAN, {2000, "COPY . . # buildkit"}, {9000, "RUN /bin/sh -c python manage.py collectstatic # buildkit"}};
    cleanup_with(host_clearp) AuditHost *host = releases(4, PLAIN, rows);
    cleanup_with(audit_clear) Audit audit = {0};

    (void)unused;
    audit_blog(host, &audit);
    const Finding *layer = finding_of(&audit.apps[0], CHECK_UNSTABLE_LAYER);
    assert_non_null(strstr(layer->remedy, "if it needs the whole project, leave it as it is"));
    assert_false(layer->is_exact);
    assert_int_equal(audit.apps[0].could_be_bytes, audit.apps[0].bytes);
}

/* What can be mended for sure is told, though another step comes first. */
static void of_two_layers_the_one_that_is_stored_again_for_sure_is_told(void **unused)
{
    static const Row rows[ROWS_MAX] = {DEBIAN,
                                       {2000, "COPY . . # buildkit"},
                                       {9000, "RUN /bin/sh -c python manage.py collectstatic # buildkit"},
                                       {7000, "RUN /bin/sh -c pip install --no-cache-dir django # buildkit"}};
    cleanup_with(host_clearp) AuditHost *host = releases(4, PLAIN, rows);
    cleanup_with(audit_clear) Audit audit = {0};

    (void)unused;
    audit_blog(host, &audit);
    const Finding *layer = finding_of(&audit.apps[0], CHECK_UNSTABLE_LAYER);
    assert_non_null(strstr(layer->text, "RUN pip install"));
    assert_int_equal(layer->bytes, 16000000);
    assert_int_equal(layer->count, 4);
    assert_false(layer->is_exact);
    assert_int_equal(audit.apps[0].could_be_bytes, audit.apps[0].bytes - 3 * INT64_C(7000000));
}

static void a_layer_that_lies_elsewhere_in_each_release_promises_no_more_than_there_is(void **unused)
{
    static const Row rows[3][ROWS_MAX] = {
        {{0, "WORKDIR /a"}, {0, "WORKDIR /b"}, {100000, "COPY . . # buildkit", NULL, true}},
        {{1, "WORKDIR /a"}, {0, "WORKDIR /b"}, {100000, "COPY . . # buildkit", NULL, true}},
        {{1, "WORKDIR /a"}, {1, "WORKDIR /b"}, {100000, "COPY . . # buildkit", NULL, true}},
    };
    cleanup_with(host_clearp) AuditHost *host = host_new();
    cleanup_with(audit_clear) Audit audit = {0};

    (void)unused;
    for (size_t i = 0; i < 3; i++)
        host_add(host, "blog:v", PLAIN, rows[i], true);
    host_settle(host);
    audit_blog(host, &audit);
    assert_int_equal(audit.apps[0].bytes, 100003000);
    assert_int_equal(finding_of(&audit.apps[0], CHECK_UNSHARED)->saves_bytes, audit.apps[0].bytes);
}

static void a_base_that_another_app_shares_is_said_and_saves_nothing(void **unused)
{
    static const Row rows[ROWS_MAX] = {{400000, "", "Imported from -", true, 1}, {2000, "COPY /app /app # buildkit"}};
    cleanup_with(host_clearp) AuditHost *host = releases(2, PLAIN, rows);
    cleanup_with(audit_clear) Audit audit = {0};

    (void)unused;
    assert_findings(host, "fat-base");
    host_add(host, "shop:v1", PLAIN, rows, true);
    host->plan.images[2].apps[0].app = 1;
    host_settle(host);
    audit_apps(&host->plan, &host->policy, &audit);
    assert_int_equal(audit.n_apps, 2);
    for (size_t i = 0; i < 2; i++) {
        const Finding *base = finding_of(&audit.apps[i], CHECK_FAT_BASE);
        assert_int_equal(base->level, LEVEL_NOTE);
        assert_int_equal(base->saves_bytes, 0);
        assert_non_null(strstr(base->text, i == 0 ? "shop" : "blog"));
    }
}

/* The image itself tells where the base ends, and what it is called. */
static void a_base_that_is_here_is_known_by_its_layers(void **unused)
{
    static const Row base[ROWS_MAX] = {DEBIAN, {300000, "RUN /bin/sh -c ./x # buildkit", NULL, true, 2}};
    static const Row rows[ROWS_MAX] = {
        DEBIAN, {300000, "RUN /bin/sh -c ./x # buildkit", NULL, true, 2}, {2000, "COPY /app /app # buildkit"}};
    cleanup_with(host_clearp) AuditHost *host = host_new();
    cleanup_with(audit_clear) Audit audit = {0};

    (void)unused;
    host_add(host, "company/base:7", PLAIN, base, false);
    host_add(host, "blog:v1", PLAIN, rows, true);
    host_settle(host);
    audit_blog(host, &audit);
    const Finding *finding = finding_of(&audit.apps[0], CHECK_FAT_BASE);
    assert_int_equal(finding->bytes, 420000000);
    assert_non_null(strstr(finding->text, "company/base:7"));
    /* Its label is not the release's own. */
    finding_of(&audit.apps[0], CHECK_NO_LABELS);
}

static Container *add_container(AuditHost *host, const char *reference, int setup)
{
    Container *container = array_add(&host->snapshot.containers, &host->snapshot.n_containers);
    container->id = xstrdup("c");
    container->name = xstrdup("blog-1");
    container->image_id = xstrdup(host->ids[host->n_images - 1]);
    container->image_ref = xstrdup(reference);
    container->state = STATE_RUNNING;
    container->run.setup = setup;
    PlannedContainer *planned = array_add(&host->plan.containers, &host->plan.n_containers);
    *planned = (PlannedContainer){.container = container, .app = 0};
    return container;
}

static void what_its_containers_were_told_counts_before_the_image(void **unused)
{
    static const Row rows[ROWS_MAX] = {DEBIAN, {2000, "COPY /app /app # buildkit"}};
    static const Row tiny[ROWS_MAX] = {{2000, "COPY /app /app # buildkit"}};
    static const struct {
        const char *tag, *reference, *expected;
        const Row *rows;
        int setup;
        bool maps_users, is_unhealthy, has_volume;
        AppKind kind;
        const char *role;
    } cases[] = {
        {"blog:v1", "blog:v1", "", rows, SETUP_KNOWN | SETUP_HEALTH, .kind = APP_COMPOSE},
        {"blog:v1", "blog:v1", "root-user", rows, SETUP_KNOWN | SETUP_HEALTH | SETUP_ROOT, .kind = APP_COMPOSE},
        {"blog:v1", "blog:v1", "", rows, SETUP_KNOWN | SETUP_HEALTH | SETUP_ROOT, .maps_users = true,
         .kind = APP_COMPOSE},
        {"blog:v1", "blog:v1", "root-user", rows, SETUP_KNOWN | SETUP_HEALTH | SETUP_ROOT | SETUP_HOST_USERS,
         .maps_users = true, .kind = APP_COMPOSE},
        {"blog:v1", "blog:v1", "no-healthcheck", rows, SETUP_KNOWN, .kind = APP_COMPOSE},
        {"blog:v1", "blog:v1", "", rows, SETUP_KNOWN, .kind = APP_KAMAL, .role = "web"},
        {"blog:v1", "blog:v1", "no-healthcheck", rows, SETUP_KNOWN, .kind = APP_KAMAL, .role = "worker"},
        {"blog:v1", "blog:v1", "shell-form", rows, SETUP_KNOWN | SETUP_HEALTH | SETUP_SHELL_FORM, .kind = APP_COMPOSE},
        {"blog:v1", "blog:v1", "unbounded-log", rows, SETUP_KNOWN | SETUP_HEALTH | SETUP_UNBOUNDED_LOG,
         .kind = APP_COMPOSE},
        {"blog:v1", "blog:v1", "anonymous-volume", rows, SETUP_KNOWN | SETUP_HEALTH, .has_volume = true,
         .kind = APP_COMPOSE},
        {"blog:v1", "blog:v1", "shell-healthcheck", tiny, SETUP_KNOWN | SETUP_HEALTH | SETUP_HEALTH_SHELL,
         .is_unhealthy = true, .kind = APP_COMPOSE},
        {"blog:v1", "blog:v1", "", tiny, SETUP_KNOWN | SETUP_HEALTH | SETUP_HEALTH_SHELL, .kind = APP_COMPOSE},
        {"blog:v1", "blog:v1", "", rows, SETUP_KNOWN | SETUP_HEALTH | SETUP_HEALTH_SHELL, .is_unhealthy = true,
         .kind = APP_COMPOSE},
        {"blog:latest", "blog:latest", "only-latest", rows, SETUP_KNOWN | SETUP_HEALTH, .kind = APP_COMPOSE},
        {"blog:latest", "blog@sha256:1", "", rows, SETUP_KNOWN | SETUP_HEALTH, .kind = APP_COMPOSE},
        {"postgres:16", "postgres:16", "unbounded-log", rows,
         SETUP_KNOWN | SETUP_ROOT | SETUP_SHELL_FORM | SETUP_UNBOUNDED_LOG, .kind = APP_COMPOSE},
    };

    (void)unused;
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        cleanup_with(host_clearp) AuditHost *host = host_new();
        host_add(host, cases[i].tag, PLAIN, cases[i].rows, true);
        Container *container = add_container(host, cases[i].reference, cases[i].setup);
        host_settle(host);
        host->apps[0].kind = cases[i].kind;
        host->snapshot.engine.maps_users = cases[i].maps_users;
        container->is_unhealthy = cases[i].is_unhealthy;
        container->labels.role = xstrdup(cases[i].role);
        if (cases[i].has_volume)
            strings_add(&container->anonymous_mounts, "/data");
        print_message("case %zu\n", i);
        assert_findings(host, cases[i].expected);
    }
}

static void the_configuration_leaves_checks_out_by_name(void **unused)
{
    static const Row rows[ROWS_MAX] = {DEBIAN, {2000, "COPY /app /app # buildkit"}};
    cleanup_with(host_clearp) AuditHost *host = releases(1, "{}", rows);

    (void)unused;
    assert_findings(host, "root-user no-healthcheck no-labels");
    AppPolicy *section = array_add(&host->policy.apps, &host->policy.n_apps);
    section->pattern = xstrdup("blog");
    strings_add(&section->audit_ignore, "root-user");
    strings_add(&section->audit_ignore, "no-labels");
    assert_findings(host, "no-healthcheck");
    free(section->pattern);
    section->pattern = xstrdup("shop");
    assert_findings(host, "root-user no-healthcheck no-labels");
}

static void a_job_may_have_its_compiler(void **unused)
{
    static const Row rows[ROWS_MAX] = {{1400000, "", "Imported from -", true, 1}, {60000, "RUN cargo build"}};
    cleanup_with(host_clearp) AuditHost *host = releases(1, RUST, rows);
    cleanup_with(audited_clear) Audited audited = {0};

    (void)unused;
    host->plan.images[0].judgement.reason = REASON_JOB;
    audit_image(&host->plan, &host->policy, &host->plan.images[0], &audited);
    assert_int_equal(audited.n_findings, 0);
}

static void what_is_not_known_is_not_judged(void **unused)
{
    static const Row rows[ROWS_MAX] = {DEBIAN, {2000, "COPY . /app # buildkit"}};
    cleanup_with(host_clearp) AuditHost *host = releases(3, "{}", rows);

    (void)unused;
    for (size_t i = 0; i < 3; i++) {
        image_build_free(host->snapshot.facts[i].build);
        host->snapshot.facts[i].build = NULL;
    }
    assert_findings(host, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_layer_that_all_share_counts_once_and_one_that_differs_per_release),
        cmocka_unit_test(a_layer_of_two_findings_is_saved_once),
        cmocka_unit_test(an_engine_without_sizes_has_findings_without_bytes),
        cmocka_unit_test(a_release_that_has_grown_is_told_and_why),
        cmocka_unit_test(releases_that_share_nothing_and_layers_built_anew),
        cmocka_unit_test(a_program_of_the_project_is_not_told_to_run_before_the_project_is_copied),
        cmocka_unit_test(a_layer_that_lies_elsewhere_in_each_release_promises_no_more_than_there_is),
        cmocka_unit_test(of_two_layers_the_one_that_is_stored_again_for_sure_is_told),
        cmocka_unit_test(a_base_that_another_app_shares_is_said_and_saves_nothing),
        cmocka_unit_test(a_base_that_is_here_is_known_by_its_layers),
        cmocka_unit_test(what_its_containers_were_told_counts_before_the_image),
        cmocka_unit_test(the_configuration_leaves_checks_out_by_name),
        cmocka_unit_test(a_job_may_have_its_compiler),
        cmocka_unit_test(what_is_not_known_is_not_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
