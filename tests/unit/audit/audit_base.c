/* SPDX-License-Identifier: MIT */
/* Where the base of an image ends when other images are here as well. */
#include "audit_host.h"

#define PLAIN                                                                                                          \
    "{\"User\":\"10001\",\"Healthcheck\":{\"Test\":[\"CMD\",\"/app\"]},"                                               \
    "\"Labels\":{\"org.opencontainers.image.revision\":\"1\"}}"
#define BARE "{}"
#define HEADERS                                                                                                        \
    "RUN /bin/sh -c apt-get install -y --no-install-recommends gcc libpq-dev && rm -rf /var/lib/apt/lists # x"

static AuditHost *host_of_two(const char *tag, const char *other, const Row *others_rows, const char *config,
                              const Row *rows)
{
    AuditHost *host = host_new();

    host_add(host, other, BARE, others_rows, false);
    host_add(host, tag, config, rows, false);
    host_settle(host);
    return host;
}

static void assert_findings(AuditHost *host, const char *expected)
{
    cleanup_with(audited_clear) Audited audited = {0};

    audit_image(&host->plan, &host->policy, &host->plan.images[1], &audited);
    cleanup_with(free_charp) char *names = names_of(&audited);
    assert_string_equal(names, expected);
}

/* debian is here, and node, which is built on it, is not: what node installs is not the release's own. */
static void the_base_of_a_base_is_no_base(void **unused)
{
    static const Row debian[ROWS_MAX] = {DEBIAN};
    static const Row rows[ROWS_MAX] = {DEBIAN,
                                       {190000, HEADERS, NULL, true, 5},
                                       {0, "CMD [\"node\"]", NULL, true, 5},
                                       {2000, "COPY package.json . # buildkit"},
                                       {0, "CMD [\"node\" \"server.js\"]"}};
    cleanup_with(host_clearp) AuditHost *host = host_of_two("blog:v1", "debian:12", debian, PLAIN, rows);

    (void)unused;
    assert_findings(host, "fat-base");
}

/* A CMD of its own, in front of its last layer, ends no base. */
static void a_command_of_its_own_ends_no_base(void **unused)
{
    static const Row debian[ROWS_MAX] = {DEBIAN};
    static const Row rows[ROWS_MAX] = {
        DEBIAN, {190000, HEADERS}, {0, "CMD [\"blog\"]"}, {2000, "COPY a /a # buildkit"}};
    cleanup_with(host_clearp) AuditHost *host = host_of_two("blog:v1", "debian:12", debian, PLAIN, rows);

    (void)unused;
    assert_findings(host, "toolchain one-stage");
}

/* Two images on one base that only set something: neither is the base of the other. */
static void a_sibling_without_layers_is_no_base(void **unused)
{
    static const Row other[ROWS_MAX] = {DEBIAN, {0, "USER 10001"}, {0, "LABEL x=y"}};
    static const Row rows[ROWS_MAX] = {
        DEBIAN, {0, "USER 10001"}, {0, "EXPOSE 80"}, {0, "LABEL org.opencontainers.image.revision=1"}};
    cleanup_with(host_clearp) AuditHost *host = host_of_two("blog:v1", "shop:v1", other, PLAIN, rows);

    (void)unused;
    assert_findings(host, "");
}

/* A CMD on a root file system may be the base's, unless that one is here. */
static void a_command_on_a_base_that_is_here_is_a_dockerfiles(void **unused)
{
    static const Row root[ROWS_MAX] = {{120000, "", "Imported from -", true, 1}};
    static const Row rows[ROWS_MAX] = {{120000, "", "Imported from -", true, 1}, {0, "CMD [\"sh\"]"}};
    cleanup_with(host_clearp) AuditHost *without = host_of_two("blog:v1", "shop:v1", rows, BARE, rows);
    cleanup_with(host_clearp) AuditHost *with = host_of_two("blog:v1", "company/root:1", root, BARE, rows);

    (void)unused;
    assert_findings(without, "root-user no-healthcheck");
    assert_findings(with, "root-user no-healthcheck no-labels");
}

/* The first release is the beginning of the second, by its layers and by what the label says: a Dockerfile of the app
 * made it, so it is still no base, be it that the second is judged as one of a host's apps or by itself. */
static void a_release_of_the_same_app_is_no_base(void **unused)
{
    static const char first_id[] = "sha256:0000000000000000000000000000000000000000000000000000000000000001";
    static const Row first[ROWS_MAX] = {DEBIAN, {190000, HEADERS, NULL, true}};
    static const Row rows[][ROWS_MAX] = {
        {DEBIAN, {190000, HEADERS, NULL, true}, {2000, "COPY a /a # buildkit"}},
        {DEBIAN,
         {190000, HEADERS},
         {2000, "COPY a /a # buildkit"}}, /* other layers: only the label tells of the first */
    };
    const char *labels[] = {"base.digest", "base.name"}, *values[] = {first_id, "blog:v1"};

    (void)unused;
    for (size_t i = 0; i < 4; i++) {
        cleanup_with(free_charp) char *config =
            xasprintf("{\"User\":\"10001\",\"Healthcheck\":{\"Test\":[\"CMD\",\"/app\"]},\"Labels\":{"
                      "\"org.opencontainers.image.revision\":\"1\",\"org.opencontainers.image.%s\":\"%s\"}}",
                      labels[i % 2], values[i % 2]);
        cleanup_with(host_clearp) AuditHost *host = host_new();
        cleanup_with(audit_clear) Audit audit = {0};
        host_add(host, "blog:v1", BARE, first, true);
        host_add(host, "blog:v2", config, rows[i / 2], true);
        host_settle(host);
        assert_findings(host, "toolchain one-stage");
        audit_apps(&host->plan, &host->policy, &audit);
        cleanup_with(free_charp) char *names = names_of(&audit.apps[0]);
        assert_string_equal(names, "toolchain one-stage");
    }
}

/* Nor is its name what the base is called. */
static void a_base_does_not_have_the_name_of_a_release(void **unused)
{
    static const char config[] = "{\"Labels\":{\"org.opencontainers.image.base.name\":\"blog:v1\"}}";
    static const Row first[ROWS_MAX] = {IMPORTED(250000), {5, "COPY a /a # buildkit"}};
    static const Row second[ROWS_MAX] = {IMPORTED(250000), {6, "COPY a /a # buildkit"}};
    cleanup_with(host_clearp) AuditHost *host = host_new();
    cleanup_with(audited_clear) Audited audited = {0};

    (void)unused;
    host_add(host, "blog:v1", BARE, first, true);
    host_add(host, "blog:v2", config, second, true);
    host_settle(host);
    audit_image(&host->plan, &host->policy, &host->plan.images[1], &audited);
    assert_string_equal(finding_of(&audited, CHECK_FAT_BASE)->text, "built on a large base");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_base_of_a_base_is_no_base),
        cmocka_unit_test(a_command_of_its_own_ends_no_base),
        cmocka_unit_test(a_sibling_without_layers_is_no_base),
        cmocka_unit_test(a_command_on_a_base_that_is_here_is_a_dockerfiles),
        cmocka_unit_test(a_release_of_the_same_app_is_no_base),
        cmocka_unit_test(a_base_does_not_have_the_name_of_a_release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
