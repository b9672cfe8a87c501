/* SPDX-License-Identifier: MIT */
/*
 * Splits a shell command into commands and words: quotes, backslashes, and the characters that end a command. It
 * expands nothing, since a history does not have the values of variables. An unusual construct gives a wrong word at
 * worst, and so a trait that is missing; the sizes are bounded, whatever text comes.
 */
#include "shell_words.h"

#include <rgc/buffer.h>

#include <string.h>

/* What exceeds these limits is left out. */
#define COMMANDS_MAX 400
#define WORDS_MAX 1000

/* The characters that mean something, and so may end a run of characters that do not. */
#define ENDS_RUN "\\\"';&|()\n` \t\r"

typedef struct Parser {
    ShellCommands *commands;
    Strings words; /* those of the command that is being read */
    Buffer word;
    bool has_word;
} Parser;

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

/* Is it a word that comes before the program itself, such as "sudo", "then", an assignment, or an option of these? */
static bool is_before_program(const char *word)
{
    static const char *const before[] = {"sudo",  "exec",  "command", "env",  "if", "then", "else", "elif", "do",
                                         "while", "until", "time",    "nice", "!",  "{",    "}",    "fi",   "done"};
    size_t name = strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    if (word[0] == '-' || (name > 0 && word[name] == '='))
        return true;
    for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++)
        if (strcmp(word, before[i]) == 0)
            return true;
    return false;
}

static void end_word(Parser *parser)
{
    if (!parser->has_word)
        return;
    cleanup_with(free_charp) char *word = xstrndup(parser->word.data ? parser->word.data : "", parser->word.size);
    parser->word.size = 0;
    parser->has_word = false;
    if (parser->words.count == 0 && is_before_program(word))
        return;
    if (parser->words.count < WORDS_MAX)
        strings_add(&parser->words, parser->words.count == 0 ? base_name(word) : word);
}

static void end_command(Parser *parser)
{
    end_word(parser);
    if (parser->words.count == 0)
        return;
    if (parser->commands->count < COMMANDS_MAX)
        *array_add(&parser->commands->items, &parser->commands->count) = parser->words;
    else
        strings_clear(&parser->words);
    parser->words = (Strings){0};
}

static void add(Parser *parser, const char *text, size_t length)
{
    buffer_add(&parser->word, text, length);
    parser->has_word = true;
}

/* Reads up to the closing quote. Returns the last character that belongs to the quoted text. */
static const char *read_quoted(Parser *parser, const char *at)
{
    char quote = *at;
    parser->has_word = true;
    for (at++; *at && *at != quote; at++) {
        if (*at == '\\' && quote == '"' && at[1])
            at++;
        add(parser, at, 1);
    }
    return *at ? at : at - 1;
}

void shell_commands_parse(const char *text, ShellCommands *ret)
{
    Parser parser = {.commands = ret};

    *ret = (ShellCommands){0};
    for (const char *at = text; *at; at++) {
        if (*at == '\\' && at[1] == '\n') {
            end_word(&parser);
            at++;
        } else if (*at == '\\' && at[1]) {
            add(&parser, ++at, 1);
        } else if (*at == '"' || *at == '\'') {
            at = read_quoted(&parser, at);
        } else if (strchr(";&|()\n`", *at)) {
            end_command(&parser);
        } else if (strchr(" \t\r", *at)) {
            end_word(&parser);
        } else {
            size_t length = strcspn(at, ENDS_RUN);
            length = length > 0 ? length : 1; /* a backslash at the very end is a character as any other */
            add(&parser, at, length);
            at += length - 1;
        }
    }
    end_command(&parser);
    buffer_clear(&parser.word);
}

void shell_commands_clear(ShellCommands *commands)
{
    for (size_t i = 0; i < commands->count; i++)
        strings_clear(&commands->items[i]);
    free(commands->items);
    *commands = (ShellCommands){0};
}
