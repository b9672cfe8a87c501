/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "cli/session.h"
#include "cli/verbs.h"

#include <rgc/closest.h>

#include <errno.h>
#include <string.h>

#define ARGS_MAX 16

static Error err;

/* "plan --json" as a command line. The words live until the next call. */
static int parse(const char *line, Arguments *ret)
{
    static char words[256];
    char *argv[ARGS_MAX] = {(char[]){"rgc"}}, *rest = NULL;
    int argc = 1;
    snprintf(words, sizeof(words), "%s", line);
    for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        argv[argc++] = word;
    err = (Error){0};
    const VerbList list = {verbs, n_verbs};
    return arguments_parse(&list, argc, argv, ret, &err);
}

static void assert_refused(const char *line, const char *expected)
{
    Arguments arguments;
    assert_int_equal(parse(line, &arguments), -EINVAL);
    if (!strstr(err.text, expected))
        fail_msg("%s: '%s' has no '%s'", line, err.text, expected);
}

test(options_may_stand_before_or_after_the_verb)
{
    static const char *const lines[] = {"--state /s plan --json --app blog", "plan --app=blog --json --state=/s",
                                        "--json --app blog --state /s plan"};
    for (size_t i = 0; i < N_ELEMENTS(lines); i++) {
        Arguments arguments;
        assert_int_equal(parse(lines[i], &arguments), 0);
        assert_string_equal(arguments.verb->name, "plan");
        assert_string_equal(arguments.state, "/s");
        assert_string_equal(arguments.app, "blog");
        assert_true(arguments_have(&arguments, OPTION_JSON));
    }
}

test(a_short_option_takes_its_value_with_or_without_a_space)
{
    Arguments arguments;
    assert_int_equal(parse("history -n 3", &arguments), 0);
    assert_int_equal(arguments.count, 3);
    assert_int_equal(parse("history -n25", &arguments), 0);
    assert_int_equal(arguments.count, 25);
    assert_int_equal(parse("history", &arguments), 0);
    assert_int_equal(arguments.count, 10);
}

test(after_two_dashes_everything_is_an_operand)
{
    Arguments arguments;
    assert_int_equal(parse("why -- --json", &arguments), 0);
    assert_string_equal(arguments.operand, "--json");
    assert_false(arguments_have(&arguments, OPTION_JSON));
}

test(help_and_version_need_no_verb)
{
    Arguments arguments;
    assert_int_equal(parse("--help", &arguments), 0);
    assert_null(arguments.verb);
    assert_int_equal(parse("why --help", &arguments), 0);
    assert_string_equal(arguments.verb->name, "why");
    assert_int_equal(parse("--version", &arguments), 0);
}

test(help_and_version_may_be_words)
{
    Arguments arguments;
    assert_int_equal(parse("help", &arguments), 0);
    assert_true(arguments_have(&arguments, OPTION_HELP));
    assert_null(arguments.verb);
    assert_int_equal(parse("help plan", &arguments), 0);
    assert_true(arguments_have(&arguments, OPTION_HELP));
    assert_string_equal(arguments.verb->name, "plan");
    assert_int_equal(parse("version", &arguments), 0);
    assert_true(arguments_have(&arguments, OPTION_VERSION));
}

test(words_of_other_programs_are_answered_with_the_command_that_does_it)
{
    assert_refused("prune", "there is no command 'prune'; try rgc collect: ");
    assert_refused("gc", "try rgc collect: ");
    assert_refused("clean", "try rgc collect: ");
    assert_refused("run --no-wait", "try rgc collect: ");
    assert_refused("df", "try rgc status: ");
    assert_refused("logs", "try rgc history: ");
    for (size_t i = 0; i < n_verbs; i++)
        assert_null(known_elsewhere(verbs[i].name));
}

test(mistakes_are_refused_with_a_hint)
{
    assert_refused("", "a command is missing");
    assert_refused("plam", "did you mean plan?");
    assert_refused("prune-everything", "rgc --help");
    assert_refused("plan --jsn", "did you mean --json?");
    assert_refused("plan --force", "unknown option '--force'");
    assert_refused("plan -f", "unknown option '-f'");
    assert_refused("help plam", "did you mean plan?");
    assert_refused("-V", "did you mean --version?");
    assert_refused("plan --app a --app b", "--app names one app");
    assert_refused("plan --js", "unknown option '--js'");
    assert_refused("plan blog", "takes no argument");
    assert_refused("why", "IMAGE|CONTAINER");
    assert_refused("why a b", "'b' as well");
    assert_refused("plan --app", "--app APP needs a value");
    assert_refused("plan --app=", "--app APP needs a value");
    assert_refused("plan --json=yes", "takes no value");
    assert_refused("plan --dry-run", "rgc plan has no option --dry-run");
    assert_refused("history --app blog", "rgc history has no option --app APP");
    assert_refused("plan --color red", "auto, always or never");
    assert_refused("history -n ten", "not 'ten'");
    assert_refused("history -n -1", "not '-1'");
    assert_refused("history -n 99999999999999999999999", "a number of passes");
}

/* Caller frees. */
static char *help_of(const Verb *verb)
{
    char *text = xcalloc(1, 16384);
    Screen screen = {.out = fmemopen(text, 16384, "w"), .width = 80};
    help_print(&screen, verb);
    fclose(screen.out);
    return text;
}

test(what_the_agent_says_to_a_pass_is_taken_and_never_shown)
{
    Arguments arguments;
    assert_int_equal(
        parse("collect --here --trigger hook --deployed blog --deployed shop --deployed blog --trial 86400s",
              &arguments),
        0);
    assert_string_equal(arguments.trigger, "hook");
    assert_int_equal(arguments.trial_usec, USEC_PER_DAY);
    assert_int_equal(arguments.deployed.count, 2);
    assert_string_equal(arguments.deployed.items[1], "shop");
    cleanup_with(free_charp) char *text = help_of(arguments.verb);
    arguments_clear(&arguments);
    assert_null(strstr(text, "--trial"));
    assert_null(strstr(text, "--trigger"));
    assert_null(strstr(text, "--pressing"));
    assert_refused("collect --here --trial soon", "--trial takes a duration");
    assert_refused("collect --timeout 0s", "--timeout takes a duration");
    assert_refused("plan --trial 1h", "rgc plan has no option --trial DURATION");
}

test(the_nearest_word_is_suggested_only_if_it_is_near)
{
    static const char *const words[] = {"status", "plan", "collect"};
    assert_string_equal(closest_word("colect", words, 3), "collect");
    assert_string_equal(closest_word("statsu", words, 3), "status");
    assert_null(closest_word("x", words, 3));
    assert_null(closest_word("deploy", words, 3));
    assert_null(closest_word("averyveryverylongwordindeed", words, 3));
}

test(help_names_every_verb_option_and_exit_code_and_cuts_nothing)
{
    char text[16384];
    Screen screen = {.out = fmemopen(text, sizeof(text), "w"), .width = 80};
    help_print(&screen, NULL);
    for (size_t i = 0; i < n_verbs; i++)
        help_print(&screen, &verbs[i]);
    fclose(screen.out);
    for (size_t i = 0; i < n_verbs; i++)
        if (verbs[i].summary)
            assert_non_null(strstr(text, verbs[i].summary));
    for (unsigned int i = 0; i < OPTION_MAX_; i++)
        if (i != OPTION_TRIGGER && i != OPTION_TRIAL && i != OPTION_PRESSING)
            assert_non_null(strstr(text, option_specs[i].help));
    for (size_t i = 0; i < n_exit_codes; i++)
        assert_non_null(strstr(text, exit_codes[i].meaning));
    assert_null(strchr(text, '~'));
}

test(help_says_what_a_newcomer_asks)
{
    const Verb *check = &verbs[0];
    while (strcmp(check->name, "check") != 0)
        check++;
    assert_non_null(strstr(check->help, "The exit status is 0"));
    cleanup_with(free_charp) char *text = help_of(check);
    assert_non_null(strstr(text, "RGC_SOCKET"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_may_stand_before_or_after_the_verb),
        cmocka_unit_test(a_short_option_takes_its_value_with_or_without_a_space),
        cmocka_unit_test(after_two_dashes_everything_is_an_operand),
        cmocka_unit_test(help_and_version_need_no_verb),
        cmocka_unit_test(help_and_version_may_be_words),
        cmocka_unit_test(words_of_other_programs_are_answered_with_the_command_that_does_it),
        cmocka_unit_test(mistakes_are_refused_with_a_hint),
        cmocka_unit_test(what_the_agent_says_to_a_pass_is_taken_and_never_shown),
        cmocka_unit_test(the_nearest_word_is_suggested_only_if_it_is_near),
        cmocka_unit_test(help_says_what_a_newcomer_asks),
        cmocka_unit_test(help_names_every_verb_option_and_exit_code_and_cuts_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
