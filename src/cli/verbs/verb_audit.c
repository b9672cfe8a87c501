/* SPDX-License-Identifier: MIT */
/* `rgc audit`: an app if the word names one, else the image, or the image of the container, that it names. */
#include "cli/session.h"
#include "cli/views/show.h"
#include "find.h"

#include <rgc/audit.h>
#include <rgc/ownership.h>
#include <rgc/report_json.h>

#include <errno.h>
#include <string.h>

/* Returns the apps that this word names: "shop" in all its destinations, "shop/staging" in one; all apps for NULL.
 * Caller frees. */
static const Audited **list_apps(const Audit *audit, const char *word, size_t *ret_count)
{
    const Audited **list = xcalloc(audit->n_apps + 1, sizeof(*list));
    size_t count = 0;

    for (size_t i = 0; i < audit->n_apps; i++) {
        const PlannedApp *app = audit->apps[i].app;
        cleanup_with(free_charp) char *label = owner_label(app->name, app->destination);
        if (!word || strcmp(app->name, word) == 0 || strcmp(label, word) == 0)
            list[count++] = &audit->apps[i];
    }
    *ret_count = count;
    return list;
}

static int audit_one(Session *session, const Pass *pass, bool is_json)
{
    cleanup_with(audited_clear) Audited audited = {0};
    const Audited *one = &audited;
    const PlannedImage *image;
    Match match = {0};
    Error err = {0};

    if (find_one(&pass->plan, session->arguments.operand, &match, &err) < 0)
        return fail_with_usage(&err);
    image = match.image ? match.image : plan_image(&pass->plan, match.container->container->image_id);
    if (!image) {
        error_set(&err, EINVAL, "the image of container '%s' is not in the engine's list", session->arguments.operand);
        return fail_with_usage(&err);
    }
    audit_image(&pass->plan, &session->config.policy, image, &audited);
    if (is_json)
        print_document(&session->screen, json_audit_image(one));
    else
        show_audit(&session->screen, &one, 1, true);
    return EXIT_DONE;
}

int verb_audit(Session *session)
{
    bool is_json = arguments_have(&session->arguments, OPTION_JSON);
    const char *word = session->arguments.operand;
    PassOptions options = session_pass_options(session, NULL);
    cleanup_with(pass_clear) Pass pass = {0};
    Error err = {0};
    size_t count;

    session_open_state(session);
    options.with_builds = true;
    options.with_layers = false;
    if (pass_plan(&session->config, session->state, &options, &pass, &err) < 0)
        return fail_with(&err);
    const Audited **apps = list_apps(&pass.audit, word, &count);
    if (word && count == 0) {
        free(apps);
        return audit_one(session, &pass, is_json);
    }
    if (is_json)
        print_document(&session->screen, json_audit(apps, count));
    else
        show_audit(&session->screen, apps, count, word);
    free(apps);
    return EXIT_DONE;
}
