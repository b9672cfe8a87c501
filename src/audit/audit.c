/* SPDX-License-Identifier: MIT */
/*
 * The audit itself: asks each check of rgc/checks.def about each subject, leaves out what the configuration ignores,
 * and sorts what fires. The checks (checks_*.c) know nothing of each other; which of them apply to an image, and in
 * which order people read the findings, is decided only here.
 */
#include "checks.h"
#include "sums.h"

#include <rgc/reference.h>

#include <string.h>

enum { OF_DOCKERFILE, OF_START, OF_RELEASES };

static const struct {
    int of;
    CheckFind *find;
} rows[CHECK_MAX_] = {
#define CHECK(id, name, level, of_, find_, ...) [CHECK_##id] = {.of = OF_##of_, .find = (find_)},
#include <rgc/checks.def>
};

static bool is_asked(const Subject *s, Check check)
{
    bool is_known = judged(s)->build;

    switch (rows[check].of) {
    case OF_DOCKERFILE:
        return is_known && s->has_dockerfile && !s->is_left_to_others;
    case OF_RELEASES:
        return s->app && !s->is_left_to_others;
    default:
        return true;
    }
}

/* Of an image that others make, rgc tells only what the host's owner decides: what the containers leave on the disk. */
static bool is_users_matter(const Subject *s, Check check)
{
    return !s->is_left_to_others || check == CHECK_ANONYMOUS_VOLUME || check == CHECK_UNBOUNDED_LOG;
}

static int compare_findings(const void *a, const void *b)
{
    const Finding *x = a, *y = b;
    if (x->level != y->level)
        return (int)x->level - (int)y->level;
    if (x->saves_bytes != y->saves_bytes)
        return x->saves_bytes < y->saves_bytes ? 1 : -1;
    return (int)x->check - (int)y->check;
}

static void look(const Subject *s, const Strings *ignored, Audited *ret)
{
    for (Check check = 0; check < CHECK_MAX_; check++) {
        Finding finding = {.check = check, .level = check_spec(check)->level, .image = judged(s)->image};
        bool is_ignored = ignored && strings_contain(ignored, check_spec(check)->name);
        if (is_ignored || !is_asked(s, check) || !is_users_matter(s, check) || !rows[check].find(s, &finding)) {
            finding_clear(&finding);
            continue;
        }
        finding_settle(s, &finding);
        *array_add(&ret->findings, &ret->n_findings) = finding;
    }
    if (ret->n_findings > 0)
        qsort(ret->findings, ret->n_findings, sizeof(*ret->findings), compare_findings);
}

static void add_repositories(const Strings *names, Strings *repositories)
{
    for (size_t i = 0; i < names->count; i++) {
        cleanup_with(free_charp) char *repository = reference_repository(names->items[i]);
        if (repository)
            strings_add_unique(repositories, repository);
    }
}

/* Returns what the configuration ignores for this app, or for an image by its repository; NULL if it says nothing. */
static const Strings *ignored_checks(const Policy *policy, const Subject *s)
{
    cleanup_with(strings_clear) Strings repositories = {0};

    for (size_t i = 0; i < s->n_releases; i++) {
        add_repositories(&s->releases[i].image->tags, &repositories);
        add_repositories(&s->releases[i].image->digests, &repositories);
    }
    const AppPolicy *section = policy_app(policy, s->app ? s->app->name : NULL, &repositories);
    return section ? &section->audit_ignore : NULL;
}

static void take_subject(const Policy *policy, const Subject *s, Audited *ret)
{
    ret->app = s->app;
    ret->image = judged(s)->image;
    ret->is_known = judged(s)->build;
    ret->is_left_to_others = s->is_left_to_others;
    ret->has_dockerfile = s->has_dockerfile;
    for (size_t i = 0; i < s->n_releases; i++)
        *array_add(&ret->releases, &ret->n_releases) =
            (AuditedRelease){.image = s->releases[i].image, .version = xstrdup(s->releases[i].version)};
    look(s, ignored_checks(policy, s), ret);
    audited_settle(s, ret);
}

static int compare_audited(const void *a, const void *b)
{
    const Audited *x = a, *y = b;
    int64_t saves = audited_could_save(x), other = audited_could_save(y);
    if (saves != other)
        return saves < other ? 1 : -1;
    return x->app < y->app ? -1 : x->app > y->app; /* by name, as in the plan */
}

void audit_apps(const Plan *plan, const Policy *policy, Audit *ret)
{
    for (size_t i = 0; i < plan->n_apps; i++) {
        cleanup_with(subject_clear) Subject subject;
        subject_of_app(plan, &plan->apps[i], &subject);
        if (subject.n_releases > 0)
            take_subject(policy, &subject, array_add(&ret->apps, &ret->n_apps));
    }
    if (ret->n_apps > 0)
        qsort(ret->apps, ret->n_apps, sizeof(*ret->apps), compare_audited);
}

void audit_image(const Plan *plan, const Policy *policy, const PlannedImage *image, Audited *ret)
{
    cleanup_with(subject_clear) Subject subject;

    *ret = (Audited){0};
    subject_of_image(plan, image, &subject);
    take_subject(policy, &subject, ret);
}
