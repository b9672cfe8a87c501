/* SPDX-License-Identifier: MIT */
#include "session.h"

#define JSON OPTION_BIT(OPTION_JSON)
#define APP OPTION_BIT(OPTION_APP)

const Verb verbs[] = {
    {"status", verb_status, JSON, NULL, "what is on the disk, and what could go",
     "Shows the file systems with the engine's storage, each app with its current release and how many releases it can "
     "be rolled back to, what is reclaimable and by which command, what holds the disk, and the last pass."},
    {"plan", verb_plan, JSON | APP, NULL, "what a pass would remove now, and why",
     "Shows what a pass would do at this moment, with the reason for every image, kept ones too. Changes nothing."},
    {"why", verb_why, JSON, "IMAGE|CONTAINER", "why one image or container stays or goes",
     "Shows the verdict on one thing, the facts that it rests on and what could change it. An image is named by a tag, "
     "a digest or at least 4 digits of its ID, a container by its name or ID."},
    {"collect", verb_collect, JSON | APP | OPTION_BIT(OPTION_DRY_RUN), NULL, "remove what the plan says, now",
     "One pass in this process: removes what rgc plan shows, and says what became of each. Needs write access to the "
     "state directory: run it as root. SIGINT or SIGTERM ends it between two removals."},
    {"history", verb_history, JSON | OPTION_BIT(OPTION_COUNT), NULL, "what past passes did",
     "Shows past passes, the newest first. Passes in a row that removed nothing are one line."},
    {"check", verb_check, JSON, NULL, "whether configuration and surroundings are in order",
     "Shows the configuration in effect and tests engine, permissions, storage paths and state directory."},
};
const size_t n_verbs = sizeof(verbs) / sizeof(verbs[0]);

const ExitCodeSpec exit_codes[] = {
    {EXIT_DONE, "done"},
    {EXIT_FAILED, "the pass failed, or some removals failed"},
    {EXIT_USAGE, "usage or configuration"},
    {EXIT_ENGINE, "the engine cannot be reached"},
    {EXIT_LOCKED, "another pass is running"},
};
const size_t n_exit_codes = sizeof(exit_codes) / sizeof(exit_codes[0]);
