/* SPDX-License-Identifier: MIT */
/*
 * Checks that compare the releases of an app: sudden growth, layers that are not shared, and layers that are built anew
 * although nothing has changed. The last two need three releases and one base for all: two releases, or an update of
 * the base, are no pattern.
 */
#include "checks.h"

#include <rgc/saturate.h>

#include <string.h>

/* A release that grows by less is not worth a finding, whatever its share. */
#define GROWN (50 * MEGABYTE)
/* Releases of one small binary share nothing but their base, and need not. */
#define SMALL_BINARY (50 * MEGABYTE)

/* Returns the sum of the steps, or what the engine says of the image if it does not tell the sizes of steps. */
static int64_t bytes_of(const Release *release)
{
    int64_t bytes = 0;
    for (size_t i = 0; release->build && release->has_sizes && i < release->build->n_steps; i++)
        saturating_grow(&bytes, release->build->steps[i].size_bytes);
    return bytes > 0 ? bytes : release->image->size_bytes;
}

/* Returns the median size of the releases before the judged one, or 0 if there are fewer than two. */
static int64_t median_before(const Subject *s)
{
    int64_t *sizes = xcalloc(s->n_releases, sizeof(*sizes)), median;
    size_t n = 0;

    for (size_t i = s->judged + 1; i < s->n_releases; i++)
        sizes[n++] = bytes_of(&s->releases[i]);
    median = n < 2 ? 0 : median_bytes(sizes, n);
    free(sizes);
    return median;
}

static bool has_layer(const Release *release, const char *digest)
{
    return release->build && strings_contain(&release->build->layers, digest);
}

static bool have_one_base(const Release *a, const Release *b)
{
    if (!a->build || !b->build || a->base.n_layers != b->base.n_layers)
        return false;
    for (size_t i = 0; i < a->base.n_layers; i++)
        if (strcmp(a->build->layers.items[i], b->build->layers.items[i]) != 0)
            return false;
    return true;
}

/* Returns the largest step of this release whose layer the release before does not have, or NULL. */
static const BuildStep *largest_new(const Release *now, const Release *before)
{
    const BuildStep *largest = NULL;

    for (size_t i = 0; now->build && i < now->build->n_steps; i++) {
        const BuildStep *step = &now->build->steps[i];
        if (step->layer == NO_LAYER || has_layer(before, now->build->layers.items[step->layer]))
            continue;
        if (!largest || step->size_bytes > largest->size_bytes)
            largest = step;
    }
    return largest;
}

/* Compares the judged release with the median of those before it, which one odd release does not move. It must be half
 * as large again. If more than half of the growth is in another base, the base is named, else the largest new step. */
bool find_growth(const Subject *s, Finding *finding)
{
    const Release *now = judged(s);
    int64_t bytes = bytes_of(now), median = median_before(s);

    if (median == 0 || bytes <= median + median / 2 || bytes - median <= GROWN)
        return false;
    const Release *before = &s->releases[s->judged + 1];
    const BuildStep *step = largest_new(now, before);
    bool has_new_base = now->build && before->build && !have_one_base(now, before) &&
                        base_bytes(now) - base_bytes(before) > (bytes - median) / 2;
    finding->bytes = bytes - median;
    finding->saves_bytes = finding->bytes;
    finding->is_exact = true;
    if (has_new_base) {
        finding_say(finding, "this release is much larger than those before, as its base has changed");
        finding_advise(finding, "FROM the base that the releases before had, or a smaller one");
        return true;
    }
    finding_say(finding, "this release is much larger than those before%s%s", step ? ": most of it is in " : "",
                step ? step->gist : "");
    finding_advise(finding, "compare it with the release before it: docker history");
    return true;
}

/* Do both have the same layer at this place, and so, as rgc takes it, the same below? An engine stores the same diff ID
 * again if it lies on something else. */
static bool shares_layer(const Release *a, const Release *b, size_t layer)
{
    return layer < a->build->layers.count && layer < b->build->layers.count &&
           strcmp(a->build->layers.items[layer], b->build->layers.items[layer]) == 0;
}

/* Returns how large the layers are that no other release has. */
static int64_t unique_bytes(const Subject *s, const Release *release)
{
    int64_t bytes = 0;

    for (size_t i = 0; i < release->build->n_steps; i++) {
        const BuildStep *step = &release->build->steps[i];
        bool is_shared = step->layer == NO_LAYER;
        for (size_t j = 0; j < s->n_releases && !is_shared; j++)
            is_shared = &s->releases[j] != release && shares_layer(release, &s->releases[j], (size_t)step->layer);
        saturating_grow(&bytes, is_shared ? 0 : step->size_bytes);
    }
    return bytes;
}

static bool has_sizes_on_one_base(const Subject *s)
{
    for (size_t i = 0; i < s->n_releases; i++)
        if (!s->releases[i].build || !s->releases[i].has_sizes || !have_one_base(&s->releases[i], judged(s)))
            return false;
    return true;
}

/* Fires if more than 70% of the bytes of all releases are in layers that one release has alone. The releases could
 * share all but what the judged one has for itself; rgc cannot know how much of that, so no layers are named. */
bool find_unshared(const Subject *s, Finding *finding)
{
    int64_t unique = 0, all = 0;

    if (s->n_releases < 3 || !has_sizes_on_one_base(s))
        return false;
    for (size_t i = 0; i < s->n_releases; i++) {
        saturating_grow(&unique, unique_bytes(s, &s->releases[i]));
        saturating_grow(&all, bytes_of(&s->releases[i]));
    }
    finding->bytes = unique_bytes(s, judged(s));
    if (finding->bytes < SMALL_BINARY || unique <= all / 10 * 7)
        return false;
    finding->saves_bytes = unique - finding->bytes;
    finding->is_per_release = true;
    finding->count = s->n_releases;
    finding_say(finding, "the releases share almost nothing but their base");
    finding_advise(
        finding,
        "put first what changes least: packages, then dependencies by their lock file, then COPY . .; if that is "
        "the order already, build without --no-cache, or with --cache-from on a fresh machine");
    return true;
}

/* Installing these needs no file of the build context, so it can precede every COPY. */
#define SYSTEM_PACKAGES (DOES(APT_INSTALL) | DOES(APK_CACHE) | DOES(YUM_CACHE) | DOES(ZYPPER_CACHE))

/* Returns the step of another release that has the same command and nearly the same size (2%), or NULL. */
static const BuildStep *twin_of(const Release *release, const BuildStep *step)
{
    for (size_t i = release->base.n_steps; i < release->build->n_steps; i++) {
        const BuildStep *other = &release->build->steps[i];
        int64_t difference = other->size_bytes - step->size_bytes;
        if (other->kind == step->kind && other->print == step->print && difference <= step->size_bytes / 50 &&
            -difference <= step->size_bytes / 50)
            return other;
    }
    return NULL;
}

static const char *digest_of(const Release *release, const BuildStep *step)
{
    return step->layer == NO_LAYER ? NULL : release->build->layers.items[step->layer];
}

/* Does each other release have this step too, with another layer? Steps that compile, change owners or remove depend on
 * what lies below them, and upgrades are meant to bring something new: they are not asked. */
static bool is_unstable(const Subject *s, const Release *release, const BuildStep *step)
{
    const char *digest = digest_of(release, step);

    if (step->kind != STEP_RUN || !digest || step->size_bytes <= MEGABYTE ||
        (step->traits & (BUILDS | DOES(UPGRADES) | DOES(CHOWN) | DOES(CHMOD) | DOES(REMOVES))))
        return false;
    for (size_t i = 0; i < s->n_releases; i++) {
        const Release *other = &s->releases[i];
        const BuildStep *twin;
        if (other == release)
            continue;
        if (!other->build || !have_one_base(other, release))
            return false;
        twin = twin_of(other, step);
        if (!twin || !digest_of(other, twin) || strcmp(digest_of(other, twin), digest) == 0)
            return false;
    }
    return true;
}

static bool copies_before(const Release *release, const BuildStep *step)
{
    for (const BuildStep *at = step; at > release->build->steps + release->base.n_steps; at--)
        if ((at[-1].kind == STEP_COPY || at[-1].kind == STEP_ADD) && (at[-1].traits & (DOES(ALL) | DOES(FOLDER))))
            return true;
    return false;
}

static const char *lock_files(const Subject *s)
{
    static const char *const lines[LANGUAGE_MAX_] = {
        [LANGUAGE_RUST] = "COPY Cargo.toml Cargo.lock ./",
        [LANGUAGE_GO] = "COPY go.mod go.sum ./",
        [LANGUAGE_DOTNET] = "COPY *.csproj ./",
        [LANGUAGE_JAVA] = "COPY pom.xml ./",
        [LANGUAGE_NODE] = "COPY package.json package-lock.json ./",
        [LANGUAGE_PYTHON] = "COPY requirements.txt ./",
        [LANGUAGE_RUBY] = "COPY Gemfile Gemfile.lock ./",
        [LANGUAGE_PHP] = "COPY composer.json composer.lock ./",
    };
    return lines[s->language] ? lines[s->language] : "COPY of the files that it needs";
}

/* Installing what the project names in its lock files needs these files alone. Any other program may read the whole
 * project, such as "python manage.py collectstatic". */
static bool installs_dependencies(const BuildStep *step)
{
    static const char *const installers[] = {
        "RUN pip install", "RUN pip3 install",   "RUN npm ci",           "RUN npm install",
        "RUN yarn",        "RUN bundle install", "RUN composer install", "RUN pnpm install",
    };

    for (size_t i = 0; i < sizeof(installers) / sizeof(installers[0]); i++)
        if (strncmp(step->gist, installers[i], strlen(installers[i])) == 0)
            return true;
    return false;
}

static bool may_read_project(const Release *release, const BuildStep *step)
{
    return copies_before(release, step) && !(step->traits & SYSTEM_PACKAGES) && !installs_dependencies(step);
}

static bool is_stored_again(const Subject *s, const Release *release, const BuildStep *step)
{
    return is_unstable(s, release, step) && !may_read_project(release, step);
}

/* What a release has may need a layer of its own: then nobody can tell how much of it would be saved. */
static bool may_be_stored_again(const Subject *s, const Release *release, const BuildStep *step)
{
    return is_unstable(s, release, step) && may_read_project(release, step);
}

/* Two things make a RUN run anew: a COPY before it that changes with each release, or a build argument. If there is
 * neither, the build cache was lost. The advice follows in this order, and is about a step that can be mended for sure,
 * if there is one. */
bool find_unstable_layer(const Subject *s, Finding *finding)
{
    const BuildStep *step = s->n_releases < 3 ? NULL : find_step(s, is_stored_again);

    if (!step && s->n_releases >= 3)
        step = find_step(s, may_be_stored_again);
    if (!step ||
        gather_steps(s, is_stored_again, true, finding) + gather_steps(s, may_be_stored_again, false, finding) == 0)
        return false;
    finding_say(finding, "each release stores %s again, with the same command and size", step->gist);
    if (copies_before(judged(s), step) && (step->traits & SYSTEM_PACKAGES))
        finding_advise(finding, "put it before COPY . .");
    else if (copies_before(judged(s), step) && installs_dependencies(step))
        finding_advise(finding, "put it before COPY . ., and %s before it", lock_files(s));
    else if (may_read_project(judged(s), step))
        finding_advise(finding, "if it needs only a few files, COPY these, run it, and then COPY . .; if it needs the "
                                "whole project, leave it as it is");
    else if (step->traits & DOES(ARGS))
        finding_advise(finding, "move each ARG that changes with a release, such as a version or a date, below it, and "
                                "remove one that is a secret");
    else
        finding_advise(finding, "keep the build cache: docker buildx build --cache-from, or a builder that stays");
    return true;
}
