/* SPDX-License-Identifier: MIT */
#include "completion.h"
#include "completion_values.h"
#include "options.h"
#include "verbs.h"

#include <string.h>

#define MADE_FROM "# Made by the build of rgc from its tables of commands and options.\n"

static bool is_hidden(const Verb *verb)
{
    return !verb->summary;
}

static bool is_offered(unsigned int set, unsigned int id)
{
    return set & OPTION_BIT(id);
}

/* All options of a verb that people see, or of all verbs for NULL. */
static unsigned int options_of(const Verb *verb)
{
    unsigned int all = options_global();
    for (size_t i = 0; !verb && i < n_verbs; i++)
        if (!is_hidden(&verbs[i]))
            all |= verbs[i].options;
    return verb ? options_global() | verb->options : all;
}

/* Inside single quotes of any of the three; `escaped` are characters that the completion itself gives a meaning. */
static void quote(FILE *out, const char *text, const char *escaped)
{
    for (const char *c = text; *c; c++) {
        if (*c == '\'') {
            fputs("'\\''", out);
            continue;
        }
        if (strchr(escaped, *c))
            fputc('\\', out);
        fputc(*c, out);
    }
}

/* "--config", or "-n" of one without a name. */
static void print_name(FILE *out, const OptionSpec *spec)
{
    if (spec->name)
        fprintf(out, "--%s", spec->name);
    else
        fprintf(out, "-%c", spec->letter);
}

static void print_option_words(FILE *out, unsigned int set)
{
    for (unsigned int id = 0; id < OPTION_MAX_; id++) {
        if (!is_offered(set, id))
            continue;
        fputc(' ', out);
        print_name(out, &option_specs[id]);
    }
}

static void print_verb_words(FILE *out)
{
    for (size_t i = 0; i < n_verbs; i++)
        if (!is_hidden(&verbs[i]))
            fprintf(out, " %s", verbs[i].name);
}

/* The patterns of all options that take a value: "--config|--state|-n". */
static void bash_value_patterns(FILE *out)
{
    const char *before = "";
    for (unsigned int id = 0; id < OPTION_MAX_; id++) {
        if (!is_offered(options_of(NULL), id) || !option_specs[id].value)
            continue;
        fputs(before, out);
        print_name(out, &option_specs[id]);
        before = "|";
    }
}

static void bash_values(FILE *out)
{
    for (unsigned int id = 0; id < OPTION_MAX_; id++) {
        if (!is_offered(options_of(NULL), id) || !option_specs[id].value)
            continue;
        fputs("        ", out);
        print_name(out, &option_specs[id]);
        fprintf(out, ") %s ;;\n", value_kind(option_specs[id].value)->bash);
    }
}

static void bash_words(FILE *out)
{
    fputs("        '') words='", out);
    print_verb_words(out);
    print_option_words(out, options_global());
    fputs("' ;;\n", out);
    for (size_t i = 0; i < n_verbs; i++) {
        if (is_hidden(&verbs[i]))
            continue;
        fprintf(out, "        %s) words='", verbs[i].name);
        print_option_words(out, options_of(&verbs[i]));
        fputc('\'', out);
        if (operand_command(verbs[i].operand)[0])
            fprintf(out, "\n            case $current in -*) ;; *) words=$(%s) ;; esac",
                    operand_command(verbs[i].operand));
        fputs(" ;;\n", out);
    }
}

static void write_bash(FILE *out)
{
    fputs("# bash completion for rgc(1)\n" MADE_FROM "_rgc()\n"
          "{\n"
          "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
          "    local verb='' words='' before='' word\n"
          "    # bash makes three words of --color=auto.\n"
          "    if [ \"$current\" = '=' ]; then current=''; fi\n"
          "    if [ \"$previous\" = '=' ]; then previous=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
          "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
          "        case $before in\n"
          "        ",
          out);
    bash_value_patterns(out);
    fputs(") before=''; if [ \"$word\" = '=' ]; then before='='; fi; continue ;;\n"
          "        =) before=''; continue ;;\n"
          "        esac\n"
          "        before=$word\n"
          "        case $word in -*) ;; *) verb=$word; break ;; esac\n"
          "    done\n"
          "    case $verb in\n",
          out);
    bash_words(out);
    fputs("    esac\n"
          "    words=$(compgen -W \"$words\" -- \"$current\")\n"
          "    case $previous in\n",
          out);
    bash_values(out);
    fputs("    esac\n"
          "    COMPREPLY=()\n"
          "    if [ -n \"$words\" ]; then mapfile -t COMPREPLY <<< \"$words\"; fi\n"
          "}\n"
          "complete -F _rgc rgc\n",
          out);
}

/* '--config=[read this …]:FILE:_files' */
static void zsh_option(FILE *out, const OptionSpec *spec)
{
    fputs("        ", out);
    if (spec->name && spec->letter)
        fprintf(out, "'(-%c --%s)'{-%c,--%s}'", spec->letter, spec->name, spec->letter, spec->name);
    else if (spec->name)
        fprintf(out, "'--%s%s", spec->name, spec->value ? "=" : "");
    else
        fprintf(out, "'-%c%s", spec->letter, spec->value ? "+" : "");
    fputc('[', out);
    quote(out, spec->help, "[]:\\");
    fputc(']', out);
    if (spec->value) {
        fputc(':', out);
        quote(out, spec->value, ":\\");
        fprintf(out, ":%s", value_kind(spec->value)->zsh);
    }
    fputs("'\n", out);
}

static void zsh_options(FILE *out, unsigned int set)
{
    for (unsigned int id = 0; id < OPTION_MAX_; id++)
        if (is_offered(set, id))
            zsh_option(out, &option_specs[id]);
}

static void zsh_verb(FILE *out, const Verb *verb)
{
    fprintf(out, "    %s) specific=(\n", verb->name);
    zsh_options(out, verb->options);
    if (verb->operand) {
        fputs("        '1:", out);
        quote(out, verb->operand, ":\\");
        fprintf(out, ":_rgc_%s'\n", verb->name);
    }
    fputs("    ) ;;\n", out);
}

/* One for each command that takes a thing. */
static void zsh_functions(FILE *out)
{
    for (size_t i = 0; i < n_verbs; i++)
        if (!is_hidden(&verbs[i]) && verbs[i].operand)
            fprintf(out, "_rgc_%s() {\n    local -a things\n    things=(${(f)\"$(%s)\"})\n    compadd -a things\n}\n",
                    verbs[i].name, operand_command(verbs[i].operand));
}

static void write_zsh(FILE *out)
{
    fputs("#compdef rgc\n" MADE_FROM, out);
    zsh_functions(out);
    fputs("_rgc() {\n"
          "    local curcontext=$curcontext state\n"
          "    local -a line commands options specific\n"
          "    typeset -A opt_args\n"
          "    options=(\n",
          out);
    zsh_options(out, options_global());
    fputs("    )\n    commands=(\n", out);
    for (size_t i = 0; i < n_verbs; i++) {
        if (is_hidden(&verbs[i]))
            continue;
        fprintf(out, "        '%s:", verbs[i].name);
        quote(out, verbs[i].summary, ":\\");
        fputs("'\n", out);
    }
    fputs("    )\n"
          "    _arguments -C $options '1: :->command' '*:: :->rest' && return 0\n"
          "    case $state in\n"
          "    command) _describe command commands; return ;;\n"
          "    rest) ;;\n"
          "    *) return 1 ;;\n"
          "    esac\n"
          "    case $words[1] in\n",
          out);
    for (size_t i = 0; i < n_verbs; i++)
        if (!is_hidden(&verbs[i]))
            zsh_verb(out, &verbs[i]);
    fputs("    esac\n"
          "    _arguments $options $specific\n"
          "}\n"
          "_rgc \"$@\"\n",
          out);
}

static void fish_option(FILE *out, const OptionSpec *spec, const char *verb)
{
    fputs("complete -c rgc", out);
    if (verb)
        fprintf(out, " -n '__fish_seen_subcommand_from %s'", verb);
    if (spec->letter)
        fprintf(out, " -s %c", spec->letter);
    if (spec->name)
        fprintf(out, " -l %s", spec->name);
    if (spec->value)
        fprintf(out, " %s", value_kind(spec->value)->fish);
    fputs(" -d '", out);
    quote(out, spec->help, "\\");
    fputs("'\n", out);
}

static void fish_options(FILE *out, unsigned int set, const char *verb)
{
    for (unsigned int id = 0; id < OPTION_MAX_; id++)
        if (is_offered(set, id))
            fish_option(out, &option_specs[id], verb);
}

static void write_fish(FILE *out)
{
    fputs("# fish completion for rgc(1)\n" MADE_FROM "complete -c rgc -f\n", out);
    fish_options(out, options_global(), NULL);
    for (size_t i = 0; i < n_verbs; i++) {
        if (is_hidden(&verbs[i]))
            continue;
        fputs("complete -c rgc -n 'not __fish_seen_subcommand_from", out);
        print_verb_words(out);
        fprintf(out, "' -a %s -d '", verbs[i].name);
        quote(out, verbs[i].summary, "\\");
        fputs("'\n", out);
        fish_options(out, verbs[i].options, verbs[i].name);
        if (operand_command(verbs[i].operand)[0])
            fprintf(out, "complete -c rgc -n '__fish_seen_subcommand_from %s' -a '(%s)'\n", verbs[i].name,
                    operand_command(verbs[i].operand));
    }
}

bool completion_write(FILE *out, const char *shell)
{
    static const struct {
        const char *name;
        void (*write)(FILE *);
    } shells[] = {{"bash", write_bash}, {"zsh", write_zsh}, {"fish", write_fish}};
    for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
        if (strcmp(shells[i].name, shell) != 0)
            continue;
        shells[i].write(out);
        return true;
    }
    return false;
}
