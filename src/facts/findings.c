/* SPDX-License-Identifier: MIT */
/* The checks and levels of rgc audit by name, and how findings are freed. src/audit makes the findings. */
#include <rgc/findings.h>

#include <string.h>

static const CheckSpec specs[CHECK_MAX_] = {
#define CHECK(id, name_, level_, of, find, why_, by_hand_)                                                             \
    [CHECK_##id] = {.name = (name_), .level = LEVEL_##level_, .why = (why_), .by_hand = (by_hand_)},
#include <rgc/checks.def>
};

const CheckSpec *check_spec(Check check)
{
    return &specs[check];
}

const char *level_to_string(Level level)
{
    static const char *const words[LEVEL_MAX_] = {
        [LEVEL_BYTES] = "bytes", [LEVEL_RISK] = "risk", [LEVEL_NOTE] = "note"};
    return words[level];
}

Check check_from_string(const char *name)
{
    Check check = 0;
    while (check < CHECK_MAX_ && strcmp(specs[check].name, name) != 0)
        check++;
    return check;
}

void finding_clear(Finding *finding)
{
    strings_clear(&finding->versions);
    free(finding->layers);
    free(finding->text);
    free(finding->remedy);
    *finding = (Finding){0};
}

void audited_clear(Audited *audited)
{
    for (size_t i = 0; i < audited->n_findings; i++)
        finding_clear(&audited->findings[i]);
    free(audited->findings);
    for (size_t i = 0; i < audited->n_releases; i++)
        free(audited->releases[i].version);
    free(audited->releases);
    *audited = (Audited){0};
}

void audit_clear(Audit *audit)
{
    for (size_t i = 0; i < audit->n_apps; i++)
        audited_clear(&audit->apps[i]);
    free(audit->apps);
    *audit = (Audit){0};
}
