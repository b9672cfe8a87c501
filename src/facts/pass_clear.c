/* SPDX-License-Identifier: MIT */
/* Frees what a pass has made, in reverse order: later values borrow from earlier ones. */
#include <rgc/pass.h>

void pass_clear(Pass *pass)
{
    audit_clear(&pass->audit);
    plan_clear(&pass->plan);
    survey_clear(&pass->survey);
    report_clear(&pass->report);
    ledger_clear(&pass->ledger);
    snapshot_clear(&pass->snapshot);
    strings_clear(&pass->given_back);
    free(pass->ledger_note);
    free(pass->summary);
    free(pass->metrics_note);
    *pass = (Pass){0};
}
