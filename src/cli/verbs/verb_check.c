/* SPDX-License-Identifier: MIT */
/* `rgc check`: results first, then the configuration in effect. */
#include "verb_check.h"

int verb_check(Session *session)
{
    cleanup_with(checks_clear) Checks checks;
    checks_run(session, &checks);
    if (arguments_have(&session->arguments, OPTION_JSON)) {
        print_document(&session->screen, json_check(checks.items, checks.count));
        return checks.exit_code;
    }
    show_checks(&session->screen, &checks);
    if (checks.exit_code != EXIT_USAGE && !arguments_have(&session->arguments, OPTION_CONFIG_ONLY))
        show_config(&session->screen, &session->config);
    return checks.exit_code;
}
