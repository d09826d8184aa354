/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Base64, percent and form encodings of the requests. */
#ifndef SIM_CODEC_H
#define SIM_CODEC_H

#include "buf.h"

#include <stdbool.h>

bool codec_base64(struct span in, struct buf *out);
void codec_to_base64(struct span in, struct buf *out);
bool codec_percent(struct span in, bool plus_is_space, struct buf *out); /* false: broken escape */
/* Number of times the name occurs; *out holds the first value. -1: broken encoding. */
int codec_form_get(struct span form, const char *name, struct buf *out);

#endif
