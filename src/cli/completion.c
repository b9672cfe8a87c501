/* SPDX-License-Identifier: MIT */
/*
 * Writes the completions of bash and fish. They are small scripts that call `rgc names` for the names of apps, images
 * and containers, so they need no change when a host does. zsh has a file of its own, because its functions differ
 * most.
 */
#include "completion.h"
#include "completion_parts.h"
#include "completion_values.h"
#include "options.h"
#include "verbs.h"

#include <string.h>

/* Returns the options of a verb, or those of all verbs that people see if `verb` is NULL. */
static unsigned int options_of(const Verb *verb)
{
    unsigned int all = options_global();
    for (size_t i = 0; !verb && i < n_verbs; i++)
        if (!verb_is_hidden(&verbs[i]))
            all |= verbs[i].options;
    return verb ? options_global() | verb->options : all;
}

/* Writes "--config", or "-n" for an option without a name. */
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
        if (!option_is_offered(set, id))
            continue;
        fputc(' ', out);
        print_name(out, &option_specs[id]);
    }
}

static void print_verb_words(FILE *out)
{
    for (size_t i = 0; i < n_verbs; i++)
        if (!verb_is_hidden(&verbs[i]))
            fprintf(out, " %s", verbs[i].name);
}

/* Writes a pattern for all options that take a value: "--config|--state|-n". */
static void bash_value_patterns(FILE *out)
{
    const char *before = "";
    for (unsigned int id = 0; id < OPTION_MAX_; id++) {
        if (!option_is_offered(options_of(NULL), id) || !option_specs[id].value)
            continue;
        fputs(before, out);
        print_name(out, &option_specs[id]);
        before = "|";
    }
}

static void bash_values(FILE *out)
{
    for (unsigned int id = 0; id < OPTION_MAX_; id++) {
        if (!option_is_offered(options_of(NULL), id) || !option_specs[id].value)
            continue;
        fputs("        ", out);
        print_name(out, &option_specs[id]);
        fprintf(out, ") %s ;;\n", value_completion(option_specs[id].value)->bash);
    }
}

static void bash_words(FILE *out)
{
    fputs("        '') words='", out);
    print_verb_words(out);
    print_option_words(out, options_global());
    fputs("' ;;\n", out);
    for (size_t i = 0; i < n_verbs; i++) {
        if (verb_is_hidden(&verbs[i]))
            continue;
        fprintf(out, "        %s) words='", verbs[i].name);
        print_option_words(out, options_of(&verbs[i]));
        fputc('\'', out);
        if (operand_kinds(verbs[i].operand))
            fprintf(out, "\n            case $current in -*) ;; *) words=$(rgc names '%s' 2>/dev/null) ;; esac",
                    operand_kinds(verbs[i].operand));
        fputs(" ;;\n", out);
    }
}

/* bash has a difficulty of its own: it splits words at the characters of COMP_WORDBREAKS, so --color=auto and blog:v4
 * are three words each, of which it replaces only the last. The script puts them together to find what fits, and takes
 * off again what stands before the last colon. */
static void write_bash(FILE *out)
{
    fputs("# bash completion for rgc(1)\n" MADE_FROM "_rgc()\n"
          "{\n"
          "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
          "    local verb='' words='' before='' word\n"
          "    # bash makes three words of --color=auto.\n"
          "    if [ \"$current\" = '=' ]; then current=''; fi\n"
          "    if [ \"$previous\" = '=' ]; then previous=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
          "    # bash makes three words of blog:v4 too, and replaces only the last one.\n"
          "    local at=$COMP_CWORD whole='' colon=''\n"
          "    while [ $at -gt 1 ] && [[ ${COMP_WORDS[at]} == : || ${COMP_WORDS[at-1]} == : ]]; do\n"
          "        whole=${COMP_WORDS[at]}$whole at=$((at - 1))\n"
          "    done\n"
          "    if [ $at -lt $COMP_CWORD ]; then\n"
          "        current=${COMP_WORDS[at]}$whole colon=${current%\"${current##*:}\"}\n"
          "    fi\n"
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
          "    COMPREPLY=(\"${COMPREPLY[@]#\"$colon\"}\")\n"
          "}\n"
          "complete -F _rgc rgc\n",
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
        fprintf(out, " %s", value_completion(spec->value)->fish);
    fputs(" -d '", out);
    shell_quote(out, spec->help, "\\");
    fputs("'\n", out);
}

static void fish_options(FILE *out, unsigned int set, const char *verb)
{
    for (unsigned int id = 0; id < OPTION_MAX_; id++)
        if (option_is_offered(set, id))
            fish_option(out, &option_specs[id], verb);
}

/* fish needs no script: each option, and each command, is one line with a condition. */
static void write_fish(FILE *out)
{
    fputs("# fish completion for rgc(1)\n" MADE_FROM "complete -c rgc -f\n", out);
    fish_options(out, options_global(), NULL);
    for (size_t i = 0; i < n_verbs; i++) {
        if (verb_is_hidden(&verbs[i]))
            continue;
        fputs("complete -c rgc -n 'not __fish_seen_subcommand_from", out);
        print_verb_words(out);
        fprintf(out, "' -a %s -d '", verbs[i].name);
        shell_quote(out, verbs[i].summary, "\\");
        fputs("'\n", out);
        fish_options(out, verbs[i].options, verbs[i].name);
        if (operand_kinds(verbs[i].operand))
            fprintf(out, "complete -c rgc -n '__fish_seen_subcommand_from %s' -a '(rgc names \"%s\" 2>/dev/null)'\n",
                    verbs[i].name, operand_kinds(verbs[i].operand));
    }
}

bool completion_write(FILE *out, const char *shell)
{
    static const struct {
        const char *name;
        void (*write)(FILE *);
    } shells[] = {{"bash", write_bash}, {"zsh", completion_write_zsh}, {"fish", write_fish}};
    for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
        if (strcmp(shells[i].name, shell) != 0)
            continue;
        shells[i].write(out);
        return true;
    }
    return false;
}
