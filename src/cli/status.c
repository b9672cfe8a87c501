/* SPDX-License-Identifier: MIT */
#include "session.h"
#include "show.h"

#include <rgc/report_json.h>

int verb_status(Session *session)
{
    Error err = {0};
    cleanup_with(pass_clear) Pass pass = {0};
    cleanup_with(strings_clear) Strings history = {0};
    if (session_plan(session, &pass, &err) < 0)
        return fail_with(&err);
    /* Without history there is still everything else to show; the note on the ledger has said why. */
    if (session->state && history_read(session->state, 1, &history, &err) < 0 && !pass.ledger_note)
        pass.ledger_note = xstrdup(err.text);
    if (arguments_have(&session->arguments, OPTION_JSON))
        print_document(&session->screen, json_status(&pass, &history));
    else
        show_status(&session->screen, &pass, &history);
    return EXIT_DONE;
}
