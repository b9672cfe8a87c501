/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <rgc/holders.h>

#include <string.h>

typedef struct Host {
    Snapshot snapshot;
    Plan plan;
    Disk disk;
    char api[8];
    Container container;
    Image images[4];
    PlannedImage planned[4];
    Membership memberships[4][2];
    PlannedApp apps[2];
    Survey survey;
    Holders holders;
} Host;

static char *const ids[] = {"sha256:a", "sha256:b", "sha256:c", "sha256:d"};
static char one[] = "blog", other[] = "shop", staging[] = "staging";

/* Two apps, `n` images of 100 bytes; image i belongs to app 0. 1000 bytes used of 4000. */
static Host *host_new(size_t n)
{
    Host *host = xcalloc(1, sizeof(*host));

    host->apps[0].name = one;
    host->apps[1].name = other;
    host->apps[1].destination = staging;
    host->container.id = "c1";
    host->disk = (Disk){.total_bytes = 4000, .available_bytes = 3000};
    for (size_t i = 0; i < n; i++) {
        host->images[i] = (Image){.id = ids[i], .size_bytes = 100, .shared_bytes = 0};
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
    survey_clear(&host->survey);
    free(host);
}
DEFINE_CLEANUP(Host, host_free)

static const char *command_of(const Host *host, const char *name)
{
    for (size_t i = 0; i < host->holders.count; i++)
        if (strcmp(host->holders.items[i].name, name) == 0)
            return host->holders.items[i].command;
    return NULL;
}

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
    holders_compute(&host->plan, &host->survey, &host->holders);
    assert_int_equal(bytes_of(host, "blog"), 100);
    assert_int_equal(bytes_of(host, "shop/staging"), 100);
    assert_int_equal(bytes_of(host, "not images or cache"), 800);
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
    holders_compute(&host->plan, &host->survey, &host->holders);
    assert_int_equal(bytes_of(host, "unmanaged images"), 100);
    assert_int_equal(bytes_of(host, "dangling images"), 100);
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
    holders_compute(&host->plan, &host->survey, &host->holders);
    assert_int_equal(bytes_of(host, "shared layers"), 60);
    assert_int_equal(bytes_of(host, "blog"), 50);
    assert_int_equal(bytes_of(host, "shop/staging"), 40);
    assert_int_equal(bytes_of(host, "not images or cache"), 850);
    assert_null(host->holders.note);
}

static void without_layers_shared_bytes_are_a_lower_bound_and_said_so(void **unused)
{
    cleanup_with(host_freep) Host *host = host_new(2);

    (void)unused;
    host->images[0].shared_bytes = 60;
    host->images[1].shared_bytes = 70;
    holders_compute(&host->plan, &host->survey, &host->holders);
    assert_int_equal(bytes_of(host, "blog"), 70);
    assert_int_equal(bytes_of(host, "shared layers"), 70);
    assert_non_null(strstr(host->holders.note, "not with which others"));
}

static void an_engine_that_tells_nothing_gives_whole_sizes_and_a_note(void **unused)
{
    cleanup_with(host_freep) Host *host = host_new(2);

    (void)unused;
    host->images[0].shared_bytes = host->images[1].shared_bytes = -1;
    host->disk.available_bytes = 3900; /* less is used than the sizes add up to */
    holders_compute(&host->plan, &host->survey, &host->holders);
    assert_int_equal(bytes_of(host, "blog"), 200);
    assert_int_equal(bytes_of(host, "not images or cache"), 0);
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
    holders_compute(&host->plan, &host->survey, &host->holders);
    assert_int_equal(bytes_of(host, "build cache"), 350);
    assert_int_equal(bytes_of(host, "builder kamal"), 25);
    assert_int_equal(bytes_of(host, "not images or cache"), 1000 - 100 - 350 - 25);
}

static void the_largest_comes_first_and_the_unaccounted_last(void **unused)
{
    cleanup_with(host_freep) Host *host = host_new(3);

    (void)unused;
    host->memberships[1][0].app = host->memberships[2][0].app = 1;
    holders_compute(&host->plan, &host->survey, &host->holders);
    assert_int_equal(host->holders.count, 3);
    assert_string_equal(host->holders.items[0].name, "shop/staging");
    assert_string_equal(host->holders.items[1].name, "blog");
    assert_string_equal(host->holders.items[2].name, "not images or cache");
    assert_int_equal(host->holders.items[2].bytes, 700);
}

static void without_a_file_system_nothing_is_unaccounted(void **unused)
{
    cleanup_with(host_freep) Host *host = host_new(0);

    (void)unused;
    host->snapshot.n_disks = 0;
    holders_compute(&host->plan, &host->survey, &host->holders);
    assert_int_equal(host->holders.count, 0);
}

/* Layers of 30 bytes over a base of 60 that both have; the rest of the 100 is what is kept compressed. */
static void give_layers(Host *host, Layer (*layers)[2])
{
    for (size_t i = 0; i < 2; i++) {
        host->images[i].layers = layers[i];
        host->images[i].n_layers = 2;
    }
    host->memberships[1][0].app = 1;
}

static void the_same_files_on_another_base_are_there_twice(void **unused)
{
    cleanup_with(host_freep) Host *host = host_new(2);
    Layer layers[][2] = {{{"base", 60}, {"top", 40}}, {{"base2", 60}, {"top", 40}}};

    (void)unused;
    give_layers(host, layers);
    holders_compute(&host->plan, &host->survey, &host->holders);
    assert_int_equal(bytes_of(host, "blog"), 100);
    assert_int_equal(bytes_of(host, "shop/staging"), 100);
    assert_int_equal(bytes_of(host, "shared layers"), 0);
}

static void blobs_count_once_by_their_digest(void **unused)
{
    cleanup_with(host_freep) Host *host = host_new(2);
    Layer layers[][2] = {{{"base", 50}, {"v1", 10}}, {{"base", 50}, {"v2", 20}}};
    struct {
        size_t image;
        const char *digest;
        int64_t bytes;
    } blobs[] = {{0, "z", 25}, {0, "x", 5}, {1, "y", 10}, {1, "z", 25}};

    (void)unused;
    give_layers(host, layers);
    for (size_t i = 0; i < 4; i++)
        *array_add(&host->survey.blobs, &host->survey.n_blobs) =
            (ImageBlob){.image = ids[blobs[i].image], .digest = xstrdup(blobs[i].digest), .bytes = blobs[i].bytes};
    holders_compute(&host->plan, &host->survey, &host->holders);
    assert_int_equal(bytes_of(host, "shared layers"), 75);
    assert_int_equal(bytes_of(host, "blog"), 15);
    assert_int_equal(bytes_of(host, "shop/staging"), 30);
    assert_null(host->holders.note);
}

static void without_blobs_layers_share_what_is_compressed(void **unused)
{
    cleanup_with(host_freep) Host *host = host_new(2);
    Layer layers[][2] = {{{"base", 60}, {"v1", 20}}, {{"base", 60}, {"v2", 20}}};

    (void)unused;
    give_layers(host, layers);
    holders_compute(&host->plan, &host->survey, &host->holders);
    assert_int_equal(bytes_of(host, "shared layers"), 75);
    assert_int_equal(bytes_of(host, "blog"), 25);
    assert_non_null(strstr(host->holders.note, "as root"));
}

static void add_volume(Host *host, const char *name, bool is_anonymous, bool is_used, bool is_elsewhere)
{
    *array_add(&host->survey.volumes, &host->survey.n_volumes) = (FoundVolume){
        .name = xstrdup(name), .is_anonymous = is_anonymous, .is_used = is_used, .is_elsewhere = is_elsewhere};
}

static const Holder *holder(const Host *host, HolderKind kind)
{
    for (size_t i = 0; i < host->holders.count; i++)
        if (host->holders.items[i].kind == kind)
            return &host->holders.items[i];
    return NULL;
}

static int64_t sum(const Holders *holders)
{
    int64_t bytes = 0;

    for (size_t i = 0; i < holders->count; i++)
        bytes += holders->items[i].bytes > 0 ? holders->items[i].bytes : 0;
    return bytes;
}

/* Three volumes, two anonymous ones of no container, one of somewhere else. */
static Host *host_with_volumes(void)
{
    Host *host = host_new(0);

    host->snapshot.engine.api = strcpy(host->api, "1.51");
    host->survey.is_made = true;
    add_volume(host, "anonymous-used", true, true, false);
    add_volume(host, "anonymous1", true, false, false);
    add_volume(host, "anonymous2", true, false, false);
    add_volume(host, "data", false, true, false);
    add_volume(host, "nfs", false, true, true);
    add_volume(host, "spare", false, false, false);
    return host;
}

static void anonymous_volumes_of_no_container_have_a_line_of_their_own(void **unused)
{
    cleanup_with(host_freep) Host *host = host_with_volumes();
    static const char *const names[] = {"anonymous-used", "anonymous1", "anonymous2", "data", "nfs", "spare"};

    (void)unused;
    for (size_t i = 0; i < 6; i++)
        sizes_set(&host->survey.sizes, SIZE_VOLUME, names[i], 10 + (int64_t)i, 0, 5 + (Time)i);
    holders_compute(&host->plan, &host->survey, &host->holders);
    const Holder *volumes = holder(host, HOLDER_VOLUMES), *anonymous = holder(host, HOLDER_ANONYMOUS);
    assert_int_equal(volumes->bytes, 10 + 13 + 15);
    assert_int_equal(volumes->count, 3);
    assert_int_equal(volumes->measured_at, 5);
    assert_int_equal(anonymous->bytes, 11 + 12);
    assert_int_equal(anonymous->count, 2);
    assert_string_equal(anonymous->command, "docker volume prune");
    assert_int_equal(sum(&host->holders), 1000);
}

static void where_a_prune_takes_named_volumes_too_it_is_not_proposed(void **unused)
{
    cleanup_with(host_freep) Host *host = host_with_volumes();

    (void)unused;
    strcpy(host->api, "1.41");
    holders_compute(&host->plan, &host->survey, &host->holders);
    assert_string_equal(holder(host, HOLDER_ANONYMOUS)->command, "docker volume rm VOLUME");
}

static void what_is_not_measured_has_a_line_and_is_named_in_the_rest(void **unused)
{
    cleanup_with(host_freep) Host *host = host_with_volumes();

    (void)unused;
    sizes_set(&host->survey.sizes, SIZE_VOLUME, "data", 200, 0, 5);
    sizes_set(&host->survey.sizes, SIZE_VOLUME, "gone", 500, 0, 5);
    holders_compute(&host->plan, &host->survey, &host->holders);
    const Holder *volumes = holder(host, HOLDER_VOLUMES), *anonymous = holder(host, HOLDER_ANONYMOUS),
                 *rest = holder(host, HOLDER_REST);
    assert_int_equal(volumes->bytes, 200);
    assert_int_equal(volumes->n_unmeasured, 2);
    assert_int_equal(anonymous->bytes, -1);
    assert_non_null(strstr(anonymous->note, "sudo rgc status --deep"));
    assert_string_equal(rest->note, "including volumes, anonymous volumes");
    assert_string_equal(rest->command, "sudo rgc status --deep");
    assert_int_equal(rest->bytes, 800);
    assert_ptr_equal(rest, &host->holders.items[host->holders.count - 1]);
}

static void give_container(Host *host)
{
    host->snapshot.containers = &host->container;
    host->snapshot.n_containers = 1;
}

/* A limit that is set already is no advice. */
static void logs_with_a_limit_are_not_told_to_have_one(void **unused)
{
    cleanup_with(host_freep) Host *host = host_new(1);
    Container containers[2] = {{.id = "c", .name = "c", .run.setup = SETUP_KNOWN},
                               {.id = "d", .name = "d", .run.setup = SETUP_KNOWN}};

    (void)unused;
    host->snapshot.containers = containers;
    host->snapshot.n_containers = 2;
    host->survey.is_made = true;
    host->survey.logs = (Amount){.is_known = true, .bytes = 70, .count = 2};
    static const struct {
        int setup;
        const char *command;
    } rows[] = {{SETUP_KNOWN, "a lower max-size"},
                {SETUP_KNOWN | SETUP_UNBOUNDED_LOG, "log-opts: max-size"},
                {0, "log-opts: max-size"}};
    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        containers[1].run.setup = rows[i].setup;
        holders_clear(&host->holders);
        holders_compute(&host->plan, &host->survey, &host->holders);
        assert_string_equal(command_of(host, "container logs"), rows[i].command);
    }
    host->snapshot.containers = NULL;
    host->snapshot.n_containers = 0;
}

static void logs_and_layers_say_who_may_read_them(void **unused)
{
    cleanup_with(host_freep) Host *host = host_with_volumes();

    (void)unused;
    give_container(host);
    host->survey.is_forbidden = true;
    holders_compute(&host->plan, &host->survey, &host->holders);
    assert_int_equal(holder(host, HOLDER_LOGS)->bytes, -1);
    assert_string_equal(holder(host, HOLDER_LOGS)->note, "only root may read them: sudo rgc status");
    assert_int_equal(holder(host, HOLDER_WRITABLE)->bytes, -1);
    holders_clear(&host->holders);
    host->survey.logs = (Amount){.is_known = true, .bytes = 70, .count = 1};
    sizes_set(&host->survey.sizes, SIZE_CONTAINER, "c1", 30, 0, 5);
    host->survey.journal = (Amount){.is_known = true, .bytes = 20};
    holders_compute(&host->plan, &host->survey, &host->holders);
    assert_int_equal(holder(host, HOLDER_LOGS)->bytes, 70);
    assert_int_equal(holder(host, HOLDER_WRITABLE)->bytes, 30);
    assert_int_equal(holder(host, HOLDER_JOURNAL)->bytes, 20);
    assert_int_equal(holder(host, HOLDER_REST)->bytes, 880);
    assert_string_equal(holder(host, HOLDER_REST)->command, "sudo rgc status --deep"); /* for the volumes */
    holders_clear(&host->holders);
    while (host->survey.n_volumes > 0)
        free(host->survey.volumes[--host->survey.n_volumes].name);
    strings_add(&host->survey.mounts, "/data");
    strings_add(&host->survey.mounts, "/var");
    holders_compute(&host->plan, &host->survey, &host->holders);
    assert_string_equal(holder(host, HOLDER_REST)->command, "sudo du -xhd1 /data /var");
}

static void no_holder_is_more_than_the_whole_disk(void **unused)
{
    Holders holders = {.total_bytes = 3};
    const Holder sparse = {.bytes = INT64_MAX}, third = {.bytes = 1}, unknown = {.bytes = -1};

    (void)unused;
    assert_true(holder_percent(&holders, &sparse) == 100);
    assert_true(holder_percent(&holders, &third) > 33.32 && holder_percent(&holders, &third) < 33.34);
    assert_true(holder_percent(&holders, &unknown) == 0);
    holders.total_bytes = -1;
    assert_true(holder_percent(&holders, &sparse) == 0);
}

static void hidden_images_and_leftovers_are_holders(void **unused)
{
    cleanup_with(host_freep) Host *host = host_with_volumes();

    (void)unused;
    *array_add(&host->survey.stores, &host->survey.n_stores) =
        (HiddenStore){.name = xstrdup("overlay2"), .n_images = 7, .bytes = 90};
    holders_compute(&host->plan, &host->survey, &host->holders);
    const Holder *hidden = holder(host, HOLDER_HIDDEN);
    assert_int_equal(hidden->bytes, 90);
    assert_int_equal(hidden->count, 7);
    assert_non_null(strstr(hidden->note, "at least"));
    assert_null(holder(host, HOLDER_LEFTOVERS));
    holders_clear(&host->holders);
    sizes_set(&host->survey.sizes, SIZE_STORE, "overlay2", 120, 0, 5);
    sizes_set(&host->survey.sizes, SIZE_LEFTOVERS, "", 15, 3, 5);
    holders_compute(&host->plan, &host->survey, &host->holders);
    assert_int_equal(holder(host, HOLDER_HIDDEN)->bytes, 120);
    assert_null(holder(host, HOLDER_HIDDEN)->note);
    assert_int_equal(holder(host, HOLDER_LEFTOVERS)->bytes, 15);
    assert_int_equal(holder(host, HOLDER_LEFTOVERS)->count, 3);
}

static void a_volume_of_a_builder_is_not_counted_twice(void **unused)
{
    cleanup_with(host_freep) Host *host = host_with_volumes();
    Volume volume = {.name = "data", .size_bytes = -1};
    Builder builder = {.name = "kamal", .volume = &volume};
    PlannedBuilder planned = {.builder = &builder, .cache_bytes = -1};

    (void)unused;
    host->plan.builders = &planned;
    host->plan.n_builders = 1;
    sizes_set(&host->survey.sizes, SIZE_VOLUME, "data", 200, 0, 5);
    sizes_set(&host->survey.sizes, SIZE_VOLUME, "spare", 50, 0, 5);
    holders_compute(&host->plan, &host->survey, &host->holders);
    assert_int_equal(holder(host, HOLDER_BUILDER)->bytes, 200);
    assert_string_equal(holder(host, HOLDER_BUILDER)->command, "docker volume rm data");
    assert_int_equal(holder(host, HOLDER_VOLUMES)->bytes, 50);
}

static void apps_of_one_name_are_told_apart_by_their_folders(void **unused)
{
    cleanup_with(host_freep) Host *host = host_new(2);

    (void)unused;
    host->memberships[1][0].app = 1;
    host->apps[1] = host->apps[0];
    host->apps[0].folder = "/srv/a";
    host->apps[1].folder = "/srv/b";
    holders_compute(&host->plan, &host->survey, &host->holders);
    assert_int_equal(bytes_of(host, "blog (/srv/a)"), 100);
    assert_int_equal(bytes_of(host, "blog (/srv/b)"), 100);
}

static void sizes_are_found_by_kind_and_name(void **unused)
{
    cleanup_with(sizes_clear) Sizes sizes = {0};

    (void)unused;
    sizes_set(&sizes, SIZE_VOLUME, "a", 1, 0, 5);
    sizes_set(&sizes, SIZE_CONTAINER, "a", 2, 0, 5);
    sizes_set(&sizes, SIZE_VOLUME, "a", 3, 0, 6);
    assert_int_equal(sizes.count, 2);
    assert_int_equal(sizes_find(&sizes, SIZE_VOLUME, "a")->bytes, 3);
    assert_int_equal(sizes_find(&sizes, SIZE_VOLUME, "a")->at, 6);
    assert_null(sizes_find(&sizes, SIZE_STORE, "a"));
    for (SizeKind kind = 0; kind < SIZE_KIND_MAX_; kind++)
        assert_int_equal(size_kind_from_string(size_kind_to_string(kind)), kind);
    assert_int_equal(size_kind_from_string("else"), SIZE_KIND_MAX_);
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
        cmocka_unit_test(the_same_files_on_another_base_are_there_twice),
        cmocka_unit_test(blobs_count_once_by_their_digest),
        cmocka_unit_test(without_blobs_layers_share_what_is_compressed),
        cmocka_unit_test(anonymous_volumes_of_no_container_have_a_line_of_their_own),
        cmocka_unit_test(where_a_prune_takes_named_volumes_too_it_is_not_proposed),
        cmocka_unit_test(what_is_not_measured_has_a_line_and_is_named_in_the_rest),
        cmocka_unit_test(logs_and_layers_say_who_may_read_them),
        cmocka_unit_test(logs_with_a_limit_are_not_told_to_have_one),
        cmocka_unit_test(no_holder_is_more_than_the_whole_disk),
        cmocka_unit_test(hidden_images_and_leftovers_are_holders),
        cmocka_unit_test(a_volume_of_a_builder_is_not_counted_twice),
        cmocka_unit_test(apps_of_one_name_are_told_apart_by_their_folders),
        cmocka_unit_test(sizes_are_found_by_kind_and_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
