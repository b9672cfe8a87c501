/* SPDX-License-Identifier: MIT */
/* Writes the completion of zsh, for its function _arguments (zshcompsys(1)). */
#include "completion_parts.h"
#include "completion_values.h"

/* Writes one argument of _arguments: '--config=[read this …]:FILE:_files'. */
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
    shell_quote(out, spec->help, "[]:\\");
    fputc(']', out);
    if (spec->value) {
        fputc(':', out);
        shell_quote(out, spec->value, ":\\");
        fprintf(out, ":%s", value_completion(spec->value)->zsh);
    }
    fputs("'\n", out);
}

static void zsh_options(FILE *out, unsigned int set)
{
    for (unsigned int id = 0; id < OPTION_MAX_; id++)
        if (option_is_offered(set, id))
            zsh_option(out, &option_specs[id]);
}

static void zsh_verb(FILE *out, const Verb *verb)
{
    fprintf(out, "    %s) specific=(\n", verb->name);
    zsh_options(out, verb->options);
    if (verb->operand) {
        fputs("        '1:", out);
        shell_quote(out, verb->operand, ":\\");
        fprintf(out, ":_rgc_%s'\n", verb->name);
    }
    fputs("    ) ;;\n", out);
}

/* Writes a function that offers the names of these kinds, or none if `kinds` is NULL. */
static void zsh_function(FILE *out, const char *name, const char *kinds)
{
    if (!kinds)
        fprintf(out, "_rgc_%s() { return 1 }\n", name);
    else
        fprintf(out,
                "_rgc_%s() {\n    local -a things\n    things=(${(f)\"$(rgc names '%s' 2>/dev/null)\"})\n"
                "    compadd -a things\n}\n",
                name, kinds);
}

/* Writes a function for each command that takes an operand. */
static void zsh_functions(FILE *out)
{
    for (size_t i = 0; i < n_verbs; i++)
        if (!verb_is_hidden(&verbs[i]) && verbs[i].operand)
            zsh_function(out, verbs[i].name, operand_kinds(verbs[i].operand));
}

void completion_write_zsh(FILE *out)
{
    fputs("#compdef rgc\n" MADE_FROM, out);
    zsh_functions(out);
    zsh_function(out, "apps", "APP");
    fputs("_rgc() {\n"
          "    local curcontext=$curcontext state\n"
          "    local -a line commands options specific\n"
          "    typeset -A opt_args\n"
          "    options=(\n",
          out);
    zsh_options(out, options_global());
    fputs("    )\n    commands=(\n", out);
    for (size_t i = 0; i < n_verbs; i++) {
        if (verb_is_hidden(&verbs[i]))
            continue;
        fprintf(out, "        '%s:", verbs[i].name);
        shell_quote(out, verbs[i].summary, ":\\");
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
        if (!verb_is_hidden(&verbs[i]))
            zsh_verb(out, &verbs[i]);
    fputs("    esac\n"
          "    _arguments $options $specific\n"
          "}\n"
          "_rgc \"$@\"\n",
          out);
}
