/* SPDX-License-Identifier: MIT */
/* Every mistake: the file, the line, what was expected, and nothing of the file is used. */
#include "config_text.h"

#include <errno.h>

typedef struct Mistake {
    const char *text;
    int line;
    const char *message; /* a part of it */
} Mistake;

#define A_LINE_OF_199                                                                                                  \
    "; 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"           \
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456"

static const Mistake mistakes[] = {
    /* not an INI file */
    {"[retention]\nmin_age 36h\n", 2, "expected [section], key = value, or a comment"},
    {"hello\n", 1, "expected [section], key = value, or a comment"},
    {"\n\nkeep_previous = 3\n", 3, "a key before the first section"},
    {"[retention\nkeep_previous = 3\n", 1, "expected a section such as [retention]"},
    {"[]\n", 1, "expected a section such as [retention]"},
    {"[retention] keep_previous = 3\n", 1, "text after the section's ]"},
    {"[app blog[1]]\n", 1, "text after the section's ]"},
    {A_LINE_OF_199 "\n", 1, "the line has 199 bytes: expected at most 198"},
    {"\n" A_LINE_OF_199, 2, "the line has 199 bytes: expected at most 198"},
    {"[protect]\nimage = a\n  b\n", 3, "expected [section], key = value, or a comment"},
    {"[protect]\nimage = \x1b[31m\n", 2, "a control character (0x1b)"},
    {"[protect]\rimage = a\n", 1, "a control character (0x0d)"},
    /* unknown */
    {"[retention]\nkeep_previus = 3\n", 2, "unknown key \"keep_previus\": expected one of keep_previous, keep_for, "},
    {"[retention]\ninterval = 3h\n", 2, "unknown key \"interval\": it belongs in [agent]"},
    {"[app blog]\naudit_ignore = root-user, fat\n", 2, "audit_ignore must be names of checks as rgc audit shows them"},
    {"[app blog]\naudit_ignore = secret\naudit_ignore = secret\n", 3, "audit_ignore is already set"},
    {"[retention]\naudit_ignore = secret\n", 2, "unknown key \"audit_ignore\": "},
    {"[retention]\nmatch = blog\n", 2, "unknown key \"match\": "},
    {"[retention]\n= 3\n", 2, "unknown key \"\""},
    {"[app blog]\nhigh = 85%\n", 2, "unknown key \"high\": it belongs in [disk]"},
    {"[app blog]\nkeep = 1\n", 2, "expected one of match, audit_ignore, keep_previous, "},
    {"\n[retetion]\nkeep_previous = 9\n", 2, "unknown section [retetion]: expected [engine], "},
    {"[empty]\n", 1, "unknown section [empty]"},
    {"[Retention]\nkeep_previous = 9\n", 1, "unknown section [Retention]"},
    {"[app]\nkeep_previous = 9\n", 1, "unknown section [app]"},
    /* twice */
    {"[retention]\nmin_age = 1h\n[disk]\n[retention]\nmin_age = 2h\n", 5, "min_age is already set on line 2"},
    {"[app a]\nquiet = 1h\nquiet = 1h\n", 3, "quiet is already set on line 2"},
    {"[a]\nmatch = x\nmatch = y\n", 3, "match is already set on line 2"},
    /* bad values, of each kind */
    {"[retention]\nmin_age = 36\n", 2, "min_age must be a duration such as 36h, not \"36\""},
    {"[retention]\nmin_age =\n", 2, "min_age must be a duration such as 36h, not \"\""},
    {"[retention]\nmin_age = -1h\n", 2, "min_age must be a duration such as 36h, not \"-1h\""},
    {"[retention]\nmin_age = off\n", 2, "min_age must be a duration such as 36h, not \"off\""},
    {"[retention]\nmin_age = 1h # an hour\n", 2, "min_age must be a duration such as 36h, not \"1h # an hour\""},
    {"[retention]\nmin_age = 3651d\n", 2, "min_age must be between 0s and 3650d, not \"3651d\""},
    {"[retention]\nmin_age = 1h;2h\n", 2, "min_age must be a duration such as 36h, not \"1h;2h\""},
    {"[retention]\nkeep_for = never\n", 2, "keep_for must be off, or a duration such as 7d, not \"never\""},
    {"[retention]\nkeep_previous = -1\n", 2, "keep_previous must be a number from 0 to 1000, not \"-1\""},
    {"[retention]\nkeep_previous = 3.5\n", 2, "keep_previous must be a number from 0 to 1000, not \"3.5\""},
    {"[retention]\nkeep_previous = three\n", 2, "keep_previous must be a number from 0 to 1000, not \"three\""},
    {"[retention]\nkeep_previous = 1001\n", 2, "keep_previous must be between 0 and 1000, not \"1001\""},
    {"[retention]\nkeep_previous = 99999999999999999999\n", 2, "keep_previous must be between 0 and 1000"},
    {"[retention]\nkeep_previous = 4294967296\n", 2, "keep_previous must be between 0 and 1000"},
    {"[retention]\ndangling = yes\n", 2, "dangling must be remove or keep, not \"yes\""},
    {"[retention]\nsuperseded_containers = Keep\n", 2, "superseded_containers must be remove or keep, not \"Keep\""},
    {"[engine]\nparallel = 0\n", 2, "parallel must be between 1 and 64, not \"0\""},
    {"[engine]\nparallel = 65\n", 2, "parallel must be between 1 and 64, not \"65\""},
    {"[engine]\ntimeout = 0\n", 2, "timeout must be between 1s and 1h, not \"0\""},
    {"[engine]\ntimeout = 2h\n", 2, "timeout must be between 1s and 1h, not \"2h\""},
    {"[engine]\nhost = tcp://10.0.0.1:2375\n", 2,
     "host must be the engine's socket, unix:///PATH, not \"tcp://10.0.0.1:2375\""},
    {"[engine]\nhost = /var/run/docker.sock\n", 2, "host must be the engine's socket, unix:///PATH"},
    {"[engine]\nhost = unix://docker.sock\n", 2, "host must be the engine's socket, unix:///PATH"},
    {"[engine]\nstorage = /a b\n", 2, "storage must be auto, or absolute paths, not \"/a b\""},
    {"[engine]\nstorage =\n", 2, "storage must be auto, or absolute paths, not \"\""},
    {"[engine]\nstorage = /a\nstorage = auto\n", 3, "storage must be auto, or absolute paths, not \"auto\""},
    {"[build_cache]\nmax_unused = off\n", 2, "max_unused must be a duration such as 36h, not \"off\""},
    {"[build_cache]\nmax_size = 10\n", 2,
     "max_size must be off, a percentage of the file system such as 10%, or a size such as 10GB, not \"10\""},
    {"[build_cache]\nmax_size = 0%\n", 2,
     "max_size must be off, a percentage of the file system such as 10%, or a size such as 10GB, not \"0%\""},
    {"[build_cache]\nmax_size = 101%\n", 2,
     "max_size must be off, a percentage of the file system such as 10%, or a size such as 10GB, not \"101%\""},
    {"[build_cache]\nmax_size = 0\n", 2, "max_size must be between 1B and 1000000TB, not \"0\""},
    {"[build_cache]\nbuilders = keep\n", 2, "builders must be prune or report, not \"keep\""},
    {"[build_cache]\norphans = off\n", 2, "orphans must be keep, or a duration such as 30d, not \"off\""},
    {"[disk]\nhigh = 85\n", 2,
     "high must be off, a percentage used such as 85%, or free space such as 5GB, not \"85\""},
    {"[disk]\nhigh = 0%\n", 2, "high must be off, a percentage used"},
    {"[disk]\nhigh = 101%\n", 2, "high must be off, a percentage used"},
    {"[disk]\nlow = 0\n", 2, "low must be off, a percentage used"},
    {"[disk]\nunmanaged = prune\n", 2, "unmanaged must be keep or remove, not \"prune\""},
    {"[protect]\nimage = ; postgres\n", 2, "image must be a pattern such as postgres:*, not \"\""},
    {"[protect]\nimage =; postgres\n", 2, "image must be a pattern such as postgres:*, not \"; postgres\""},
    {"[protect]\nimage = postgres:*, redis:*\n", 2,
     "image must be a pattern such as postgres:*, not \"postgres:*, redis:*\""},
    {"[protect]\nimage = postgres:* # ours\n", 2,
     "image must be a pattern such as postgres:*, not \"postgres:* # ours\""},
    {"[protect]\nimage = \"postgres:*\"\n", 2, "image must be a pattern such as postgres:*"},
    {"[agent]\nsocket = rgc.sock\n", 2, "socket must be an absolute path, not \"rgc.sock\""},
    {"[agent]\nsocket = off\n", 2, "socket must be an absolute path, not \"off\""},
    {"[agent]\ninterval = 0s\n", 2, "interval must be between 1s and 3650d, not \"0s\""},
    {"[agent]\nevents = true\n", 2, "events must be yes or no, not \"true\""},
    {"[metrics]\ntextfile = rgc.prom\n", 2, "textfile must be off, or an absolute path, not \"rgc.prom\""},
    {"[app blog]\n\nkeep_previous = x\n", 3, "keep_previous must be a number from 0 to 1000, not \"x\""},
    {"[protect]\nimage = a\n[retention]\nmin_age = \xff\n", 4, "min_age must be a duration such as 36h, not \"?\""},
    /* apps */
    {"[app ]\nkeep_previous = 1\n", 1, "unknown section [app]"},
    {"[app my blog]\n", 1,
     "[app NAME] must be the name or pattern of an app or repository, such as blog-*, not \"my blog\""},
    {"[shop]\nquiet = 1h\nmatch =\n", 3, "match must be the name or pattern of an app or repository"},
    {"[app a]\n[app b]\n[app a]\n", 3, "[app a] and [app a] on line 1 both match \"a\""},
    {"[app blog]\n\n[b]\nmatch = bl*\n", 3, "[b] and [app blog] on line 1 both match \"blog\""},
    {"[b]\nmatch = bl*\n[app blog]\n", 3, "[app blog] and [b] on line 1 both match \"blog\""},
    {"[a]\nmatch = x-*\n[b]\nmatch = x-*\n", 3, "both match \"x-*\""},
    /* contradictions */
    {"[disk]\nhigh = 70%\n", 2, "low: 75%, the default, is above high: expected 70% or less"},
    {"[disk]\nlow = 90%\n", 2, "low: 90% is above high: expected 85% or less"},
    {"[disk]\nlow = 81%\nhigh = 80.5%\n", 2, "low: 81% is above high: expected 80.5% or less"},
    {"[disk]\nhigh = 5GB\nlow = 4GB\n", 3, "low: 4GB free is less than high asks for: expected 5GB or more"},
    /* several: the first is heard, in whatever order they are found */
    {"[app a]\nquiet = x\n[retention]\nquiet = y\n", 2, "quiet must be "},
    {"[nonsense]\n[retention]\nmin_age\n", 1, "unknown section"},
    {"[retention]\nmin_age = 36\n" A_LINE_OF_199 "\n", 2, "min_age must be "},
};

test(each_mistake_is_told_with_its_line_and_what_was_expected)
{
    int failures = 0;

    for (size_t i = 0; i < N_ELEMENTS(mistakes); i++) {
        Config config = {.parallel = -7};
        Error err = {0};
        cleanup_with(free_charp) char *place = xasprintf(":%d: ", mistakes[i].line);
        int r = load_text(mistakes[i].text, &config, &err);

        if (r != -EINVAL || !strstr(err.text, place) || !strstr(err.text, mistakes[i].message)) {
            print_message("%s\n-> %d %s\nnot line %d: %s\n", mistakes[i].text, r, err.text, mistakes[i].line,
                          mistakes[i].message);
            failures++;
        }
        assert_int_equal(strncmp(err.text, "/proc/self/fd/", strlen("/proc/self/fd/")), 0);
        assert_int_equal(config.parallel, -7); /* untouched */
        assert_null(config.host);
    }
    assert_int_equal(failures, 0);
}

test(a_nul_byte_is_told_with_its_line)
{
    static const char text[] = "[retention]\nkeep_previous = 3\0"
                               "00\n";
    Config config = {.parallel = -7};
    Error err = {0};

    assert_int_equal(load_bytes(text, sizeof(text) - 1, &config, &err), -EINVAL);
    assert_non_null(strstr(err.text, ":2: a control character (0x00)"));
    assert_int_equal(config.parallel, -7);
}

test(no_cut_or_flipped_file_brings_it_down)
{
    static const char text[] = "[app blog]\nkeep_previous = 5\n[x]\nmatch = y-*\n[disk]\nhigh = 85.5% ; c\nlow = 5GB\n";
    char copy[sizeof(text)];

    for (size_t length = 0; length < sizeof(text); length++)
        for (int byte = 0; byte < 256; byte += 5) {
            cleanup_with(config_clear) Config config = {0};

            memcpy(copy, text, sizeof(text));
            copy[length] = (char)byte;
            load_bytes(copy, sizeof(text) - 1, &config, NULL);
            config_clear(&config);
            load_bytes(copy, length, &config, NULL);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_mistake_is_told_with_its_line_and_what_was_expected),
        cmocka_unit_test(a_nul_byte_is_told_with_its_line),
        cmocka_unit_test(no_cut_or_flipped_file_brings_it_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
