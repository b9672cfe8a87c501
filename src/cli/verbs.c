/* SPDX-License-Identifier: MIT */
#include "session.h"
#include "verbs.h"

#define BIT(name) OPTION_BIT(OPTION_##name)

const Verb verbs[] = {
    {
        .name = "status",
        .main = verb_status,
        .options = BIT(JSON),
        .summary = "what is on the disk, and what could go",
        .help = "Shows the file systems with the engine's storage, each app with its current release and how many "
                "releases it can be rolled back to, what is reclaimable and by which command, what holds the disk, and "
                "the last pass and the next.",
    },
    {
        .name = "plan",
        .main = verb_plan,
        .options = BIT(JSON) | BIT(APP),
        .summary = "what a pass would remove now, and why",
        .help = "Shows what a pass would do at this moment, with the reason for every image, kept ones too. Changes "
                "nothing.",
    },
    {
        .name = "why",
        .main = verb_why,
        .options = BIT(JSON),
        .operand = "IMAGE|CONTAINER",
        .summary = "why one image or container stays or goes",
        .help =
            "Shows the verdict on one thing, the facts that it rests on and what could change it. An image is named "
            "by a tag, a digest or at least 4 digits of its ID, a container by its name or ID.",
    },
    {
        .name = "run",
        .main = verb_run,
        .needs = NEEDS_CONFIG,
        .options = BIT(JSON) | BIT(DEPLOYED) | BIT(REASON) | BIT(NO_WAIT) | BIT(TIMEOUT),
        .summary = "ask the agent for a pass and follow it",
        .help =
            "Asks the agent for a pass, follows it, and ends with one line: what went, or why nothing did. For root "
            "and members of group docker.",
    },
    {
        .name = "collect",
        .main = verb_collect,
        .options = BIT(JSON) | BIT(APP) | BIT(DRY_RUN),
        .summary = "remove what the plan says, now",
        .help = "One pass in this process: removes what rgc plan shows, and says what became of each. Needs write "
                "access to the state directory: run it as root, or ask the agent with rgc run. SIGINT or SIGTERM ends "
                "it between two removals. What failed is also said on standard error, in one line.",
        .quiet_options = BIT(TRIGGER) | BIT(REASON) | BIT(DEPLOYED) | BIT(TRIAL) | BIT(PRESSING),
    },
    {
        .name = "history",
        .main = verb_history,
        .needs = NEEDS_NOTHING,
        .options = BIT(JSON) | BIT(COUNT),
        .summary = "what past passes did",
        .help = "Shows past passes, the newest first. Passes in a row that removed nothing are one line.",
    },
    {
        .name = "check",
        .main = verb_check,
        .needs = NEEDS_NOTHING,
        .options = BIT(JSON),
        .summary = "whether configuration and surroundings are in order",
        .help = "Shows the configuration in effect and tests engine, permissions, storage paths, state directory and "
                "agent, and whether Kamal's retain_containers leaves what rgc keeps, and notes what in [app] and "
                "[protect] finds nothing here. Ends with 0 if all is in order, 1 if something is not, 2 if the "
                "configuration is bad, 4 if the engine cannot be reached.",
    },
    {
        .name = "agent",
        .main = verb_agent,
        .summary = "the daemon: passes when there is cause for one",
        .help = "Runs until SIGTERM: listens on the trigger socket, follows the engine's events, watches the disk and "
                "starts one pass at a time. systemd starts it as rgc.service; rgc-agent(8) tells all of it. SIGHUP "
                "reads the configuration again.",
    },
    {
        .name = "watch",
        .main = verb_watch,
        .help = "Follows the engine's events and writes down which images arrive and are used: the agent's second "
                "process. By hand it shows them, one JSON object a line, until SIGINT or SIGTERM.",
    },
    {
        .name = "health",
        .main = verb_health,
        .needs = NEEDS_CONFIG,
        .help =
            "Whether the agent answers and follows the engine's events: for a container's health check. Ends with 0 if "
            "both.",
    },
};
const size_t n_verbs = sizeof(verbs) / sizeof(verbs[0]);

const ExitCodeSpec exit_codes[] = {
    {EXIT_DONE, "done"},
    {EXIT_FAILED, "a pass, a removal or a check failed; no permission for the state directory"},
    {EXIT_USAGE, "usage or configuration"},
    {EXIT_AGENT, "the agent cannot be reached"},
    {EXIT_ENGINE, "the engine cannot be reached"},
    {EXIT_LOCKED, "another pass is running"},
};
const size_t n_exit_codes = sizeof(exit_codes) / sizeof(exit_codes[0]);
