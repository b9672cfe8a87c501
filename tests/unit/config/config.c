/* SPDX-License-Identifier: MIT */
#include "config_text.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static void assert_same_values(const Config *a, const Config *b)
{
    size_t count;
    const ConfigKey *keys = config_keys(&count);

    for (size_t i = 0; i < count; i++) {
        cleanup_with(free_charp) char *of_a = config_value(a, &keys[i]);
        cleanup_with(free_charp) char *of_b = config_value(b, &keys[i]);

        if (strcmp(of_a, of_b) != 0)
            fail_msg("[%s] %s: %s and %s", keys[i].section, keys[i].key, of_a, of_b);
    }
}

/* A file that says what `config` says, as config_value() writes it. */
static char *write_config(const Config *config)
{
    size_t count;
    const ConfigKey *keys = config_keys(&count);
    char *text = xstrdup("");

    for (size_t i = 0; i < count; i++) {
        cleanup_with(free_charp) char *value = config_value(config, &keys[i]);
        cleanup_with(free_charp) char *before = text;

        text = xasprintf("%s[%s]\n%s%s = %s\n", before, keys[i].section, *value ? "" : ";", keys[i].key, value);
    }
    return text;
}

test(an_empty_file_gives_the_defaults)
{
    cleanup_with(config_clear) Config defaults = {0}, empty = {0}, blank = {0};

    config_init(&defaults);
    load_good("", &empty);
    load_good("\n; nothing\n# here\n   \n[retention]\n", &blank);
    assert_same_values(&empty, &defaults);
    assert_same_values(&blank, &defaults);
    assert_true(empty.file_exists);
    assert_non_null(empty.path);
    assert_false(defaults.file_exists);
}

test(the_defaults_are_those_of_the_contract)
{
    static const char *const expected[][3] = {
        {"engine", "host", "unix:///var/run/docker.sock"},
        {"engine", "timeout", "2m"},
        {"engine", "parallel", "auto"},
        {"engine", "storage", "auto"},
        {"retention", "keep_previous", "3"},
        {"retention", "keep_for", "off"},
        {"retention", "min_age", "1h"},
        {"retention", "min_uptime", "1m"},
        {"retention", "quiet", "5m"},
        {"retention", "superseded_containers", "remove"},
        {"retention", "dangling", "remove"},
        {"retention", "jobs_max_unused", "35d"},
        {"retention", "unmanaged_max_unused", "off"},
        {"retention", "idle_apps", "off"},
        {"build_cache", "max_unused", "72h"},
        {"build_cache", "max_size", "10%"},
        {"build_cache", "builders", "prune"},
        {"build_cache", "orphans", "keep"},
        {"disk", "high", "85%"},
        {"disk", "low", "75%"},
        {"disk", "keep_previous", "1"},
        {"disk", "unmanaged", "keep"},
        {"protect", "image", ""},
        {"protect", "app", ""},
        {"agent", "socket", "/run/rgc.sock"},
        {"agent", "interval", "12h"},
        {"agent", "settle", "10s"},
        {"agent", "events", "yes"},
        {"agent", "trial", "24h"},
        {"metrics", "textfile", "/run/rgc/rgc.prom"},
    };
    cleanup_with(config_clear) Config defaults = {0};
    size_t count;
    const ConfigKey *keys = config_keys(&count);

    config_init(&defaults);
    assert_int_equal(count, N_ELEMENTS(expected));
    for (size_t i = 0; i < count; i++) {
        cleanup_with(free_charp) char *value = config_value(&defaults, &keys[i]);

        assert_string_equal(keys[i].section, expected[i][0]);
        assert_string_equal(keys[i].key, expected[i][1]);
        assert_string_equal(value, expected[i][2]);
    }
}

static const char other_values[] =
    "[engine]\nhost = unix:///run/podman/podman.sock\ntimeout = 90s\nparallel = 1\nstorage = /srv/a /srv/b\n"
    "[retention]\nkeep_previous = 0\nkeep_for = 7d\nmin_age = 0\nmin_uptime = 1h30m\nquiet = 500ms\n"
    "superseded_containers = keep\ndangling = keep\njobs_max_unused = off\nunmanaged_max_unused = 36h\n"
    "idle_apps = 90d\n"
    "[build_cache]\nmax_unused = 24h\nmax_size = 1.5TB\nbuilders = report\norphans = 30d\n"
    "[disk]\nhigh = 5GB\nlow = 10GiB\nkeep_previous = 0\nunmanaged = remove\n"
    "[protect]\nimage = postgres:* redis\nimage = r:5000/*\napp = shop/staging\n"
    "[agent]\nsocket = /tmp/x.sock\ninterval = 1d\nsettle = 0s\nevents = no\ntrial = 0\n"
    "[metrics]\ntextfile = off\n";

test(every_key_can_be_set)
{
    cleanup_with(config_clear) Config defaults = {0}, other = {0};
    size_t count;
    const ConfigKey *keys = config_keys(&count);

    config_init(&defaults);
    load_good(other_values, &other);
    for (size_t i = 0; i < count; i++) {
        cleanup_with(free_charp) char *before = config_value(&defaults, &keys[i]);
        cleanup_with(free_charp) char *after = config_value(&other, &keys[i]);

        if (strcmp(before, after) == 0)
            fail_msg("[%s] %s stays %s", keys[i].section, keys[i].key, before);
    }
    assert_string_equal(other.host, "unix:///run/podman/podman.sock");
    assert_true(other.timeout_usec == 90 * USEC_PER_SEC);
    assert_int_equal(other.storage.count, 2);
    assert_int_equal(other.policy.retention.keep_previous, 0);
    assert_true(other.policy.retention.min_uptime_usec == 90 * USEC_PER_MINUTE);
    assert_true(other.policy.retention.jobs_max_unused_usec == DURATION_OFF);
    assert_true(other.policy.cache_max_size.bytes == 1500000000000);
    assert_true(defaults.policy.cache_max_size.percent == 10 && defaults.policy.cache_max_size.bytes < 0);
    assert_true(other.policy.high.free_bytes == 5000000000);
    assert_true(other.policy.low.free_bytes == INT64_C(10) << 30);
    assert_int_equal(other.policy.pressure_keep_previous, 0);
    assert_int_equal(other.policy.protect.count, 3);
    assert_string_equal(other.policy.protect.items[2], "r:5000/*");
    assert_string_equal(other.policy.protect_apps.items[0], "shop/staging");
    assert_null(other.textfile);
}

test(what_is_written_is_read_back)
{
    static const char *const texts[] = {
        "",
        other_values,
        "[disk]\nhigh = off\nlow = 99.25%\n",
        "[disk]\nhigh = 92.5%\nlow = 0.000001%\n",
        "[retention]\nmin_age = 1ms\nmin_uptime = 8d1h\nquiet = 10d\n",
        "[build_cache]\nmax_size = 1025B\nmax_unused = 1d1s\n",
        "[build_cache]\nmax_size = 12.5%\n",
        "[build_cache]\nmax_size = off\n",
        "[engine]\nparallel = auto\n",
        "[engine]\nparallel = 64\n",
    };

    for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
        cleanup_with(config_clear) Config first = {0}, second = {0};
        cleanup_with(free_charp) char *written = NULL;

        load_good(texts[i], &first);
        written = write_config(&first);
        load_good(written, &second);
        assert_same_values(&first, &second);
        assert_true(first.policy.high.used_percent == second.policy.high.used_percent);
        assert_true(first.policy.low.used_percent == second.policy.low.used_percent);
        assert_true(first.policy.cache_max_size.bytes == second.policy.cache_max_size.bytes);
        assert_true(first.policy.cache_max_size.percent == second.policy.cache_max_size.percent);
        assert_true(first.policy.cache_max_size.is_off == second.policy.cache_max_size.is_off);
        assert_true(first.policy.cache_max_unused_usec == second.policy.cache_max_unused_usec);
    }
}

test(lines_may_have_comments_indentation_and_any_line_end)
{
    cleanup_with(config_clear) Config config = {0};

    load_good("\xef\xbb\xbf[retention] ; of all apps\r\n"
              "keep_previous = 5      ; five\r\n"
              "   # a comment\n"
              "\tmin_age=2h\n"
              "  quiet : 10m\n"
              "[ disk ] # bounds\n"
              "  high = 95%\n"
              "[retention]\n"
              "dangling = keep",
              &config);
    assert_int_equal(config.policy.retention.keep_previous, 5);
    assert_true(config.policy.retention.min_age_usec == 2 * USEC_PER_HOUR);
    assert_true(config.policy.retention.quiet_usec == 10 * USEC_PER_MINUTE);
    assert_true(config.policy.high.used_percent == 95);
    assert_false(config.policy.retention.remove_dangling);
}

/* Lines of up to 198 bytes, each followed by others that must be lines of their own. */
test(every_length_of_a_line_means_the_same)
{
    static const char *const ends[] = {"\n", "\r\n", "  \t\n"};

    for (size_t length = 20; length <= 198; length++)
        for (size_t i = 0; i < N_ELEMENTS(ends); i++) {
            cleanup_with(config_clear) Config config = {0};
            cleanup_with(free_charp) char *pattern = xcalloc(1, 199), *name = xcalloc(1, 199),
                                          *comment = xcalloc(1, 199);
            cleanup_with(free_charp) char *text = NULL;
            size_t blanks = i == 2 ? 3 : 0;

            memset(pattern, 'p', length - blanks - strlen("image = "));
            memset(name, 'n', length - blanks - strlen("[app ]"));
            memset(comment, ';', length - blanks);
            text = xasprintf("[protect]%simage = %s%s%s%s[app %s]%skeep_previous = 9%s%s%skeep_for = 2d", ends[i],
                             pattern, ends[i], comment, ends[i], name, ends[i], ends[i], comment, ends[i]);
            load_good(text, &config);
            assert_int_equal(config.policy.protect.count, 1);
            assert_string_equal(config.policy.protect.items[0], pattern);
            assert_int_equal(config.policy.n_apps, 1);
            assert_string_equal(config.policy.apps[0].pattern, name);
            assert_int_equal(config.policy.apps[0].retention.keep_previous, 9);
            assert_true(config.policy.apps[0].retention.keep_for_usec == 2 * USEC_PER_DAY);
        }
}

test(an_app_overrides_the_final_retention_wherever_it_stands)
{
    cleanup_with(config_clear) Config config = {0};
    const AppPolicy *apps;

    load_good("[app blog]\n"
              "keep_previous = 5\n"
              "[shops]\n"
              "match = shop-*\n"
              "idle_apps = 10d\n"
              "[retention]\n"
              "keep_previous = 7\n"
              "min_age = 3h\n"
              "[app other]\n"
              "match = r:5000/other\n",
              &config);
    apps = config.policy.apps;
    assert_int_equal(config.policy.n_apps, 3);
    assert_string_equal(apps[0].section, "app blog");
    assert_string_equal(apps[0].pattern, "blog");
    assert_int_equal(apps[0].line, 1);
    assert_int_equal(apps[0].retention.keep_previous, 5);
    assert_true(apps[0].retention.min_age_usec == 3 * USEC_PER_HOUR);
    assert_string_equal(apps[1].section, "shops");
    assert_string_equal(apps[1].pattern, "shop-*");
    assert_int_equal(apps[1].line, 3);
    assert_int_equal(apps[1].retention.keep_previous, 7);
    assert_true(apps[1].retention.idle_apps_usec == 10 * USEC_PER_DAY);
    assert_string_equal(apps[2].pattern, "r:5000/other");
    assert_int_equal(config.policy.retention.keep_previous, 7);
    assert_true(config.policy.retention.idle_apps_usec == DURATION_OFF);
}

test(bounds_of_different_kinds_are_not_compared)
{
    cleanup_with(config_clear) Config mixed = {0}, off = {0}, equal = {0};

    load_good("[disk]\nhigh = 5GB\n", &mixed);
    load_good("[disk]\nhigh = off\nlow = 99%\n", &off);
    load_good("[disk]\nhigh = 80%\nlow = 80%\n", &equal);
    assert_true(off.policy.high.is_off);
    assert_true(mixed.policy.low.used_percent == 75);
}

test(a_missing_file_means_defaults_only_if_nobody_named_it)
{
    cleanup_with(config_clear) Config config = {0};
    Error err = {0};

    assert_int_equal(config_load("/nonexistent/rgc.conf", &config, &err), -ENOENT);
    assert_int_equal(err.code, ENOENT);
    assert_non_null(strstr(err.text, "/nonexistent/rgc.conf: "));
    assert_null(config.host);
    if (access(CONFIG_DEFAULT_PATH, F_OK) == 0) {
        print_message("skipped: this host has %s\n", CONFIG_DEFAULT_PATH);
        return;
    }
    assert_int_equal(config_load(NULL, &config, &err), 0);
    assert_false(config.file_exists);
    assert_null(config.path);
    assert_int_equal(config.policy.retention.keep_previous, 3);
}

test(a_directory_or_a_huge_file_is_refused)
{
    cleanup_with(config_clear) Config config = {0};
    size_t size = (size_t)2 << 20;
    cleanup_with(free_charp) char *blanks = xmalloc(size);
    Error err = {0};

    assert_int_equal(config_load("/tmp", &config, &err), -EISDIR);
    assert_non_null(strstr(err.text, "/tmp: "));
    memset(blanks, '\n', size);
    assert_int_equal(load_bytes(blanks, size, &config, &err), -EFBIG);
}

test(a_link_to_the_file_is_followed)
{
    cleanup_with(config_clear) Config config = {0};
    char path[] = "/tmp/rgc-unit.XXXXXX";
    cleanup_with(free_charp) char *link = NULL;
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    close(fd);
    link = xasprintf("%s.link", path);
    assert_int_equal(symlink(path, link), 0);
    assert_int_equal(config_load(link, &config, NULL), 0);
    assert_string_equal(config.path, link);
    unlink(link);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_file_gives_the_defaults),
        cmocka_unit_test(the_defaults_are_those_of_the_contract),
        cmocka_unit_test(every_key_can_be_set),
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(lines_may_have_comments_indentation_and_any_line_end),
        cmocka_unit_test(every_length_of_a_line_means_the_same),
        cmocka_unit_test(an_app_overrides_the_final_retention_wherever_it_stands),
        cmocka_unit_test(bounds_of_different_kinds_are_not_compared),
        cmocka_unit_test(a_missing_file_means_defaults_only_if_nobody_named_it),
        cmocka_unit_test(a_directory_or_a_huge_file_is_refused),
        cmocka_unit_test(a_link_to_the_file_is_followed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
