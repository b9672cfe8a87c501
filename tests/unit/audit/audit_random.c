/* SPDX-License-Identifier: MIT */
/* Random histories: nothing falls over, no bytes beyond what there is, and no advice against a check's own exception. */
#include "audit_host.h"

#include "engine/decode/steps/created_by.h"

#define ROUNDS 3000
#define PLANTED "planted-4711"

static uint64_t seed;

static uint64_t chance(uint64_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % n;
}

#define ANY_OF(list) ((list)[chance(N_ELEMENTS(list))])

static const char *const steps[] = {
    "COPY . /app # buildkit",
    "COPY --chown=app:app . /app # buildkit",
    "COPY /app/target/release/app /usr/local/bin/ # buildkit",
    "/bin/sh -c #(nop) COPY dir:8a7b in /app ",
    "/bin/sh -c #(nop) ADD file:1 in / ",
    "/bin/sh -c #(nop)  CMD [\"bash\"]",
    "RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recommends gcc && rm -rf /var/lib/apt/lists/* # "
    "buildkit",
    "RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/* # "
    "buildkit",
    "RUN |1 A_TOKEN=" PLANTED " /bin/sh -c pip install flask # buildkit",
    "RUN /bin/sh -c pip install flask # buildkit",
    "|2 A=1 B_SECRET=" PLANTED " /bin/sh -c cargo build --release",
    "RUN /bin/sh -c go build -o /app . # buildkit",
    "RUN /bin/sh -c chown -R app:app /app # buildkit",
    "RUN /bin/sh -c rm -rf /tmp/x # buildkit",
    "RUN /bin/sh -c apt-get upgrade -y && rm -rf /var/lib/apt/lists/* # buildkit",
    "RUN /bin/sh -c curl -u me:" PLANTED " https://me:" PLANTED "@example.org # buildkit",
    "ENV PASSWORD=" PLANTED " GOLANG_VERSION=1.22.1",
    "ENV RUST_VERSION=1.75.0",
    "ARG X_PASSWORD=" PLANTED,
    "LABEL org.opencontainers.image.source=https://me:" PLANTED "@example.org",
    "USER app",
    "VOLUME [/data]",
    "WORKDIR /app",
    "CMD [\"/app\"]",
    "bazel build ...",
    "",
};
static const char *const comments[] = {"", BUILDKIT_COMMENT, BUILDKIT_COMMENT, "buildkit.exporter.image.v0",
                                       "Imported from -"};
static const int64_t sizes[] = {0, 0, 1, 400, 2000, 9000, 40000, 90000, 300000, 900000, -1};
static const char *const configs[] = {
    "{\"User\":\"10001\",\"Env\":[\"PIP_NO_CACHE_DIR=1\",\"DB_PASSWORD=" PLANTED "\"]}",
    "{\"User\":\"\",\"Env\":[\"RUST_VERSION=1.75.0\",\"CARGO_HOME=/c\"],\"Cmd\":[\"/bin/sh\",\"-c\",\"x\"]}",
    "{\"User\":\"app\",\"Healthcheck\":{\"Test\":[\"CMD-SHELL\",\"x\"]}}",
    "{\"User\":\"0\",\"Env\":[\"GOLANG_VERSION=1.22.1\"],\"Cmd\":[\"go\",\"run\",\".\"]}",
    "{\"Labels\":{\"io.buildpacks.lifecycle.metadata\":\"{}\",\"org.opencontainers.image.base.name\":\"x:latest\"}}",
    "{}",
};

static void make_rows(Row rows[ROWS_MAX], size_t n_shared)
{
    size_t count = 1 + chance(ROWS_MAX - 1);

    memset(rows, 0, ROWS_MAX * sizeof(*rows));
    for (size_t i = 0; i < count; i++)
        rows[i] = (Row){.kb = ANY_OF(sizes),
                        .created_by = ANY_OF(steps),
                        .comment = ANY_OF(comments),
                        .is_shared = i < n_shared,
                        .day = (int)chance(60)};
}

static AuditHost *make_host(void)
{
    AuditHost *host = host_new();
    size_t count = 1 + chance(RELEASES_MAX), n_shared = chance(8);
    const char *config = ANY_OF(configs);
    Row rows[ROWS_MAX];

    make_rows(rows, n_shared);
    for (size_t i = 0; i < count; i++) {
        if (chance(4) == 0) {
            config = ANY_OF(configs);
            make_rows(rows, n_shared);
        }
        host_add(host, chance(3) ? "blog:v1" : "blog:latest", config, rows, i == 0 || chance(5) > 0);
    }
    host_settle(host);
    return host;
}

static int64_t size_of(const AuditHost *host, const Image *image)
{
    return host->snapshot.images[image - host->snapshot.images].size_bytes;
}

static void check_finding(const AuditHost *host, const Audited *audited, const Finding *finding)
{
    const ImageBuild *build = snapshot_build(&host->snapshot, audited->image->id)->build;

    assert_non_null(finding->text);
    assert_non_null(finding->remedy);
    assert_null(strstr(finding->text, PLANTED));
    assert_null(strstr(finding->remedy, PLANTED));
    assert_true(finding->bytes <= size_of(host, audited->image));
    assert_true(finding->saves_bytes <= audited->bytes);
    assert_true(finding->bytes < 0 || finding->saves_bytes >= 0);
    assert_true(finding->versions.count >= 1 && finding->versions.count <= audited->n_releases);
    for (size_t i = 0; i < finding->n_layers; i++)
        assert_null(strstr(finding->layers[i].gist, PLANTED));
    /* None of the steps does these. */
    assert_int_not_equal(finding->check, CHECK_APT_LISTS);
    assert_int_not_equal(finding->check, CHECK_RECOMMENDS);
    if (build->setup & SETUP_BUILDS)
        assert_true(finding->check != CHECK_TOOLCHAIN && finding->check != CHECK_BUILT_IN_FINAL &&
                    finding->check != CHECK_ONE_STAGE);
    if (finding->check == CHECK_PACKAGE_CACHE)
        assert_false(build->hints & BUILD_PIP_OFF);
    if (finding->check == CHECK_ROOT_USER)
        assert_true(build->setup & SETUP_ROOT);
    if (finding->check == CHECK_NAMED_USER)
        assert_true(build->setup & SETUP_NAMED_USER);
    if (!audited->has_dockerfile)
        assert_true(finding->check == CHECK_GROWTH || finding->check == CHECK_UNSHARED ||
                    finding->check == CHECK_UNSTABLE_LAYER || finding->check == CHECK_ROOT_USER ||
                    finding->check == CHECK_NO_HEALTHCHECK || finding->check == CHECK_SHELL_HEALTHCHECK ||
                    finding->check == CHECK_SECRET || finding->check == CHECK_ONLY_LATEST);
}

static void check_audited(const AuditHost *host, const Audited *audited)
{
    assert_true(audited->could_be_bytes >= 0);
    assert_true(audited->could_be_bytes <= audited->bytes);
    for (size_t i = 0; i < audited->n_findings; i++) {
        check_finding(host, audited, &audited->findings[i]);
        for (size_t j = 0; j < i; j++) /* once each, by level */
            assert_true(audited->findings[j].check != audited->findings[i].check &&
                        audited->findings[j].level <= audited->findings[i].level);
    }
}

static void random_histories_are_judged_within_their_bounds(void **unused)
{
    (void)unused;
    for (size_t round = 0; round < ROUNDS; round++) {
        seed = 0x9e3779b97f4a7c15ULL * (round + 1);
        cleanup_with(host_clearp) AuditHost *host = make_host();
        cleanup_with(audit_clear) Audit audit = {0};
        audit_apps(&host->plan, &host->policy, &audit);
        for (size_t i = 0; i < audit.n_apps; i++)
            check_audited(host, &audit.apps[i]);
        for (size_t i = 0; i < host->plan.n_images; i++) {
            cleanup_with(audited_clear) Audited audited = {0};
            audit_image(&host->plan, &host->policy, &host->plan.images[i], &audited);
            check_audited(host, &audited);
        }
    }
}

/* Parts of commands, put together without sense. */
static void random_text_is_read_and_none_of_its_secrets_kept(void **unused)
{
    static const char *const parts[] = {"RUN ",        "COPY ",       "|3 ",
                                        "/bin/sh -c ", "#(nop) ",     "\"",
                                        "'",           "\\",          " && ",
                                        "; ",          "\n",          "apt-get install ",
                                        "rm -rf ",     "--",          "A_TOKEN=" PLANTED " ",
                                        PLANTED,       " # buildkit", "<<EOF",
                                        "\xff\xfe",    "…",           "$(",
                                        ")",           "in /",        ".",
                                        "//",          "@",           "chown -R "};

    (void)unused;
    for (size_t round = 0; round < 20000; round++) {
        char text[600] = "";
        BuildStep step = {0};
        cleanup_with(strings_clear) Strings secrets = {0};

        seed = 0xbf58476d1ce4e5b9ULL * (round + 1);
        for (size_t i = chance(20); i > 0; i--)
            strcat(text, ANY_OF(parts));
        created_by_parse(text, ANY_OF(comments), &step, &secrets);
        assert_non_null(step.gist);
        for (size_t i = 0; i < secrets.count; i++)
            assert_null(strstr(secrets.items[i], PLANTED));
        /* A path of COPY is one; what stands in a RUN is not shown. */
        if (step.kind == STEP_RUN && strstr(step.gist, PLANTED))
            fail_msg("%s\n%s", text, step.gist);
        build_step_clear(&step);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_histories_are_judged_within_their_bounds),
        cmocka_unit_test(random_text_is_read_and_none_of_its_secrets_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
