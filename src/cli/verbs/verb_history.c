/* SPDX-License-Identifier: MIT */
#include "cli/session.h"
#include "cli/views/show.h"

#include <errno.h>
#include <rgc/clock.h>
#include <rgc/report_json.h>

int verb_history(Session *session)
{
    Error err = {0};
    cleanup_with(strings_clear) Strings lines = {0};
    int r = state_open(session_state_path(session), &session->state, &err);
    if (r == 0)
        r = history_read(session->state, session->arguments.count, &lines, &err);
    if (r < 0 && r != -ENOENT)
        return fail_with(&err);
    if (arguments_have(&session->arguments, OPTION_JSON))
        print_document(&session->screen, json_history(&lines));
    else
        show_history(&session->screen, &lines, wall_clock());
    return EXIT_DONE;
}
