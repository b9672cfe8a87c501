/* SPDX-License-Identifier: MIT */
/* What rgc why says a verdict means: for an image, for a container, for a builder. */
#include "cli_host.h"
#include "random_host.h"

#include "cli/views/sentences.h"

#include <ctype.h>

static void assert_sentence(const char *text, const char *of)
{
    if (!text)
        fail_msg("%s has no sentence", of);
    assert_true(isupper((unsigned char)text[0]) || text[0] == '[' || strncmp(text, "rgc ", 4) == 0);
    assert_int_equal(text[strlen(text) - 1], '.');
}

test(every_reason_is_explained)
{
    for (Verdict verdict = 0; verdict < VERDICT_MAX_; verdict++)
        for (Reason reason = 0; reason < REASON_MAX_; reason++) {
            Sentences sentences = reason_sentences(JUDGED_IMAGE, verdict, reason);
            assert_sentence(sentences.explained, reason_to_string(reason));
            assert_sentence(sentences.remedy, reason_to_string(reason));
        }
    assert_null(reason_sentences(JUDGED_IMAGE, VERDICT_KEEP, REASON_MAX_).explained);
}

static void assert_all_are_explained(const Plan *plan, bool seen[REASON_MAX_])
{
    for (size_t i = 0; i < plan->n_containers; i++) {
        Reason reason = plan->containers[i].judgement.reason;
        Sentences sentences = container_sentences(plan, &plan->containers[i]);
        assert_sentence(sentences.explained, reason_to_string(reason));
        assert_sentence(sentences.remedy, reason_to_string(reason));
        seen[reason] = true;
    }
}

/* On hosts with anything on them: no container is judged for a reason that has no sentence for containers. */
test(whatever_a_container_is_judged_for_is_explained)
{
    bool seen[REASON_MAX_] = {0};
    World w;
    for (uint64_t seed = 1; seed <= 120; seed++) {
        random_seed(seed);
        world_init(&w);
        random_policy(&w.policy);
        for (int step = 0; step < 25; step++) {
            if (chance(15))
                random_picture(&w);
            else
                random_event(&w);
            world_plan(&w);
            assert_all_are_explained(&w.plan, seen);
        }
        world_clear(&w);
    }
    size_t n = 0;
    for (Reason reason = 0; reason < REASON_MAX_; reason++)
        n += seen[reason];
    assert_in_range(n, 10, REASON_MAX_); /* not the same few again and again */
}

/* What only an image's removal would do, or what only lets an image go, is no advice for a container. */
test(a_container_that_stays_is_told_what_is_so)
{
    Sentences running = reason_sentences(JUDGED_CONTAINER, VERDICT_KEEP, REASON_IN_USE);
    assert_non_null(strstr(running.explained, "It runs"));
    assert_non_null(strstr(running.remedy, "never touches a running container"));
    assert_null(strstr(running.explained, "rgc would remove"));
    Sentences stopped = reason_sentences(JUDGED_CONTAINER, VERDICT_KEEP, REASON_UNMANAGED);
    assert_non_null(strstr(stopped.remedy, "never removes this container; docker rm does"));
    assert_null(strstr(stopped.remedy, "unmanaged_max_unused"));
    assert_null(strstr(stopped.remedy, "image rm"));
}

test(what_has_failed_and_waits_is_not_said_to_be_past_it)
{
    cleanup_with(host_free) Pass *pass = host_new();
    PlannedImage *image = host_image(pass, "r/blog:v9", NO_APP, VERDICT_WAIT, REASON_FAILED);
    PlannedContainer *container = host_container(pass, "blog-web-v9", image, NO_APP, VERDICT_WAIT, REASON_FAILED);
    image->judgement.eligible_at = container->judgement.eligible_at = NOW + USEC_PER_HOUR;
    assert_string_equal(image_sentences(&pass->plan, image).explained, "It never served.");
    assert_string_equal(container_sentences(&pass->plan, container).explained, "Its release never served.");
    image->judgement.eligible_at = container->judgement.eligible_at = 0; /* only the clock holds it */
    assert_non_null(strstr(image_sentences(&pass->plan, image).explained, "or a day has passed"));
    assert_non_null(strstr(container_sentences(&pass->plan, container).explained, "or a day has passed"));
}

test(what_ran_last_of_an_app_that_stands_still_says_how_to_be_rid_of_it)
{
    cleanup_with(host_free) Pass *pass = host_new();
    size_t app = host_app(pass, "blog", NULL), other = host_app(pass, "blog", "staging");
    PlannedImage *image = host_image(pass, "r/blog:v9", app, VERDICT_KEEP, REASON_CURRENT);
    PlannedContainer *container = host_container(pass, "blog-web-v9", image, app, VERDICT_KEEP, REASON_CURRENT);
    assert_null(strstr(image_sentences(&pass->plan, image).remedy, "docker"));
    assert_null(strstr(container_sentences(&pass->plan, container).remedy, "docker"));
    pass->plan.apps[app].is_running = false;
    assert_non_null(strstr(image_sentences(&pass->plan, image).remedy, "docker image rm"));
    assert_non_null(strstr(container_sentences(&pass->plan, container).remedy, "docker rm"));
    *array_add(&image->apps, &image->n_apps) =
        (Membership){.app = other, .judgement = {.reason = REASON_CURRENT, .detail = xstrdup("runs")}};
    assert_null(strstr(image_sentences(&pass->plan, image).remedy, "docker"));
}

test(no_remedy_is_a_key_that_is_set_already)
{
    cleanup_with(host_free) Pass *pass = host_new();
    static const Reason reasons[] = {REASON_UNMANAGED, REASON_IDLE};
    for (size_t i = 0; i < N_ELEMENTS(reasons); i++) {
        PlannedImage *image = host_image(pass, "r/a:1", NO_APP, VERDICT_KEEP, reasons[i]);
        assert_non_null(strstr(image_sentences(&pass->plan, image).remedy, "is set, such as"));
        image->judgement.eligible_at = NOW + USEC_PER_HOUR;
        assert_null(strstr(image_sentences(&pass->plan, image).remedy, "is set, such as"));
    }
    PlannedImage *job = host_image(pass, "r/job:1", NO_APP, VERDICT_KEEP, REASON_JOB);
    assert_non_null(strstr(image_sentences(&pass->plan, job).remedy, "jobs_max_unused is set, such as"));
    job->judgement.eligible_at = NOW + USEC_PER_HOUR;
    assert_null(strstr(image_sentences(&pass->plan, job).remedy, "is set, such as"));
    PlannedImage *other = host_image(pass, "r/odd:1", NO_APP, VERDICT_KEEP, REASON_OTHER);
    assert_null(strstr(image_sentences(&pass->plan, other).remedy, "dangling"));
    free(other->judgement.detail);
    other->judgement.detail = xstrdup(DETAIL_KEPT_DANGLING);
    assert_non_null(strstr(image_sentences(&pass->plan, other).remedy, "[retention] dangling = remove"));
}

test(of_a_builder_orphans_decide)
{
    cleanup_with(host_free) Pass *pass = host_new();
    PlannedImage *image = host_image(pass, "moby/buildkit:v1", NO_APP, VERDICT_KEEP, REASON_CURRENT);
    PlannedContainer *container =
        host_container(pass, "buildx_buildkit_x0", image, NO_APP, VERDICT_REMOVE, REASON_UNUSED);
    Builder builder = {.name = (char *)(uintptr_t) "x0", .container_id = container->container->id};
    *array_add(&pass->plan.builders, &pass->plan.n_builders) = (PlannedBuilder){.builder = &builder};
    const Reason reasons[] = {REASON_UNUSED, REASON_INFRASTRUCTURE, REASON_CURRENT};
    for (size_t i = 0; i < N_ELEMENTS(reasons); i++) {
        container->judgement.reason = reasons[i];
        container->judgement.verdict = i == 0 ? VERDICT_REMOVE : VERDICT_KEEP;
        Sentences sentences = container_sentences(&pass->plan, container);
        assert_non_null(strstr(sentences.explained, "It is a builder"));
        assert_non_null(strstr(sentences.remedy, "[build_cache] orphans"));
        assert_null(strstr(sentences.remedy, "[retention]"));
    }
    container->judgement.reason = REASON_PROTECTED;
    assert_non_null(strstr(container_sentences(&pass->plan, container).explained, "rgc.keep"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reason_is_explained),
        cmocka_unit_test(whatever_a_container_is_judged_for_is_explained),
        cmocka_unit_test(a_container_that_stays_is_told_what_is_so),
        cmocka_unit_test(what_has_failed_and_waits_is_not_said_to_be_past_it),
        cmocka_unit_test(what_ran_last_of_an_app_that_stands_still_says_how_to_be_rid_of_it),
        cmocka_unit_test(no_remedy_is_a_key_that_is_set_already),
        cmocka_unit_test(of_a_builder_orphans_decide),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
