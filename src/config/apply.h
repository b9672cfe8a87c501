/* SPDX-License-Identifier: MIT */
#pragma once

#include "document.h"

#include <rgc/config.h>

/* Sets what the document says in `config`, which holds the defaults; all that is wrong is complained about. */
void document_apply(const Document *document, Config *config, Complaint *complaint);
