/* SPDX-License-Identifier: MIT */
/* A pass in one line, and the exit code that goes with it. */
#include "unit.h"

#include "cli/views/show_summary.h"

#include <rgc/memory.h>

#define NOW 1795000000000000 /* 2026-11-18T11:06:40Z */
#define BLOG "{\"app\":\"blog\",\"destination\":null,\"ready\":3,\"wanted\":3,\"version\":\"v42\"}"
#define SHOP "{\"app\":\"shop\",\"destination\":\"eu\",\"ready\":1,\"wanted\":3,\"version\":\"9\"}"
#define SHOP_US "{\"app\":\"shop\",\"destination\":\"us\",\"ready\":3,\"wanted\":3,\"version\":\"8\"}"
#define DISK                                                                                                           \
    "\"disk\":[{\"path\":\"/a\",\"before_percent\":12.0,\"after_percent\":9.0},"                                       \
    "{\"path\":\"/b\",\"before_percent\":71.2,\"after_percent\":63.8,\"available_bytes\":36200000000}]"
#define DISK_SAME "\"disk\":[{\"path\":\"/b\",\"before_percent\":71.2,\"after_percent\":71.1}]"
#define REMOVED                                                                                                        \
    "\"counts\":{\"remove\":{\"superseded\":2}},\"removed\":{\"images\":2,\"containers\":4},"                          \
    "\"freed\":{\"engine_bytes\":1200000000,\"disk_bytes\":1300000000}," DISK
#define NOTHING "\"removed\":{\"images\":0,\"containers\":0,\"build_cache_records\":0}," DISK_SAME

static const struct {
    const char *summary, *deployed, *line;
} rows[] = {
    {"{" REMOVED ",\"rollback\":[" BLOG "]}", NULL,
     "blog v42: removed 2 releases, 1.3 GB freed, disk 71% -> 64% (36.2 GB free), rollback 3/3"},
    {"{" REMOVED ",\"rollback\":[" BLOG "," SHOP "]}", "blog",
     "blog v42: removed 2 releases, 1.3 GB freed, disk 71% -> 64% (36.2 GB free), rollback 3/3"},
    {"{" REMOVED ",\"rollback\":[" BLOG "," SHOP "]}", "shop/eu",
     "shop/eu 9: removed 2 releases, 1.3 GB freed, disk 71% -> 64% (36.2 GB free), rollback 1/3"},
    {"{" REMOVED ",\"rollback\":[" SHOP "," BLOG "]}", NULL,
     "removed 2 releases, 1.3 GB freed, disk 71% -> 64% (36.2 GB free), rollback shop/eu 1/3, blog 3/3"},
    {"{" REMOVED ",\"rollback\":[" SHOP "," SHOP_US "," BLOG "]}", "shop",
     "shop: removed 2 releases, 1.3 GB freed, disk 71% -> 64% (36.2 GB free), rollback eu 1/3, us 3/3"},
    {"{" REMOVED ",\"rollback\":[" SHOP "," BLOG "]}", "other",
     "other: removed 2 releases, 1.3 GB freed, disk 71% -> 64% (36.2 GB free); no app here has that name; rgc "
     "status --all lists them"},
    {"{" NOTHING ",\"rollback\":[" SHOP "]}", "shop/us",
     "shop/us: nothing to remove: 0 images kept, disk 71%; no app here has that name; rgc status --all lists them"},
    {"{" NOTHING ",\"rollback\":[" SHOP "],\"cut\":{\"rollback\":1}}", "other",
     "other: nothing to remove: 0 images kept, disk 71%"},
    {"{" NOTHING ",\"error\":null,\"interrupted\":true,\"counts\":{\"remove\":{\"superseded\":2}}}", NULL,
     "nothing removed, disk 71%; ended early by a signal; the next pass continues"},
    {"{" REMOVED ",\"rollback\":[" BLOG "," SHOP "," SHOP "," SHOP "," SHOP "," SHOP "],\"cut\":{\"rollback\":10}}",
     NULL,
     "removed 2 releases, 1.3 GB freed, disk 71% -> 64% (36.2 GB free), rollback blog 3/3, shop/eu 1/3, shop/eu 1/3, "
     "shop/eu 1/3, "
     "shop/eu 1/3 and 11 more"},
    {"{\"counts\":{\"remove\":{\"superseded\":1,\"dangling\":1}},\"removed\":{\"images\":1},"
     "\"freed\":{\"engine_bytes\":5000,\"disk_bytes\":-7}}",
     NULL, "removed 1 image, 5 kB freed as reported by the engine"},
    {"{\"removed\":{\"containers\":3,\"build_cache_records\":9},\"freed\":{\"disk_bytes\":1000000}}", NULL,
     "removed 3 containers, build cache, 1 MB freed"},
    {"{" NOTHING ",\"counts\":{\"keep\":{\"current\":1,\"rollback\":3}},\"rollback\":[" BLOG "]}", NULL,
     "blog v42: nothing to remove: 4 images kept, disk 71%, rollback 3/3"},
    {"{" NOTHING ",\"counts\":{\"keep\":{\"current\":1},\"wait\":{\"young\":2}}}", NULL,
     "nothing to remove: 1 kept, 2 kept for now, disk 71%"},
    {"{" NOTHING ",\"counts\":{\"wait\":{\"young\":1}},\"next\":{\"at\":\"2026-11-18T11:36:40Z\",\"why\":\"x\"}}", NULL,
     "nothing to remove: 0 kept, 1 kept for now, the first until today 11:36 (in 30m), disk 71%"},
    {"{" NOTHING ",\"hold\":\"trial\",\"counts\":{\"remove\":{\"superseded\":2}}}", NULL,
     "nothing removed: on trial; would remove 2 images (rgc plan shows them; sudo rgc collect --here --end-trial ends "
     "the "
     "trial), disk 71%"},
    {"{" NOTHING ",\"hold\":\"trial\",\"trial_until\":\"2026-11-19T10:00:00Z\",\"counts\":{\"remove\":{\"failed\":1}}}",
     NULL,
     "nothing removed: on trial until tomorrow 10:00 (in 22h 53m); would remove 1 image (rgc plan shows them; sudo rgc "
     "collect --here --end-trial ends the "
     "trial), disk 71%"},
    {"{" NOTHING ",\"hold\":\"clock\"}", NULL,
     "nothing removed: the clock has jumped; a later pass continues, disk 71%"},
    {"{" NOTHING ",\"counts\":{\"remove\":{\"superseded\":2}},\"outcomes\":{\"in-use\":2}}", NULL,
     "nothing removed: 2 images came into use or disappeared meanwhile, disk 71%"},
    {"{" NOTHING ",\"outcomes\":{\"failed\":1},\"errors\":[\"image a:1: no space left\"]}", NULL,
     "nothing removed, disk 71%, 1 removal failed: image a:1: no space left"},
    {"{" REMOVED ",\"interrupted\":true}", NULL,
     "removed 2 releases, 1.3 GB freed, disk 71% -> 64% (36.2 GB free); ended early by a signal; the next pass "
     "continues"},
    {"{\"error\":\"the engine cannot be reached\"}", "blog", "blog: the pass failed: the engine cannot be reached"},
    {"{" REMOVED ",\"error\":\"the engine went away\"}", NULL,
     "removed 2 releases, 1.3 GB freed, disk 71% -> 64% (36.2 GB free); then the pass failed: the engine went away"},
    {"{}", NULL, "nothing to remove: 0 images kept"},
    {"{\"rollback\":[1,null,{}],\"counts\":[],\"removed\":7,\"disk\":{},\"errors\":{},\"hold\":1,\"cut\":[]}", NULL,
     "nothing to remove: 0 images kept"},
};

test(a_pass_is_one_line)
{
    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        json_t *summary = json_loads(rows[i].summary, 0, NULL);
        assert_non_null(summary);
        cleanup_with(free_charp) char *line = summary_line(summary, rows[i].deployed, NOW);
        assert_string_equal(line, rows[i].line);
        json_decref(summary);
    }
}

test(the_exit_code_is_that_of_the_pass)
{
    static const struct {
        const char *summary;
        int code;
    } codes[] = {
        {"{\"exit\":0}", 0},
        {"{\"exit\":1}", 1},
        {"{\"exit\":2}", 2},
        {"{\"exit\":4}", 4},
        {"{\"exit\":5}", 5},
        {"{\"exit\":0,\"error\":\"x\"}", 0},
        {"{\"exit\":99}", 1},
        {"{\"exit\":-1}", 1},
        {"{\"exit\":\"0\"}", 1},
        {"{}", 0},
        {"{\"error\":null,\"interrupted\":false,\"outcomes\":{\"failed\":0,\"in-use\":1}}", 0},
        {"{\"error\":\"x\"}", 1},
        {"{\"interrupted\":true}", 1},
        {"{\"outcomes\":{\"failed\":1}}", 1},
        {"{\"outcomes\":{\"unknown\":1}}", 1},
    };
    for (size_t i = 0; i < N_ELEMENTS(codes); i++) {
        json_t *summary = json_loads(codes[i].summary, 0, NULL);
        assert_int_equal(summary_exit_code(summary), codes[i].code);
        json_decref(summary);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pass_is_one_line),
        cmocka_unit_test(the_exit_code_is_that_of_the_pass),
    };
    setenv("TZ", "UTC", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
