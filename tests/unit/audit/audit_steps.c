/* SPDX-License-Identifier: MIT */
/* One step of a history as each builder writes it: what it is, what it does, and what of it may be shown. */
#include "unit.h"

#include "engine/decode/steps/created_by.h"

#include <string.h>

/* Most rows have no comment. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

typedef struct Case {
    const char *created_by, *gist;
    StepKind kind;
    uint64_t traits;
    const char *comment;
} Case;

static const Case cases[] = {
    /* BuildKit, the classic builder, buildah */
    {"RUN /bin/sh -c cargo build --release # buildkit", "RUN cargo build --release", STEP_RUN, DOES(CARGO)},
    {"RUN |2 A=1 B=/bin/x /bin/sh -c cargo build # buildkit", "RUN cargo build", STEP_RUN, DOES(CARGO) | DOES(ARGS)},
    {"/bin/sh -c cargo build", "RUN cargo build", STEP_RUN, DOES(CARGO)},
    {"|1 A=1 force-mtime=10 /bin/sh -c cargo build", "RUN cargo build", STEP_RUN, DOES(CARGO) | DOES(ARGS)},
    {"RUN /bin/bash -o pipefail -c cargo build # buildkit", "RUN cargo build", STEP_RUN, DOES(CARGO)},
    {"RUN cargo build # buildkit", "RUN cargo build", STEP_RUN, DOES(CARGO)},
    {"COPY . /app # buildkit", "COPY . /app", STEP_COPY, DOES(ALL)},
    {"COPY --chown=1:1 --link ./ /app/ # buildkit", "COPY ./ /app/", STEP_COPY, DOES(ALL) | DOES(WITH_OWNER)},
    {"COPY /usr/src/app/target/release/app /app # buildkit", "COPY /usr/src/app/target/release/app /app", STEP_COPY,
     DOES(ABSOLUTE)},
    {"COPY a b c /app/ # buildkit", "COPY ... /app/", STEP_COPY, 0},
    {"/bin/sh -c #(nop) COPY dir:0a1b in /app ", "COPY (a folder or file) /app", STEP_COPY, DOES(FOLDER)},
    {"/bin/sh -c #(nop) COPY multi:0a1b in /app/ ", "COPY (a folder or file) /app/", STEP_COPY, DOES(FOLDER)},
    {"/bin/sh -c #(nop) COPY file:0a1b in /app ", "COPY (a folder or file) /app", STEP_COPY, 0},
    {"ADD https://me:secret@example.org/x /y # buildkit", "ADD (a URL) /y", STEP_ADD, 0},
    {"CMD [\"node\" \"server.js\"]", "CMD", STEP_CMD, 0},
    {"/bin/sh -c #(nop)  CMD [\"bash\"]", "CMD", STEP_CMD, 0},
    {"HEALTHCHECK &{[\"CMD\" \"/x\"] \"30s\" \"0s\" \"0s\" \"0s\" '\\x00'}", "HEALTHCHECK", STEP_HEALTHCHECK, 0},
    {"ENV RUST_VERSION=1.75.0", "ENV", STEP_ENV, DOES(ENV_RUST)},
    {"VOLUME [/data]", "VOLUME", STEP_VOLUME, 0},
    {"EXPOSE map[80/tcp:{}]", "OTHER", STEP_OTHER, 0},
    /* bases, and what no Dockerfile made */
    {"/bin/sh -c #(nop) ADD file:1 in / ", "(a root file system)", STEP_IMPORT, DOES(TO_ROOT)},
    {"ADD alpine-minirootfs-3.20.0-x86_64.tar.gz / # buildkit", "(a root file system)", STEP_IMPORT, DOES(TO_ROOT)},
    {"# debian.sh --arch 'amd64' out/ 'bookworm'", "(a root file system)", STEP_IMPORT, 0},
    {"", "(a root file system)", STEP_IMPORT, 0, "Imported from -"},
    {"", "(no step of a Dockerfile)", STEP_FOREIGN, 0, "buildkit.exporter.image.v0"},
    {"bazel build @distroless//base", "(no step of a Dockerfile)", STEP_FOREIGN, DOES(BAZEL)},
    {"ko build ko://example.org/x", "(no step of a Dockerfile)", STEP_FOREIGN, 0},
    {"Buildpacks Launcher Config", "(no step of a Dockerfile)", STEP_FOREIGN, DOES(BUILDPACKS)},
    /* what commands do */
    {"RUN apt-get update && apt-get install -y gcc curl", "RUN apt-get update && apt-get install -y gcc ...", STEP_RUN,
     DOES(APT_INSTALL) | DOES(APT_LISTS) | DOES(RECOMMENDS) | DOES(COMPILER) | DOES(OTHER_PACKAGES)},
    {"RUN apt-get update\n  && DEBIAN_FRONTEND=noninteractive apt-get \\\n install --no-install-recommends -y "
     "libpq-dev\n"
     "rm -rf /var/lib/apt/lists/*",
     "RUN apt-get update && apt-get install --no-install-recommends -y ... && rm -rf ...", STEP_RUN,
     DOES(APT_INSTALL) | DOES(COMPILER)},
    {"RUN if true; then apk add --no-cache --virtual .deps gcc=13.2 musl-dev; fi",
     "RUN apk add --no-cache ... musl-dev", STEP_RUN, DOES(COMPILER)},
    {"RUN apk add gcc && make && apk del gcc", "RUN apk add gcc && make && apk del gcc", STEP_RUN, DOES(APK_CACHE)},
    {"RUN sudo -E true; python3 -m pip install x", "RUN python3 ... install ...", STEP_RUN, DOES(PIP_CACHE)},
    {"RUN cd ui && npm ci && npm run build && npm cache clean --force",
     "RUN ... && npm ci && npm run build && npm cache clean ...", STEP_RUN, DOES(NODE)},
    {"RUN ./gradlew bootJar", "RUN gradlew ...", STEP_RUN, DOES(JAVA)},
    {"RUN dotnet publish -c Release", "RUN dotnet publish ...", STEP_RUN, DOES(DOTNET)},
    {"RUN useradd app && chown -R app:app /app", "RUN useradd ... && chown -R ...", STEP_RUN, DOES(CHOWN)},
    {"RUN chmod --recursive go-w /app", "RUN chmod ...", STEP_RUN, DOES(CHMOD)},
    {"RUN chown -R app /app && ./x", "RUN chown -R ...", STEP_RUN, 0},
    {"RUN rm -rf /tmp/x && apt-get autoremove -y", "RUN rm -rf ... && apt-get autoremove -y", STEP_RUN, DOES(REMOVES)},
    {"RUN ./x && rm -rf /tmp/x", "RUN ... && rm -rf ...", STEP_RUN, 0},
    {"RUN echo 'rm -rf /; cargo build'", "RUN ...", STEP_RUN, 0},
};

static void each_step_is_what_it_is(void **unused)
{
    size_t n_wrong = 0;

    (void)unused;
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        cleanup_with(strings_clear) Strings secrets = {0};
        BuildStep step = {0};
        created_by_parse(cases[i].created_by, cases[i].comment ? cases[i].comment : "", &step, &secrets);
        if (step.kind != cases[i].kind || step.traits != cases[i].traits || strcmp(step.gist, cases[i].gist) != 0) {
            print_error("%s\n  kind %s, traits %llx (not %llx), \"%s\"\n", cases[i].created_by,
                        step_kind_to_string(step.kind), (unsigned long long)step.traits,
                        (unsigned long long)cases[i].traits, step.gist);
            n_wrong++;
        }
        assert_int_equal(secrets.count, 0);
        build_step_clear(&step);
    }
    assert_int_equal(n_wrong, 0);
}

static void a_password_is_known_by_the_end_of_its_name(void **unused)
{
    static const struct {
        const char *assignment;
        bool is_secret;
    } names[] = {
        {"DB_PASSWORD=x", true},
        {"password=x", true},
        {"MY_API_KEY=x", true},
        {"RAILS_MASTER_KEY=x", true},
        {"SECRET_KEY_BASE=x", true},
        {"AWS_SECRET_ACCESS_KEY=x", true},
        {"NPM_TOKEN=x", true},
        {"DATABASE_URL=postgres://me:x@db/a", true},
        {"DATABASE_URL=postgres://db/a", false},
        {"TOKEN_EXPIRY=7", false},
        {"GPG_KEY=x", false},
        {"AWS_ACCESS_KEY_ID=x", false},
        {"PUBLIC_TOKEN=x", false},
        {"A_TOKEN=$B", false},
        {"A_TOKEN=", false},
        {"A_TOKEN=''", false},
        {"A_TOKEN", false},
        {"SECRET_KEY_BASE_DUMMY=1", false},
        {"A_PASSWORD_FILE=/x", false},
        {"A TOKEN=x", false},
        {"USE_TOKEN=true", false},
    };

    (void)unused;
    for (size_t i = 0; i < N_ELEMENTS(names); i++) {
        cleanup_with(strings_clear) Strings secrets = {0};
        note_secret("ENV", names[i].assignment, &secrets);
        if ((secrets.count == 1) != names[i].is_secret)
            fail_msg("%s", names[i].assignment);
        assert_true(secrets.count == 0 || !strchr(secrets.items[0], '='));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_step_is_what_it_is),
        cmocka_unit_test(a_password_is_known_by_the_end_of_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
