/* SPDX-License-Identifier: MIT */
/*
 * The options as a table, and the parser that follows it. It borrows from argv, checks the command line as a whole
 * before a verb sees it, and answers a mistake with the nearest word, because whoever types it wrong should not have to
 * open the manual.
 */
#include "options.h"

#include <errno.h>
#include <rgc/closest.h>
#include <string.h>

#define HISTORY_DEFAULT 10

const OptionSpec option_specs[OPTION_MAX_] = {
    [OPTION_CONFIG] = {"config", 0, "FILE", "read this file instead of /etc/rgc/rgc.conf", true},
    [OPTION_STATE] = {"state", 0, "DIR", "use this state directory instead of /var/lib/rgc", true},
    [OPTION_HOST] = {"host", 0, "unix:///PATH", "the engine's socket; overrides DOCKER_HOST", true},
    [OPTION_SOCKET] = {"socket", 0, "PATH", "the agent's socket; overrides RGC_SOCKET", true},
    [OPTION_COLOR] = {"color", 0, "WHEN", "auto, always or never; auto heeds NO_COLOR", true},
    [OPTION_HELP] = {"help", 'h', NULL, "show this help, or the help of a command", true},
    [OPTION_VERSION] = {"version", 0, NULL, "show the version", true},
    [OPTION_JSON] = {"json", 0, NULL, "print one JSON document instead of text", false},
    [OPTION_ALL] = {"all", 0, NULL, "show every app, every holder of the disk and every note", false},
    [OPTION_DEEP] = {"deep", 0, NULL, "also measure volumes and what containers have written", false},
    [OPTION_CONFIG_ONLY] = {"config-only", 0, NULL, "test only the configuration file", false},
    [OPTION_APP] = {"app", 0, "APP", "leave out everything that does not belong to this app", false},
    [OPTION_DRY_RUN] = {"dry-run", 0, NULL, "remove nothing and show the plan", false},
    [OPTION_HERE] = {"here", 0, NULL, "make the pass in this process, without the agent", false},
    [OPTION_END_TRIAL] = {"end-trial", 0, NULL, "end the trial and remove what the plan shows (with --here)", false},
    [OPTION_COUNT] = {NULL, 'n', "N", "show the last N passes, 0 for all (default 10)", false},
    [OPTION_DEPLOYED] = {"deployed", 0, "SERVICE", "this service (or SERVICE/DESTINATION) was just deployed", false},
    [OPTION_REASON] = {"reason", 0, "TEXT", "the reason, for the journal and the history", false},
    [OPTION_NO_WAIT] = {"no-wait", 0, NULL, "ask for the pass, but do not follow it", false},
    [OPTION_TIMEOUT] = {"timeout", 0, "DURATION", "follow the pass for at most this long, such as 90s", false},
    [OPTION_TRIGGER] = {"trigger", 0, "WORD", "what caused the pass", false},
    [OPTION_PRESSING] = {"pressing", 0, NULL, "a disk has been too full for long enough", false},
    [OPTION_TRIAL] = {"trial", 0, "DURATION", "how much of the trial is left, whatever is configured", false},
};

unsigned int options_global(void)
{
    unsigned int set = 0;
    for (unsigned int id = 0; id < OPTION_MAX_; id++)
        set |= option_specs[id].is_global ? OPTION_BIT(id) : 0;
    return set;
}

char *option_usage(OptionId id)
{
    const OptionSpec *spec = &option_specs[id];
    char letter[2] = {spec->letter, '\0'};
    return xasprintf("%s%s%s%s", spec->name ? "--" : "-", spec->name ? spec->name : letter, spec->value ? " " : "",
                     spec->value ? spec->value : "");
}

bool arguments_have(const Arguments *arguments, OptionId id)
{
    return arguments->given & OPTION_BIT(id);
}

static int unknown_word(Error *err, const char *kind, const char *prefix, const char *word,
                        const char *const *candidates, size_t count)
{
    const char *near = closest_word(word, candidates, count);
    if (near)
        return error_set(err, EINVAL, "unknown %s '%s%s'; did you mean %s%s?", kind, prefix, word, prefix, near);
    return error_set(err, EINVAL, "unknown %s '%s%s'; rgc --help lists them", kind, prefix, word);
}

static int unknown_option(Error *err, const char *name)
{
    const char *names[OPTION_MAX_];
    size_t count = 0;
    for (size_t i = 0; i < OPTION_MAX_; i++)
        if (option_specs[i].name)
            names[count++] = option_specs[i].name;
    return unknown_word(err, "option", "--", name, names, count);
}

/* Returns false if rgc has no answer to this word. */
static bool answer_newcomer(const VerbList *list, const char *word, Error *err)
{
    const char *verb = known_elsewhere(word);
    for (size_t i = 0; verb && i < list->count; i++)
        if (strcmp(list->items[i].name, verb) == 0) {
            error_set(err, EINVAL, "there is no command '%s'; try rgc %s: %s", word, verb, list->items[i].summary);
            return true;
        }
    return false;
}

static const Verb *verb_find(const VerbList *list, const char *name, Error *err)
{
    const char *names[32];
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i].name, name) == 0)
            return &list->items[i];
        if (list->items[i].summary)
            names[count++] = list->items[i].name;
    }
    if (!answer_newcomer(list, name, err))
        unknown_word(err, "command", "", name, names, count);
    return NULL;
}

static int parse_color(const char *value, ColorMode *ret, Error *err)
{
    static const char *const names[] = {[COLOR_AUTO] = "auto", [COLOR_ALWAYS] = "always", [COLOR_NEVER] = "never"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i], value) == 0) {
            *ret = (ColorMode)i;
            return 0;
        }
    }
    return error_set(err, EINVAL, "--color takes auto, always or never, not '%s'", value);
}

static int parse_span(OptionId id, const char *value, int64_t least_usec, int64_t *ret_usec, Error *err)
{
    if (!parse_duration(value, ret_usec) || *ret_usec < least_usec)
        return error_set(err, EINVAL, "--%s takes a duration such as 90s or 5m, not '%s'", option_specs[id].name,
                         value);
    return 0;
}

static int parse_count(const char *value, size_t *ret, Error *err)
{
    char *end;
    errno = 0;
    unsigned long count = strtoul(value, &end, 10);
    if (errno || value[strspn(value, "0123456789")] || value[0] == '\0')
        return error_set(err, EINVAL, "-n takes a number of passes, not '%s'", value);
    *ret = count;
    return 0;
}

/* Notes one option; `value` is NULL if the option takes none. */
static int take_option(OptionId id, const char *value, Arguments *ret, Error *err)
{
    ret->given |= OPTION_BIT(id);
    if (!value)
        return 0;
    if (value[0] == '\0') {
        cleanup_with(free_charp) char *usage = option_usage(id);
        return error_set(err, EINVAL, "%s needs a value", usage);
    }
    switch (id) {
    case OPTION_CONFIG:
        ret->config = value;
        return 0;
    case OPTION_STATE:
        ret->state = value;
        return 0;
    case OPTION_HOST:
        ret->host = value;
        return 0;
    case OPTION_APP:
        if (ret->app)
            return error_set(err, EINVAL, "--app names one app, but was given '%s' and '%s'", ret->app, value);
        ret->app = value;
        return 0;
    case OPTION_SOCKET:
        ret->socket = value;
        return 0;
    case OPTION_DEPLOYED:
        strings_add_unique(&ret->deployed, value);
        return 0;
    case OPTION_REASON:
        ret->reason = value;
        return 0;
    case OPTION_TIMEOUT:
        return parse_span(id, value, 1, &ret->timeout_usec, err);
    case OPTION_TRIAL:
        return parse_span(id, value, 0, &ret->trial_usec, err);
    case OPTION_TRIGGER:
        ret->trigger = value;
        return 0;
    case OPTION_COLOR:
        return parse_color(value, &ret->color, err);
    case OPTION_COUNT:
        return parse_count(value, &ret->count, err);
    default:
        return 0;
    }
}

/* Takes the value that is attached to the option, as in --config=FILE, or else the next word. */
static int take_with_value(OptionId id, const char *attached, int argc, char **argv, int *at, Arguments *ret,
                           Error *err)
{
    cleanup_with(free_charp) char *usage = option_usage(id);
    if (!option_specs[id].value && attached)
        return error_set(err, EINVAL, "%s takes no value, but was given '%s'", usage, attached);
    if (option_specs[id].value && !attached) {
        if (*at + 1 >= argc)
            return error_set(err, EINVAL, "%s needs a value", usage);
        attached = argv[++*at];
    }
    return take_option(id, attached, ret, err);
}

static int take_long(int argc, char **argv, int *at, Arguments *ret, Error *err)
{
    const char *word = argv[*at] + 2, *equals = strchr(word, '=');
    cleanup_with(free_charp) char *name = equals ? xstrndup(word, (size_t)(equals - word)) : xstrdup(word);
    for (size_t i = 0; i < OPTION_MAX_; i++)
        if (option_specs[i].name && strcmp(option_specs[i].name, name) == 0)
            return take_with_value((OptionId)i, equals ? equals + 1 : NULL, argc, argv, at, ret, err);
    return unknown_option(err, name);
}

static int take_short(int argc, char **argv, int *at, Arguments *ret, Error *err)
{
    const char *word = argv[*at];
    for (size_t i = 0; i < OPTION_MAX_; i++)
        if (option_specs[i].letter == word[1])
            return take_with_value((OptionId)i, word[2] ? word + 2 : NULL, argc, argv, at, ret, err);
    if (strcmp(word, "-V") == 0)
        return error_set(err, EINVAL, "unknown option '-V'; did you mean --version?");
    return error_set(err, EINVAL, "unknown option '-%c'; rgc --help lists them", word[1]);
}

/* `rgc help`, `rgc help plan` and `rgc version`, as other programs have them, are the options of these names. */
static bool take_option_word(const char *word, Arguments *ret)
{
    for (OptionId id = OPTION_HELP; id <= OPTION_VERSION; id++)
        if (strcmp(word, option_specs[id].name) == 0) {
            ret->given |= OPTION_BIT(id);
            return true;
        }
    return false;
}

static int take_word(const VerbList *verbs, const char *word, Arguments *ret, Error *err)
{
    if (!ret->verb && take_option_word(word, ret))
        return 0;
    if (!ret->verb) {
        ret->verb = verb_find(verbs, word, err);
        return ret->verb ? 0 : -EINVAL;
    }
    if (!ret->verb->operand)
        return error_set(err, EINVAL, "rgc %s takes no argument, but was given '%s'", ret->verb->name, word);
    if (ret->operand)
        return error_set(err, EINVAL, "rgc %s takes one %s, but was given '%s' as well", ret->verb->name,
                         ret->verb->operand, word);
    ret->operand = word;
    return 0;
}

/* Checks what only the whole line shows: options may come before their command. */
static int check_whole(const Arguments *arguments, Error *err)
{
    if (arguments_have(arguments, OPTION_HELP) || arguments_have(arguments, OPTION_VERSION))
        return 0;
    const Verb *verb = arguments->verb;
    if (!verb)
        return error_set(err, EINVAL, "a command is missing; try rgc status, or rgc --help");
    for (unsigned int i = 0; i < OPTION_MAX_; i++) {
        if (!(arguments->given & OPTION_BIT(i) & ~(verb->options | verb->quiet_options | options_global())))
            continue;
        cleanup_with(free_charp) char *usage = option_usage((OptionId)i);
        return error_set(err, EINVAL, "rgc %s has no option %s; rgc %s --help lists its options", verb->name, usage,
                         verb->name);
    }
    if (verb->operand && verb->operand[0] != '[' && !arguments->operand)
        return error_set(err, EINVAL, "an argument is missing; usage: rgc %s %s", verb->name, verb->operand);
    return 0;
}

void arguments_clear(Arguments *arguments)
{
    strings_clear(&arguments->deployed);
}

int arguments_parse(const VerbList *verbs, int argc, char **argv, Arguments *ret, Error *err)
{
    *ret = (Arguments){.count = HISTORY_DEFAULT};
    bool words_only = false;
    for (int at = 1; at < argc; at++) {
        const char *word = argv[at];
        bool is_option = !words_only && word[0] == '-' && word[1] != '\0';
        int r;
        if (is_option && strcmp(word, "--") == 0) {
            words_only = true;
            continue;
        }
        if (is_option)
            r = word[1] == '-' ? take_long(argc, argv, &at, ret, err) : take_short(argc, argv, &at, ret, err);
        else
            r = take_word(verbs, word, ret, err);
        if (r < 0)
            return r;
    }
    return check_whole(ret, err);
}
