/* SPDX-License-Identifier: MIT */
/*
 * The records of ledger.json: one table for each kind of record, which both ledger_json.c (writes) and ledger_read.c
 * (reads) use. The first field of a table names the kind: a line with "image" is an ImageRecord. A field may be added
 * without a new LEDGER_SCHEMA, because older ledgers read as if it were 0 and older versions of rgc ignore it.
 */
#pragma once

#include "record_fields.h"

#include <rgc/ledger.h>

#define N_FIELDS(table) (sizeof(table) / sizeof((table)[0]))

static const Field header_fields[] = {
    {"began", FIELD_TIME, offsetof(Ledger, began)},
    {"trial_until", FIELD_TIME, offsetof(Ledger, trial_until)},
    {"learned", FIELD_TIME, offsetof(Ledger, learned)},
    {"boot_id", FIELD_TEXT, offsetof(Ledger, boot_id)},
    {"clock_offset", FIELD_OFFSET, offsetof(Ledger, clock_offset_usec)},
    {"clock_since", FIELD_TIME, offsetof(Ledger, clock_since)},
    {"doubted_boot", FIELD_TEXT, offsetof(Ledger, doubt.boot_id)},
    {"doubted_offset", FIELD_OFFSET, offsetof(Ledger, doubt.clock_offset_usec)},
    {"doubted_since", FIELD_TIME, offsetof(Ledger, doubt.since)},
    {"watched_since", FIELD_TIME, offsetof(Ledger, followed_since)},
    {"high_since", FIELD_TIME, offsetof(Ledger, high_since)},
    {"passes", FIELD_INT, offsetof(Ledger, passes)},
};

static const Field image_fields[] = {
    {"image", FIELD_ID, offsetof(ImageRecord, id)},
    {"first_seen", FIELD_TIME, offsetof(ImageRecord, first_seen)},
    {"arrived", FIELD_TIME, offsetof(ImageRecord, arrived)},
    {"came", FIELD_TIME, offsetof(ImageRecord, came)},
    {"pulled_again", FIELD_TIME, offsetof(ImageRecord, pulled_again)},
    {"named", FIELD_TIME, offsetof(ImageRecord, last_named)},
    {"baseline", FIELD_BOOL, offsetof(ImageRecord, is_baseline)},
    {"tags", FIELD_STRINGS, offsetof(ImageRecord, tags)},
    {"repositories", FIELD_STRINGS, offsetof(ImageRecord, repositories)},
    {"pulled", FIELD_BOOL, offsetof(ImageRecord, was_pulled)},
    {"gone", FIELD_BOOL, offsetof(ImageRecord, is_gone)},
    {"own_work", FIELD_BOOL, offsetof(ImageRecord, is_own_work)},
    {"may_be_only_copy", FIELD_BOOL, offsetof(ImageRecord, may_be_only_copy)},
    {"may_be_own_work", FIELD_BOOL, offsetof(ImageRecord, may_be_own_work)},
    {"named_in", FIELD_STRINGS, offsetof(ImageRecord, named_in)},
    {"come_unseen", FIELD_BOOL, offsetof(ImageRecord, has_come_unseen)},
    {"untagged_unseen", FIELD_TIME, offsetof(ImageRecord, untagged_unseen)},
    {"references", FIELD_STRINGS, offsetof(ImageRecord, references)},
    {"returned_from", FIELD_TIME, offsetof(ImageRecord, returned_from)},
    {"returned_until", FIELD_TIME, offsetof(ImageRecord, returned_until)},
    {"may_have_run", FIELD_TIME, offsetof(ImageRecord, may_have_run)},
};

static const Field use_fields[] = {
    {"kind", FIELD_KIND, offsetof(Use, kind)},
    {"app", FIELD_TEXT, offsetof(Use, app)},
    {"folder", FIELD_TEXT, offsetof(Use, folder)},
    {"destination", FIELD_TEXT, offsetof(Use, destination)},
    {"role", FIELD_TEXT, offsetof(Use, role)},
    {"version", FIELD_TEXT, offsetof(Use, version)},
    {"name", FIELD_TEXT, offsetof(Use, name)},
    {"repositories", FIELD_STRINGS, offsetof(Use, repositories)},
    {"began", FIELD_TIME, offsetof(Use, first_created)},
    {"created", FIELD_TIME, offsetof(Use, last_created)},
    {"started", FIELD_TIME, offsetof(Use, last_started)},
    {"run", FIELD_TIME, offsetof(Use, last_run)},
    {"ended", FIELD_TIME, offsetof(Use, last_ended)},
    {"served", FIELD_BOOL, offsetof(Use, has_served)},
    {"may_have_served", FIELD_BOOL, offsetof(Use, may_have_served)},
    {"failed", FIELD_BOOL, offsetof(Use, has_failed)},
    {"exec", FIELD_BOOL, offsetof(Use, is_exec)},
};

static const Field container_fields[] = {
    {"container", FIELD_ID, offsetof(ContainerRecord, id)},
    {"of", FIELD_TEXT, offsetof(ContainerRecord, image)},
    {"name", FIELD_TEXT, offsetof(ContainerRecord, name)},
    {"reference", FIELD_TEXT, offsetof(ContainerRecord, reference)},
    {"created", FIELD_TIME, offsetof(ContainerRecord, created)},
    {"gone_since", FIELD_TIME, offsetof(ContainerRecord, gone_since)},
    {"state", FIELD_STATE, offsetof(ContainerRecord, state)},
    {"known", FIELD_BOOL, offsetof(ContainerRecord, run.is_known)},
    {"started", FIELD_TIME, offsetof(ContainerRecord, run.started)},
    {"finished", FIELD_TIME, offsetof(ContainerRecord, run.finished)},
    {"exit_code", FIELD_INT, offsetof(ContainerRecord, run.exit_code)},
    {"restarts", FIELD_INT, offsetof(ContainerRecord, run.restarts)},
    {"restart_policy", FIELD_BOOL, offsetof(ContainerRecord, run.has_restart_policy)},
    {"auto_remove", FIELD_BOOL, offsetof(ContainerRecord, run.is_auto_remove)},
    {"killed", FIELD_BOOL, offsetof(ContainerRecord, run.was_killed)},
    {"setup", FIELD_INT, offsetof(ContainerRecord, run.setup)},
    {"settled", FIELD_BOOL, offsetof(ContainerRecord, is_settled)},
    {"service", FIELD_BOOL, offsetof(ContainerRecord, is_service)},
};

static const Field intent_fields[] = {
    {"intent", FIELD_ID, offsetof(Intent, image_id)},
    {"tags", FIELD_STRINGS, offsetof(Intent, tags)},
};

static const Field volume_fields[] = {
    {"volume", FIELD_ID, offsetof(VolumeRecord, name)},
    {"alone_since", FIELD_TIME, offsetof(VolumeRecord, alone_since)},
};

static const Field gap_fields[] = {
    {"gap", FIELD_TIME, offsetof(Gap, at)},
    {"unvouched", FIELD_OFFSET, offsetof(Gap, unvouched_usec)},
    {"counted", FIELD_OFFSET, offsetof(Gap, counted_usec)},
};

static const Field step_fields[] = {
    {"step", FIELD_TIME, offsetof(ClockStep, from)},
    {"until", FIELD_TIME, offsetof(ClockStep, until)},
    {"latest", FIELD_TIME, offsetof(ClockStep, latest)},
    {"by", FIELD_OFFSET, offsetof(ClockStep, by_usec)},
    {"before", FIELD_BOOL, offsetof(ClockStep, is_before)},
    {"past", FIELD_BOOL, offsetof(ClockStep, is_of_earlier_boot)},
};
