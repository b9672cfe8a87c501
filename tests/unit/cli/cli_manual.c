/* SPDX-License-Identifier: MIT */
/* The man pages say what the tables say. DOCS is where they are. */
#include "unit.h"

#include "cli/session.h"
#include "cli/verbs.h"
#include "cli/views/sentences.h"

#include <string.h>

static char *rgc_1, *rgc_conf_5;

static char *read_page(const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return NULL;
    char *text = xcalloc(1, 1 << 18);
    size_t size = fread(text, 1, (1 << 18) - 1, file);
    fclose(file);
    text[size] = '\0';
    return text;
}

/* From behind `begin` up to the next `end`, its white space folded. Caller frees; fails if there is none. */
static char *between(const char *text, const char *begin, const char *end)
{
    const char *from = strstr(text, begin);
    if (!from)
        fail_msg("the page has no '%s'", begin);
    const char *to = strstr(from + strlen(begin), end);
    char *part = to ? xstrndup(from, (size_t)(to - from)) : xstrdup(from), *out = part;
    for (const char *c = part; *c; c++)
        if (*c != '\n' && *c != ' ')
            *out++ = *c;
        else if (out > part && out[-1] != ' ')
            *out++ = ' ';
    *out = '\0';
    return part;
}

static void assert_says(const char *text, const char *expected)
{
    if (!strstr(text, expected))
        fail_msg("'%s' is not in: %s", expected, text);
}

static size_t count(const char *text, const char *word)
{
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, word)); at++)
        n++;
    return n;
}

/* "Fl -app Ar APP", "Fl n Ar N" */
static char *option_macro(OptionId id)
{
    const OptionSpec *spec = &option_specs[id];
    char letter[2] = {spec->letter, '\0'};
    return xasprintf("Fl %s%s%s%s", spec->name ? "-" : "", spec->name ? spec->name : letter, spec->value ? " Ar " : "",
                     spec->value ? spec->value : "");
}

/* "PASS" of "[PASS]". Caller frees. */
static char *operand_macro(const char *operand)
{
    bool is_optional = operand[0] == '[';
    return is_optional ? xasprintf("Oo Ar %.*s Oc", (int)strlen(operand) - 2, operand + 1) : xstrdup(operand);
}

/* What the agent alone says to its children stands in rgc-agent(8). */
static bool is_public_verb(const Verb *verb)
{
    return verb->summary != NULL;
}

static size_t count_public_verbs(void)
{
    size_t n = 0;
    for (size_t i = 0; i < n_verbs; i++)
        n += is_public_verb(&verbs[i]);
    return n;
}

static unsigned int public_options(void)
{
    unsigned int set = options_global();
    for (size_t i = 0; i < n_verbs; i++)
        set |= verbs[i].options;
    return set;
}

test(every_command_is_in_the_manual_with_its_options)
{
    cleanup_with(free_charp) char *commands = between(rgc_1, ".Sh COMMANDS", ".Sh OPTIONS");
    assert_int_equal(count(commands, ".It Cm "), count_public_verbs());
    for (size_t i = 0; i < n_verbs; i++) {
        if (!is_public_verb(&verbs[i]))
            continue;
        bool has_words = verbs[i].operand || verbs[i].options;
        cleanup_with(free_charp) char *item = xasprintf(".It Cm %s%s", verbs[i].name, has_words ? " " : "\n");
        cleanup_with(free_charp) char *line = between(rgc_1, item, "\n");
        cleanup_with(free_charp) char *operand = verbs[i].operand ? operand_macro(verbs[i].operand) : NULL;
        if (operand)
            assert_says(line, operand);
        for (unsigned int id = 0; id < OPTION_MAX_; id++) {
            cleanup_with(free_charp) char *macro = option_macro((OptionId)id);
            if (verbs[i].options & OPTION_BIT(id))
                assert_says(line, macro);
            else
                assert_null(strstr(line, macro));
        }
    }
}

test(every_option_is_in_the_manual)
{
    cleanup_with(free_charp) char *options = between(rgc_1, ".Sh OPTIONS", ".Sh VERDICTS");
    assert_int_equal(count(options, ".It Fl "), __builtin_popcount(public_options()));
    for (unsigned int id = 0; id < OPTION_MAX_; id++) {
        if (!(public_options() & OPTION_BIT(id)))
            continue;
        cleanup_with(free_charp) char *macro = option_macro((OptionId)id);
        assert_says(options, id == OPTION_HELP ? ".It Fl h , -help" : macro);
    }
}

/* "failed", its sentences: from `text` on, in which they must stand. */
static const char *assert_has_reason(const char *text, Reason reason, Sentences sentences)
{
    cleanup_with(free_charp) char *item =
        xasprintf(".It Cm %s %s %s ", reason_to_string(reason), sentences.explained, sentences.remedy);
    assert_says(text, item);
    return strstr(text, item);
}

test(every_reason_is_in_the_manual_in_its_order_with_its_sentences)
{
    cleanup_with(free_charp) char *reasons = between(rgc_1, ".Sh VERDICTS", ".Ss Later");
    assert_int_equal(count(reasons, ".It Cm "), REASON_MAX_);
    const char *at = reasons;
    for (Reason reason = 0; reason < REASON_MAX_; reason++)
        at = assert_has_reason(at, reason, reason_sentences(JUDGED_IMAGE, VERDICT_REMOVE, reason));
    assert_non_null(strstr(reasons, remedy_of_last_image));
}

test(what_waits_for_another_cause_is_in_the_manual)
{
    cleanup_with(free_charp) char *later = between(rgc_1, ".Ss Later", ".Ss Containers");
    size_t n = 0;
    for (Reason reason = 0; reason < REASON_MAX_; reason++) {
        Sentences waiting = reason_sentences(JUDGED_IMAGE, VERDICT_WAIT, reason);
        if (waiting.explained == reason_sentences(JUDGED_IMAGE, VERDICT_REMOVE, reason).explained)
            continue;
        assert_has_reason(later, reason, waiting);
        n++;
    }
    assert_int_equal(count(later, ".It Cm "), n);
}

/* Those of which the sentences for images would say what is not so. */
test(what_a_reason_means_for_a_container_is_in_the_manual)
{
    static const Reason others[] = {REASON_CURRENT, REASON_IN_USE, REASON_UNMANAGED, REASON_OTHER};
    cleanup_with(free_charp) char *containers = between(rgc_1, ".Ss Containers", ".Sh JSON");
    for (size_t i = 0; i < N_ELEMENTS(others); i++)
        assert_has_reason(containers, others[i], reason_sentences(JUDGED_CONTAINER, VERDICT_KEEP, others[i]));
    assert_has_reason(containers, REASON_INFRASTRUCTURE,
                      reason_sentences(JUDGED_BUILDER, VERDICT_KEEP, REASON_INFRASTRUCTURE));
    assert_has_reason(containers, REASON_UNUSED, reason_sentences(JUDGED_BUILDER, VERDICT_REMOVE, REASON_UNUSED));
}

test(every_check_is_in_the_manual_in_its_order_with_its_sentences)
{
    cleanup_with(free_charp) char *audit = between(rgc_1, ".Sh AUDIT", ".Sh JSON");
    const char *at = audit;
    assert_int_equal(count(audit, ".It Cm "), CHECK_MAX_);
    for (Check check = 0; check < CHECK_MAX_; check++) {
        const CheckSpec *spec = check_spec(check);
        cleanup_with(free_charp) char *item =
            xasprintf(".It Cm %s %s By hand: %s", spec->name, spec->why, spec->by_hand);
        at = strstr(at, item);
        if (!at)
            fail_msg("not in the manual, or not in its order:\n%s", item);
    }
}

test(every_exit_code_is_in_the_manual)
{
    cleanup_with(free_charp) char *status = between(rgc_1, ".Sh EXIT STATUS", ".Sh EXAMPLES");
    assert_int_equal(count(status, ".It "), n_exit_codes);
    for (size_t i = 0; i < n_exit_codes; i++) {
        cleanup_with(free_charp) char *item = xasprintf(".It %d %s ", exit_codes[i].code, exit_codes[i].meaning);
        assert_says(status, item);
    }
}

test(every_key_is_in_the_manual_with_its_default)
{
    size_t n_keys;
    const ConfigKey *keys = config_keys(&n_keys);
    cleanup_with(config_clear) Config defaults;
    config_init(&defaults);
    for (size_t i = 0; i < n_keys; i++) {
        cleanup_with(free_charp) char *heading = xasprintf(".Ss [%s]", keys[i].section);
        cleanup_with(free_charp) char *section = between(rgc_conf_5, heading, "\n.S");
        cleanup_with(free_charp) char *value = config_value(&defaults, &keys[i]);
        cleanup_with(free_charp) char *entry = value[0] ? xasprintf(".It Cm %s Default: .Cm %s . ", keys[i].key, value)
                                                        : xasprintf(".It Cm %s Default: none. ", keys[i].key);
        assert_says(section, entry);
    }
    /* and "match" and "audit_ignore" */
    assert_int_equal(count(rgc_conf_5, "\n.It Cm "), n_keys + 2);
}

/* What the key does not do: rules_other.c shows it. */
test(idle_apps_promises_no_more_than_it_does)
{
    cleanup_with(free_charp) char *entry = between(rgc_conf_5, ".It Cm idle_apps", "\n.El");
    assert_says(entry, "rgc removes all previous releases of the app. It keeps the release that ran last");
    assert_null(strstr(entry, "with all its releases"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command_is_in_the_manual_with_its_options),
        cmocka_unit_test(every_option_is_in_the_manual),
        cmocka_unit_test(every_reason_is_in_the_manual_in_its_order_with_its_sentences),
        cmocka_unit_test(what_waits_for_another_cause_is_in_the_manual),
        cmocka_unit_test(what_a_reason_means_for_a_container_is_in_the_manual),
        cmocka_unit_test(every_check_is_in_the_manual_in_its_order_with_its_sentences),
        cmocka_unit_test(every_exit_code_is_in_the_manual),
        cmocka_unit_test(every_key_is_in_the_manual_with_its_default),
        cmocka_unit_test(idle_apps_promises_no_more_than_it_does),
    };
    rgc_1 = read_page(DOCS "/rgc.1");
    rgc_conf_5 = read_page(DOCS "/rgc.conf.5");
    if (!rgc_1 || !rgc_conf_5)
        return 1;
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    free(rgc_1);
    free(rgc_conf_5);
    return failures;
}
