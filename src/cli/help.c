/* SPDX-License-Identifier: MIT */
/* --help, printed from the tables of verbs, options and exit codes, so that it names exactly what rgc accepts. */
#include "options.h"
#include "verbs.h"

static const Column columns[] = {{"", COLUMN_WORD}, {"", COLUMN_TEXT}};

/* Begins a table without titles, for words and what they mean. */
static void list_init(Table *ret, const Screen *screen)
{
    table_init(ret, screen, columns, 2);
    ret->has_no_titles = true;
}

static void print_options(const Screen *screen, unsigned int set)
{
    cleanup_with(table_clear) Table table;
    list_init(&table, screen);
    for (unsigned int i = 0; i < OPTION_MAX_; i++) {
        if (!(set & OPTION_BIT(i)))
            continue;
        cleanup_with(free_charp) char *usage = option_usage((OptionId)i);
        table_add(&table, COLOR_PLAIN, "%s", usage);
        table_add(&table, COLOR_PLAIN, "%s", option_specs[i].help);
    }
    table_print(&table, 2);
}

static void print_verbs(const Screen *screen)
{
    cleanup_with(table_clear) Table table;
    list_init(&table, screen);
    for (size_t i = 0; i < n_verbs; i++) {
        if (!verbs[i].summary)
            continue;
        table_add(&table, COLOR_PLAIN, "%s%s%s", verbs[i].name, verbs[i].operand ? " " : "",
                  verbs[i].operand ? verbs[i].operand : "");
        table_add(&table, COLOR_PLAIN, "%s", verbs[i].summary);
    }
    table_print(&table, 2);
}

static void print_exit_codes(const Screen *screen)
{
    cleanup_with(table_clear) Table table;
    list_init(&table, screen);
    for (size_t i = 0; i < n_exit_codes; i++) {
        table_add(&table, COLOR_PLAIN, "%d", exit_codes[i].code);
        table_add(&table, COLOR_PLAIN, "%s", exit_codes[i].meaning);
    }
    table_print(&table, 2);
}

static void print_overview(const Screen *screen)
{
    screen_say(screen, 0, COLOR_PLAIN, "usage: rgc COMMAND [OPTION...]");
    screen_say(screen, 0, COLOR_PLAIN, "%s",
               "Stops old releases from filling a Docker host's disk, and keeps rollbacks possible.");
    screen_title(screen, "Commands");
    print_verbs(screen);
    screen_title(screen, "Options of every command");
    print_options(screen, options_global());
    screen_title(screen, "Exit codes");
    print_exit_codes(screen);
    fputc('\n', screen->out);
    screen_say(screen, 0, COLOR_PLAIN,
               "rgc COMMAND --help describes a command; rgc(1) and rgc.conf(5) describe everything.");
}

static void print_verb(const Screen *screen, const Verb *verb)
{
    screen_say(screen, 0, COLOR_PLAIN, "usage: rgc %s%s%s [OPTION...]", verb->name, verb->operand ? " " : "",
               verb->operand ? verb->operand : "");
    screen_say(screen, 0, COLOR_PLAIN, "%s", verb->help);
    if (verb->options) {
        screen_title(screen, "Options");
        print_options(screen, verb->options);
    }
    screen_title(screen, "Options of every command");
    print_options(screen, options_global());
}

void help_print(const Screen *screen, const Verb *verb)
{
    if (verb)
        print_verb(screen, verb);
    else
        print_overview(screen);
}
