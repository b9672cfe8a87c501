/* SPDX-License-Identifier: MIT */
#include "cli/session.h"
#include "cli/views/show.h"
#include "find.h"
#include "why_removed.h"

#include <errno.h>
#include <rgc/report_json.h>

int verb_why(Session *session)
{
    Error err = {0};
    cleanup_with(pass_clear) Pass pass = {0};
    Match match = {0};
    if (session_plan(session, &pass, &err) < 0)
        return fail_with(&err);
    int r = find_one(&pass.plan, session->arguments.operand, &match, &err);
    if (r == -ENOENT) {
        Error unread = {0};
        r = why_removed(session, session->arguments.operand, pass.plan.now, &unread);
        if (r == 0)
            return EXIT_DONE;
    }
    if (r < 0)
        return fail_with_usage(&err);
    bool is_json = arguments_have(&session->arguments, OPTION_JSON);
    if (is_json)
        print_document(&session->screen,
                       match.image ? json_why_image(&pass, match.image) : json_why_container(&pass, match.container));
    else if (match.image)
        show_why_image(&session->screen, &pass, match.image);
    else
        show_why_container(&session->screen, &pass, match.container);
    return EXIT_DONE;
}
