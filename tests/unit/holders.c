/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <rgc/holders.h>

#include <string.h>

typedef struct Host {
    Snapshot snapshot;
    Plan plan;
    Disk disk;
    Image images[4];
    PlannedImage planned[4];
    Membership memberships[4][2];
    PlannedApp apps[2];
    Holders holders;
} Host;

static char one[] = "blog", other[] = "shop", staging[] = "staging";

/* Two apps, `n` images of 100 bytes; image i belongs to app 0. 1000 bytes used of 4000. */
static Host *host_new(size_t n)
{
    Host *host = xcalloc(1, sizeof(*host));

    host->apps[0].name = one;
    host->apps[1].name = other;
    host->apps[1].destination = staging;
    host->disk = (Disk){.total_bytes = 4000, .available_bytes = 3000};
    for (size_t i = 0; i < n; i++) {
        host->images[i] = (Image){.size_bytes = 100, .shared_bytes = 0};
        host->memberships[i][1].app = 1;
        host->planned[i] = (PlannedImage){.image = &host->images[i], .apps = host->memberships[i], .n_apps = 1};
    }
    host->snapshot = (Snapshot){.disks = &host->disk, .n_disks = 1};
    host->plan =
        (Plan){.snapshot = &host->snapshot, .apps = host->apps, .n_apps = 2, .images = host->planned, .n_images = n};
    return host;
}

static void host_free(Host *host)
{
    holders_clear(&host->holders);
    free(host);
}
DEFINE_CLEANUP(Host, host_free)

static int64_t bytes_of(const Host *host, const char *name)
{
    for (size_t i = 0; i < host->holders.count; i++)
        if (strcmp(host->holders.items[i].name, name) == 0)
            return host->holders.items[i].bytes;
    return 0;
}

static void an_image_of_two_apps_counts_once_for_the_first(void **unused)
{
    cleanup_with(host_freep) Host *host = host_new(2);

    (void)unused;
    host->planned[0].n_apps = 2;
    host->memberships[1][0].app = 1;
    holders_compute(&host->plan, &host->holders);
    assert_int_equal(bytes_of(host, "blog"), 100);
    assert_int_equal(bytes_of(host, "shop/staging"), 100);
    assert_int_equal(bytes_of(host, "unaccounted"), 800);
    assert_null(host->holders.note);
}

static void images_without_an_app_have_holders_too(void **unused)
{
    cleanup_with(host_freep) Host *host = host_new(4);

    (void)unused;
    for (size_t i = 0; i < 4; i++)
        host->planned[i].n_apps = 0;
    host->planned[0].judgement.reason = REASON_UNMANAGED;
    host->planned[1].judgement.reason = REASON_DANGLING;
    host->planned[2].judgement.reason = REASON_INFRASTRUCTURE;
    host->planned[3].judgement.reason = REASON_JOB;
    holders_compute(&host->plan, &host->holders);
    assert_int_equal(bytes_of(host, "unmanaged"), 100);
    assert_int_equal(bytes_of(host, "dangling"), 100);
    assert_int_equal(bytes_of(host, "other images"), 200);
}

static void known_layers_count_once_and_shared_ones_apart(void **unused)
{
    cleanup_with(host_freep) Host *host = host_new(3);
    Layer a[] = {{"base", 60}, {"blog", 30}, {"v1", 10}};
    Layer b[] = {{"base", 60}, {"blog", 30}, {"v2", 10}};
    Layer c[] = {{"base", 60}, {"shop", 40}};

    (void)unused;
    host->images[0].layers = a;
    host->images[1].layers = b;
    host->images[2].layers = c;
    host->images[0].n_layers = host->images[1].n_layers = 3;
    host->images[2].n_layers = 2;
    host->memberships[2][0].app = 1;
    holders_compute(&host->plan, &host->holders);
    assert_int_equal(bytes_of(host, "shared layers"), 60);
    assert_int_equal(bytes_of(host, "blog"), 50);
    assert_int_equal(bytes_of(host, "shop/staging"), 40);
    assert_int_equal(bytes_of(host, "unaccounted"), 850);
    assert_null(host->holders.note);
}

static void without_layers_shared_bytes_are_a_lower_bound_and_said_so(void **unused)
{
    cleanup_with(host_freep) Host *host = host_new(2);

    (void)unused;
    host->images[0].shared_bytes = 60;
    host->images[1].shared_bytes = 70;
    holders_compute(&host->plan, &host->holders);
    assert_int_equal(bytes_of(host, "blog"), 70);
    assert_int_equal(bytes_of(host, "shared layers"), 70);
    assert_non_null(strstr(host->holders.note, "at least"));
}

static void an_engine_that_tells_nothing_gives_whole_sizes_and_a_note(void **unused)
{
    cleanup_with(host_freep) Host *host = host_new(2);

    (void)unused;
    host->images[0].shared_bytes = host->images[1].shared_bytes = -1;
    host->disk.available_bytes = 3900; /* less is used than the sizes add up to */
    holders_compute(&host->plan, &host->holders);
    assert_int_equal(bytes_of(host, "blog"), 200);
    assert_int_equal(bytes_of(host, "unaccounted"), 0);
    assert_non_null(strstr(host->holders.note, "did not tell"));
}

static void caches_count_without_the_layers_of_images(void **unused)
{
    cleanup_with(host_freep) Host *host = host_new(1);
    CacheRecord records[] = {{.size_bytes = 300}, {.size_bytes = 90, .is_shared = true}, {.size_bytes = 50}};
    char name[] = "kamal";
    Builder builder = {.name = name};
    PlannedBuilder builders[] = {{.builder = &builder, .cache_bytes = 25}, {.builder = &builder, .cache_bytes = -1}};

    (void)unused;
    host->snapshot.cache = (BuildCache){.is_known = true, .records = records, .n_records = 3};
    host->plan.cache = (PlannedCache){.is_known = true, .total_bytes = 440};
    host->plan.builders = builders;
    host->plan.n_builders = 2;
    holders_compute(&host->plan, &host->holders);
    assert_int_equal(bytes_of(host, "build cache"), 350);
    assert_int_equal(bytes_of(host, "builder kamal"), 25);
    assert_int_equal(bytes_of(host, "unaccounted"), 1000 - 100 - 350 - 25);
}

static void the_largest_comes_first_and_the_unaccounted_last(void **unused)
{
    cleanup_with(host_freep) Host *host = host_new(3);

    (void)unused;
    host->memberships[1][0].app = host->memberships[2][0].app = 1;
    holders_compute(&host->plan, &host->holders);
    assert_int_equal(host->holders.count, 3);
    assert_string_equal(host->holders.items[0].name, "shop/staging");
    assert_string_equal(host->holders.items[1].name, "blog");
    assert_string_equal(host->holders.items[2].name, "unaccounted");
    assert_int_equal(host->holders.items[2].bytes, 700);
}

static void without_a_file_system_nothing_is_unaccounted(void **unused)
{
    cleanup_with(host_freep) Host *host = host_new(0);

    (void)unused;
    host->snapshot.n_disks = 0;
    holders_compute(&host->plan, &host->holders);
    assert_int_equal(host->holders.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_image_of_two_apps_counts_once_for_the_first),
        cmocka_unit_test(images_without_an_app_have_holders_too),
        cmocka_unit_test(known_layers_count_once_and_shared_ones_apart),
        cmocka_unit_test(without_layers_shared_bytes_are_a_lower_bound_and_said_so),
        cmocka_unit_test(an_engine_that_tells_nothing_gives_whole_sizes_and_a_note),
        cmocka_unit_test(caches_count_without_the_layers_of_images),
        cmocka_unit_test(the_largest_comes_first_and_the_unaccounted_last),
        cmocka_unit_test(without_a_file_system_nothing_is_unaccounted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
