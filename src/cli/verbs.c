/* SPDX-License-Identifier: MIT */
/* Makes the table of verbs from verbs.def, and has the exit codes with what they mean. */
#include "verbs.h"
#include "session.h"

#define BIT(name) OPTION_BIT(OPTION_##name)

const Verb verbs[] = {
#define VERB(name_, ...) {.name = #name_, .main = verb_##name_, __VA_ARGS__},
#include "verbs.def"
};
const size_t n_verbs = sizeof(verbs) / sizeof(verbs[0]);

const ExitCodeSpec exit_codes[] = {
    {EXIT_DONE, "done"},
    {EXIT_FAILED, "a pass, a removal or a check failed, or the state is not accessible"},
    {EXIT_USAGE, "the command line or the configuration is wrong"},
    {EXIT_AGENT, "the agent cannot be reached"},
    {EXIT_ENGINE, "the engine cannot be reached"},
    {EXIT_LOCKED, "another pass is running"},
    {EXIT_INTERRUPTED, "Ctrl-C ended the command (143: SIGTERM did)"},
};
const size_t n_exit_codes = sizeof(exit_codes) / sizeof(exit_codes[0]);
