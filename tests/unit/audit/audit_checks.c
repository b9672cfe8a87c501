/* SPDX-License-Identifier: MIT */
/* Each check on an image on which it fires, and on each of its exceptions: the exact set of findings. */
#include "audit_host.h"

/* With nothing to say against it but its history. */
#define CONFIG(more)                                                                                                   \
    "{\"User\":\"10001\",\"Healthcheck\":{\"Test\":[\"CMD\",\"/app\",\"health\"]},"                                    \
    "\"Labels\":{\"org.opencontainers.image.revision\":\"1\"}" more "}"
#define ENVIRONMENT(list) CONFIG(",\"Env\":[" list "]")
#define RUST_ENVIRONMENT ENVIRONMENT("\"RUST_VERSION=1.75.0\",\"CARGO_HOME=/usr/local/cargo\"")

typedef struct Case {
    const char *what, *config, *expected;
    Row rows[ROWS_MAX];
} Case;

#define RUN(command) "RUN /bin/sh -c " command " # buildkit"

static const Case cases[] = {
    /* toolchain, built-in-final, one-stage */
    {"Rust on its toolchain",
     RUST_ENVIRONMENT,
     "toolchain built-in-final one-stage",
     {IMPORTED(1400000),
      {900, "COPY . /app # buildkit"},
      {90000, RUN("cargo build --release")},
      {0, "CMD [\"/app\"]"}}},
    {"Rust whose FROM is not here: its base ends with the toolchain",
     RUST_ENVIRONMENT,
     "toolchain built-in-final one-stage",
     {DEBIAN,
      {0, "ENV RUSTUP_HOME=/r CARGO_HOME=/c RUST_VERSION=1.75.0", NULL, true, 9},
      {900000, RUN("set -eux; wget rustup-init"), NULL, true, 9},
      {800, "COPY . /app # buildkit"},
      {90000, RUN("cargo build --release")}}},
    {"Go on its toolchain, in a cached step of 3 MB",
     ENVIRONMENT("\"GOLANG_VERSION=1.22.1\""),
     "toolchain one-stage",
     {IMPORTED(800000), {100, "COPY go.mod . # buildkit"}, {3000, RUN("go build -o /app .")}}},
    {".NET",
     ENVIRONMENT("\"DOTNET_SDK_VERSION=8.0.100\""),
     "toolchain built-in-final one-stage",
     {IMPORTED(800000), {60000, RUN("dotnet publish -c Release")}}},
    {"RUST_VERSION without CARGO_HOME is somebody's variable",
     ENVIRONMENT("\"RUST_VERSION=1.75.0\""),
     "",
     {IMPORTED(80000), {9000, "COPY --from=b /app /app # buildkit"}}},
    {"two stages", CONFIG(""), "", {DEBIAN, {9000, "COPY /app/target/release/app /usr/local/bin/ # buildkit"}}},
    {"a job builds with it: compiled when it starts",
     CONFIG(",\"Env\":[\"GOLANG_VERSION=1.22.1\"],\"Cmd\":[\"go\",\"run\",\".\"]"),
     "",
     {IMPORTED(800000), {4000, "COPY . /src # buildkit"}}},
    {"cargo-chef cooks in the last stage",
     RUST_ENVIRONMENT,
     "toolchain built-in-final one-stage",
     {IMPORTED(1400000), {90000, RUN("cargo chef cook --release")}, {3000, RUN("cargo build --release")}}},
    {"compilers are installed",
     CONFIG(""),
     "toolchain one-stage",
     {DEBIAN,
      {300000, RUN("apt-get update && apt-get install -y --no-install-recommends gcc libpq-dev && rm -rf "
                   "/var/lib/apt/lists/*")}}},
    {"compilers are installed, and there is another stage",
     CONFIG(""),
     "toolchain",
     {DEBIAN, {300000, RUN("apk add --no-cache build-base")}, {5000, "COPY /wheels /wheels # buildkit"}}},
    {"compilers are taken off again in the same RUN",
     CONFIG(""),
     "",
     {DEBIAN,
      {30000,
       RUN("apk add --no-cache --virtual .build gcc musl-dev && pip install --no-cache-dir x && apk del .build")}}},
    {"compilers are taken off again after another removal",
     CONFIG(""),
     "",
     {DEBIAN,
      {30000, RUN("apt-get update && apt-get install -y --no-install-recommends gcc && make && rm -rf /tmp/b "
                  "/var/lib/apt/lists/* && apt-get purge -y gcc")}}},
    {"compilers in a layer that is small: nothing was installed",
     CONFIG(""),
     "",
     {DEBIAN, {800, RUN("apt-get update && apt-get install -y --no-install-recommends make")}}},
    {"an interpreter is no toolchain",
     ENVIRONMENT("\"NODE_VERSION=20.1.0\""),
     "",
     {NODE_SLIM, {900, "COPY package.json . # buildkit"}, {30000, RUN("npm ci && npm cache clean --force")}}},
    {"npm run build in the last stage",
     ENVIRONMENT("\"NODE_VERSION=20.1.0\""),
     "built-in-final one-stage",
     {NODE_SLIM, {900, "COPY src . # buildkit"}, {30000, RUN("npm run build")}}},
    {"the classic builder does not tell where COPY is from",
     RUST_ENVIRONMENT,
     "toolchain built-in-final",
     {IMPORTED(1400000),
      {900, "/bin/sh -c #(nop) COPY dir:12ab in /app ", ""},
      {90000, "/bin/sh -c cargo build --release", ""},
      {0, "/bin/sh -c #(nop)  CMD [\"/app\"]", ""}}},
    {"buildah",
     RUST_ENVIRONMENT,
     "toolchain built-in-final",
     {IMPORTED(1400000),
      {900, "/bin/sh -c #(nop) COPY dir:12ab in /app", "FROM docker.io/library/rust:1.75"},
      {90000, "|1 A=1 force-mtime=10 /bin/sh -c cargo build --release", ""}}},
    {"a CMD in front of the last COPY is the Dockerfile's own",
     CONFIG(""),
     "apt-lists recommends",
     {DEBIAN,
      {90000, RUN("apt-get update && apt-get install -y curl")},
      {0, "CMD [\"/app\"]"},
      {900, "COPY app /app # buildkit"}}},
    /* fat-base */
    {"a base of 400 MB", CONFIG(""), "fat-base", {IMPORTED(400000), {2000, "COPY /a /b # buildkit"}}},
    {"a base of 150 MB", CONFIG(""), "", {IMPORTED(150000), {2000, "COPY /a /b # buildkit"}}},
    {"buildpack-deps",
     ENVIRONMENT("\"PYTHON_VERSION=3.12.1\""),
     "fat-base",
     {DEBIAN,
      {60000,
       RUN("apt-get update; apt-get install -y --no-install-recommends autoconf gcc libc6-dev imagemagick; rm -rf "
           "/var/lib/apt/lists/*"),
       NULL, true, 2},
      {0, "CMD [\"python3\"]", NULL, true, 3},
      {2000, "COPY . /a # buildkit"}}},
    {"a base that calls itself slim",
     CONFIG(",\"Labels\":{\"org.opencontainers.image.base.name\":\"node:20-slim\",\"org.opencontainers.image.source\":"
            "\"x\"}"),
     "",
     {IMPORTED(400000), {2000, "COPY /a /b # buildkit"}}},
    /* packages */
    {"lists stay",
     CONFIG(""),
     "apt-lists recommends",
     {DEBIAN, {30000, RUN("apt-get update && apt-get install -y curl")}}},
    {"lists are removed in the same RUN",
     CONFIG(""),
     "",
     {DEBIAN,
      {30000,
       RUN("apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*")}}},
    {"a cache mount had the lists: the layer is small",
     CONFIG(""),
     "",
     {DEBIAN, {900, RUN("apt-get update && apt-get install -y curl")}}},
    {"what packages recommend is turned off",
     CONFIG(""),
     "apt-lists",
     {DEBIAN, {30000, RUN("apt-get update && apt-get -o APT::Install-Recommends=0 install -y curl")}}},
    {"apk keeps its index", CONFIG(""), "package-cache", {DEBIAN, {9000, RUN("apk add curl")}}},
    {"apk keeps nothing", CONFIG(""), "", {DEBIAN, {9000, RUN("apk add --no-cache curl")}}},
    {"pip keeps its cache", CONFIG(""), "package-cache", {DEBIAN, {9000, RUN("pip install -r requirements.txt")}}},
    {"pip is told by a variable",
     ENVIRONMENT("\"PIP_NO_CACHE_DIR=1\""),
     "",
     {DEBIAN, {9000, RUN("pip install -r requirements.txt")}}},
    {"python -m pip", CONFIG(""), "package-cache", {DEBIAN, {9000, RUN("python3 -m pip install flask")}}},
    {"dnf", CONFIG(""), "package-cache", {DEBIAN, {90000, RUN("dnf install -y httpd")}}},
    {"dnf cleans", CONFIG(""), "", {DEBIAN, {90000, RUN("dnf install -y httpd && dnf clean all")}}},
    {"npm", CONFIG(""), "package-cache", {DEBIAN, {90000, RUN("npm ci --omit=dev")}}},
    {"yarn", CONFIG(""), "package-cache", {DEBIAN, {90000, RUN("yarn install --frozen-lockfile")}}},
    {"yarn cleans", CONFIG(""), "", {DEBIAN, {90000, RUN("yarn install && yarn cache clean")}}},
    {"zypper", CONFIG(""), "package-cache", {DEBIAN, {90000, RUN("zypper install -y nginx")}}},
    {"the packages of a base are its own",
     CONFIG(""),
     "",
     {DEBIAN,
      {30000, RUN("apt-get update && apt-get install -y curl"), NULL, true, 2},
      {0, "CMD [\"sh\"]", NULL, true, 2},
      {900, "COPY a /a # buildkit"}}},
    /* copies */
    {"chown doubles the copy",
     CONFIG(""),
     "chown-copy",
     {DEBIAN, {40000, "COPY app /app # buildkit"}, {40000, RUN("useradd app && chown -R app:app /app")}}},
    {"chmod doubles it as well",
     CONFIG(""),
     "chown-copy",
     {DEBIAN, {40000, "COPY app /app # buildkit"}, {40000, RUN("chmod -R 755 /app")}}},
    {"chown of a small part",
     CONFIG(""),
     "",
     {DEBIAN, {40000, "COPY app /app # buildkit"}, {400, RUN("chown -R app:app /app/tmp")}}},
    {"COPY has the owner",
     CONFIG(""),
     "",
     {DEBIAN, {40000, "COPY --chown=app:app app /app # buildkit"}, {40000, RUN("chown -R other /app")}}},
    {"chown within a RUN that does more",
     CONFIG(""),
     "",
     {DEBIAN, {40000, "COPY app /app # buildkit"}, {40000, RUN("./install && chown -R app /app")}}},
    {"removed in a layer of its own",
     CONFIG(""),
     "removed-later",
     {DEBIAN, {80000, RUN("./fetch")}, {0, RUN("rm -rf /tmp/source")}}},
    {"purged in a layer of its own",
     CONFIG(""),
     "removed-later",
     {DEBIAN,
      {80000, RUN("apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*")},
      {1500, RUN("apt-get purge -y curl && apt-get autoremove -y")}}},
    {"removed in the same RUN", CONFIG(""), "", {DEBIAN, {80000, RUN("./fetch && rm -rf /tmp/source")}}},
    {"removed above small layers", CONFIG(""), "", {DEBIAN, {800, RUN("./fetch")}, {0, RUN("rm -rf /tmp/x")}}},
    {"the whole context", CONFIG(""), "context-copy", {DEBIAN, {80000, "COPY . /app # buildkit"}}},
    {"a small context", CONFIG(""), "", {DEBIAN, {8000, "COPY . /app # buildkit"}}},
    {"directories of the containerd store are no layers to compare with",
     CONFIG(""),
     "",
     {DEBIAN, {8, "WORKDIR /app"}, {8000, "COPY . /app # buildkit"}}},
    {"a context that is larger than all else",
     CONFIG(""),
     "context-copy",
     {DEBIAN, {10, "COPY a /a # buildkit"}, {900, RUN("./x")}, {8000, "COPY . /app # buildkit"}}},
    {"a large file out of another stage", CONFIG(""), "", {DEBIAN, {80000, "COPY /model /model # buildkit"}}},
    /* users */
    {"root",
     "{\"Healthcheck\":{\"Test\":[\"CMD\",\"/x\"]}}",
     "root-user no-labels",
     {DEBIAN, {900, "COPY a /a # buildkit"}}},
    {"root by number and group",
     "{\"User\":\"0:1000\",\"Healthcheck\":{\"Test\":[\"CMD\",\"/x\"]}}",
     "root-user no-labels",
     {DEBIAN, {900, "COPY a /a # buildkit"}}},
    {"root that the entrypoint gives up",
     CONFIG(",\"User\":\"root\",\"Entrypoint\":[\"gosu\",\"app\",\"/app\"]"),
     "root-user:note",
     {DEBIAN, {900, "COPY a /a # buildkit"}}},
    {"root that a script gives up",
     CONFIG(",\"User\":\"\",\"Entrypoint\":[\"/docker-entrypoint.sh\"],\"Env\":[\"GOSU_VERSION=1.17\"]"),
     "root-user:note",
     {DEBIAN, {900, "COPY a /a # buildkit"}}},
    {"a name FROM scratch",
     CONFIG(",\"User\":\"app\""),
     "named-user",
     {{9000, "COPY /app /app # buildkit"}, {0, "USER app"}}},
    {"a number FROM scratch", CONFIG(""), "", {{9000, "COPY /app /app # buildkit"}, {0, "USER 10001"}}},
    {"a name on Debian", CONFIG(",\"User\":\"app\""), "", {DEBIAN, {900, "COPY a /a # buildkit"}, {0, "USER app"}}},
    /* start */
    {"no check",
     CONFIG(",\"Healthcheck\":{\"Test\":[\"NONE\"]}"),
     "no-healthcheck",
     {DEBIAN, {900, "COPY a /a # buildkit"}}},
    {"a shell in between",
     CONFIG(",\"Cmd\":[\"/bin/sh\",\"-c\",\"node server.js\"]"),
     "shell-form",
     {DEBIAN, {900, "COPY a /a # buildkit"}}},
    {"a shell that gives way",
     CONFIG(",\"Cmd\":[\"/bin/sh\",\"-c\",\"exec node server.js\"]"),
     "",
     {DEBIAN, {900, "COPY a /a # buildkit"}}},
    {"tini hands on signals",
     CONFIG(",\"Entrypoint\":[\"/usr/bin/tini\",\"--\"],\"Cmd\":[\"/bin/sh\",\"-c\",\"node server.js\"]"),
     "",
     {DEBIAN, {900, "COPY a /a # buildkit"}}},
    /* labels, secrets */
    {"a label of its own, in the Dockerfile",
     CONFIG(",\"Labels\":{\"org.opencontainers.image.source\":\"x\"}"),
     "",
     {DEBIAN, {900, "COPY a /a # buildkit"}, {0, "LABEL org.opencontainers.image.source=x"}}},
    {"a label without a value",
     "{\"User\":\"1\",\"Healthcheck\":{\"Test\":[\"CMD\",\"/"
     "app\"]},\"Labels\":{\"org.opencontainers.image.revision\":\"\"}}",
     "no-labels",
     {DEBIAN, {900, "COPY a /a # buildkit"}, {0, "LABEL org.opencontainers.image.revision="}}},
    {"a label of the base",
     CONFIG(",\"Labels\":{\"org.opencontainers.image.source\":\"x\"}"),
     "no-labels",
     {{120000, "/bin/sh -c #(nop) ADD file:1 in / ", ""},
      {0, "LABEL org.opencontainers.image.source=x"},
      {0, "CMD [\"sh\"]"},
      {900, "COPY a /a # buildkit"}}},
    {"a password", ENVIRONMENT("\"DB_PASSWORD=hunter2\""), "secret", {DEBIAN, {900, "COPY a /a # buildkit"}}},
    {"a build argument",
     CONFIG(""),
     "secret",
     {DEBIAN, {900, "RUN |2 A=1 NPM_TOKEN=hunter2 /bin/sh -c ./fetch # buildkit"}}},
    {"what only looks like one",
     ENVIRONMENT(
         "\"GPG_KEY=1\",\"AWS_ACCESS_KEY_ID=A\",\"PUBLIC_API_KEY=p\",\"DB_PASSWORD=\",\"A_TOKEN=$OTHER\",\"SECRET_"
         "KEY_BASE_DUMMY=1\",\"TOKEN_EXPIRY=3600\",\"DB_PASSWORD_FILE=/run/x\""),
     "",
     {DEBIAN, {900, "COPY a /a # buildkit"}}},
    {"a base without a version",
     CONFIG(",\"Labels\":{\"org.opencontainers.image.base.name\":\"node:latest\",\"org.opencontainers.image.source\":"
            "\"x\"}"),
     "unpinned-base",
     {DEBIAN, {900, "COPY a /a # buildkit"}}},
    {"a base with a digest",
     CONFIG(",\"Labels\":{\"org.opencontainers.image.base.name\":\"node@sha256:1\",\"org.opencontainers.image.source\":"
            "\"x\"}"),
     "",
     {DEBIAN, {900, "COPY a /a # buildkit"}}},
    /* without a Dockerfile */
    {"a base", "{}", "root-user no-healthcheck", {DEBIAN}},
    {"settings alone", "{}", "root-user no-healthcheck no-labels", {DEBIAN, {0, "EXPOSE 80"}, {0, "CMD [\"app\"]"}}},
    {"an exporter", "{}", "root-user no-healthcheck", {{900000, "", "buildkit.exporter.image.v0"}}},
    {"ko", "{\"User\":\"65532\"}", "no-healthcheck", {{9000, "bazel build ..."}, {90000, "ko build ko://x"}}},
    {"nix", "{\"User\":\"1\"}", "no-healthcheck", {{90000, "", "store paths: ['/nix/store/x']"}}},
    {"buildpacks",
     "{\"User\":\"1\",\"Labels\":{\"io.buildpacks.lifecycle.metadata\":\"{}\"}}",
     "no-healthcheck",
     {DEBIAN, {90000, "RUN /bin/sh -c apt-get install -y x # buildkit"}}},
    {"docker commit", "{\"User\":\"1\"}", "no-healthcheck", {DEBIAN, {90000, "bash", ""}}},
};

static void each_image_has_just_its_findings(void **unused)
{
    size_t n_wrong = 0;

    (void)unused;
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        cleanup_with(host_clearp) AuditHost *host = host_new();
        cleanup_with(audited_clear) Audited audited = {0};
        host_add(host, "blog:v1", cases[i].config, cases[i].rows, true);
        host_settle(host);
        audit_image(&host->plan, &host->policy, &host->plan.images[0], &audited);
        cleanup_with(free_charp) char *names = names_of(&audited);
        if (strcmp(names, cases[i].expected) != 0) {
            print_error("%s: \"%s\", not \"%s\"\n", cases[i].what, names, cases[i].expected);
            n_wrong++;
        }
        assert_true(audited.could_be_bytes >= 0 && audited.could_be_bytes <= audited.bytes);
        for (size_t j = 0; j < audited.n_findings; j++)
            assert_true(audited.findings[j].text && audited.findings[j].remedy);
    }
    assert_int_equal(n_wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_image_has_just_its_findings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
