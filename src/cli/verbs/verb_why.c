/* SPDX-License-Identifier: MIT */
/* `rgc why`: an app, else an image or a container of the plan, else something that a pass has removed. */
#include "cli/session.h"
#include "cli/views/show.h"
#include "find.h"
#include "why_removed.h"

#include <errno.h>
#include <rgc/report_json.h>

static int why_apps(Session *session, const Pass *pass, const size_t *apps, size_t count)
{
    if (arguments_have(&session->arguments, OPTION_JSON))
        print_document(&session->screen, json_why_apps(pass, apps, count));
    else
        show_why_apps(&session->screen, pass, apps, count);
    return EXIT_DONE;
}

static int why_one(Session *session, const Pass *pass, const Match *match)
{
    bool is_json = arguments_have(&session->arguments, OPTION_JSON);
    if (is_json)
        print_document(&session->screen,
                       match->image ? json_why_image(pass, match->image) : json_why_container(pass, match->container));
    else if (match->image)
        show_why_image(&session->screen, pass, match->image);
    else
        show_why_container(&session->screen, pass, match->container);
    return EXIT_DONE;
}

/* An app comes first, because its images and containers are shown with it, whatever their names are. */
int verb_why(Session *session)
{
    Error err = {0};
    cleanup_with(pass_clear) Pass pass = {0};
    Match match = {0};
    if (session_plan(session, &pass, &err) < 0)
        return fail_with(&err);
    size_t n_apps;
    size_t *apps = find_apps(&pass.plan, session->arguments.operand, &n_apps);
    int code = n_apps > 0 ? why_apps(session, &pass, apps, n_apps) : 0;
    free(apps);
    if (n_apps > 0)
        return code;
    int r = find_one(&pass.plan, session->arguments.operand, &match, &err);
    if (r == -ENOENT) {
        Error unread = {0};
        r = why_removed(session, session->arguments.operand, pass.plan.now, &unread);
        if (r == 0)
            return EXIT_DONE;
    }
    if (r < 0)
        return fail_with_usage(&err);
    return why_one(session, &pass, &match);
}
