/* SPDX-License-Identifier: MIT */
/*
 * The ledger as text, in JSON lines: an object with the schema, one object for each record, and at last {"end": N} with
 * the number of records, which proves that the text is whole. It is read and written line by line, so that a ledger of
 * 10,000 images is never in memory as one JSON tree.
 *
 *     {"schema":2,"began":…,"learned":…,"passes":12,…}
 *     {"image":"sha256:…","first_seen":…,"tags":["shop:v9"],"uses":[{"kind":"kamal","app":"shop",…}]}
 *     {"container":"…","of":"sha256:…","state":"exited",…}
 *     {"end":2}
 */
#pragma once

#include <rgc/error.h>
#include <rgc/ledger.h>

/* Caller frees. A ledger that has `stored` set is written as that one: what a pass with a doubtful clock learns is not
 * kept, except for its number and the end of the trial. */
char *ledger_to_json(const Ledger *ledger, size_t *ret_size);
/* `text` ends with a NUL. Anything but a whole ledger of this schema is -EPROTO, and `err` names the line and the
 * cause; `*ret` is then not written. */
int ledger_from_json(const char *text, size_t size, Ledger *ret, Error *err);
