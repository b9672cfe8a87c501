/* SPDX-License-Identifier: MIT */
/* `rgc plan`, which is also `rgc collect --dry-run`. */
#include "cli/session.h"
#include "cli/views/show.h"

#include <rgc/report_json.h>

/* pass_check_app() comes after the plan, because only the plan says which apps --app may name. */
int verb_plan(Session *session)
{
    Error err = {0};
    cleanup_with(pass_clear) Pass pass = {0};
    if (session_plan(session, &pass, &err) < 0)
        return fail_with(&err);
    if (pass_check_app(&pass, session->arguments.app, &err) < 0)
        return fail_with_usage(&err);
    if (arguments_have(&session->arguments, OPTION_JSON))
        print_document(&session->screen, json_plan(&pass));
    else
        show_plan(&session->screen, &pass);
    return EXIT_DONE;
}
