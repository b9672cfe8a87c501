/* SPDX-License-Identifier: MIT */
/* From what stands in the file to what it means: the sections and keys of a document, checked and put into a Config. */
#pragma once

#include "document.h"

#include <rgc/config.h>

/* Sets in `config`, which has the defaults, what the document says. Mistakes go to `complaint`; if there is one, the
 * caller throws `config` away. */
void document_apply(const Document *document, Config *config, Complaint *complaint);
