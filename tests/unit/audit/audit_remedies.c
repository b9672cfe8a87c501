/* SPDX-License-Identifier: MIT */
/* Remedies fit what an image is: who follows them to the letter has an image that starts, and does not advise what it does. */
#include "audit_host.h"

#define RUN(command) "RUN /bin/sh -c " command " # buildkit"
#define NODE "{\"Env\":[\"NODE_VERSION=20.11.1\"]}"
#define RUBY "{\"Env\":[\"RUBY_VERSION=3.3.4\"]}"
#define RUST "{\"Env\":[\"RUST_VERSION=1.75.0\",\"CARGO_HOME=/c\"]}"
#define NPM_BUILD                                                                                                      \
    {9000, RUN("npm ci && npm cache clean --force")},                                                                  \
    {                                                                                                                  \
        30000, RUN("npm run build")                                                                                    \
    }

typedef struct Remedy {
    const char *base, *config; /* the base that is here; NULL */
    Check check;
    const char *expected;
    Row rows[ROWS_MAX];
} Remedy;

static const Remedy remedies[] = {
    /* The program is elsewhere than in the stage that built it. */
    {NULL, RUST, CHECK_TOOLCHAIN, "/usr/local/bin/\n", {IMPORTED(1400000), {900, "COPY . /app # buildkit"}}},
    /* dist alone does not run: its packages are needed, without those of the build. The last stage has no compiler, so
     * it takes them from the first one. */
    {NULL,
     NODE,
     CHECK_BUILT_IN_FINAL,
     "COPY --from=builder /app/node_modules ./node_modules\n",
     {IMPORTED(190000), NPM_BUILD}},
    /* Its base is a small one: that is what the last stage begins with, too. */
    {"node:20-slim", NODE, CHECK_ONE_STAGE, "\nFROM node:20-slim\n", {IMPORTED(190000), NPM_BUILD}},
    {"node:20", NODE, CHECK_ONE_STAGE, "\nFROM node:20.11.1-slim\n", {IMPORTED(190000), NPM_BUILD}},
    /* Headers were installed for libraries that it also needs to run. */
    {NULL,
     RUBY,
     CHECK_TOOLCHAIN,
     "libpq5 for libpq-dev",
     {IMPORTED(190000), {90000, RUN("apt-get install -y --no-install-recommends build-essential libpq-dev")}}},
    /* It could write to the whole directory, and would not any more. */
    {NULL,
     "{}",
     CHECK_CHOWN_COPY,
     "write --chown=USER:GROUP in the COPY lines",
     {IMPORTED(90000), {20000, "COPY . /app # buildkit"}, {20000, RUN("useradd app && chown -R app /app")}}},
};

static void each_remedy_fits_its_image(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < N_ELEMENTS(remedies); i++) {
        const Remedy *remedy = &remedies[i];
        cleanup_with(host_clearp) AuditHost *host = host_new();
        cleanup_with(audited_clear) Audited audited = {0};
        const Row base[ROWS_MAX] = {remedy->rows[0]};
        if (remedy->base)
            host_add(host, remedy->base, remedy->config, base, false);
        host_add(host, "blog:v1", remedy->config, remedy->rows, true);
        host_settle(host);
        audit_image(&host->plan, &host->policy, &host->plan.images[host->plan.n_images - 1], &audited);
        const char *told = finding_of(&audited, remedy->check)->remedy;
        if (!strstr(told, remedy->expected))
            fail_msg("%zu: \"%s\" is not in \"%s\"", i, remedy->expected, told);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_remedy_fits_its_image),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
