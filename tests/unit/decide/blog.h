/* SPDX-License-Identifier: MIT */
/* An app of Kamal's and its first ten deploys, with which many histories begin. */
#pragma once

#include "script.h"

static const KamalApp blog = {.service = "blog", .roles = "web"};

static inline void ten_deploys(void)
{
    deploy_hourly(&blog, 1, 9);
    deploy(&blog, "v10");
    after(SECONDS(5));
}
