/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* The campaigns: raw documents, their validators, and the one way to replace them. */
#ifndef SIM_STORE_H
#define SIM_STORE_H

#include "buf.h"
#include "json.h"

#include <stdbool.h>
#include <stdint.h>

#define ETAG_SIZE 48

enum validator_mode { VALIDATORS_ETAG, VALIDATORS_VERSION, VALIDATORS_NONE };

struct campaign {
    char *id;
    struct buf document; /* byte for byte as given */
    uint64_t revision;   /* changes with every write; feeds the ETag */
    int64_t version;     /* VALIDATORS_VERSION: the member of that name */
    uint64_t puts;
};

struct store {
    enum validator_mode mode;
    uint64_t seed;
    struct campaign *list;
    size_t count;
    uint64_t puts;
};

enum store_answer { STORE_DONE, STORE_PRECONDITION_FAILED, STORE_VERSION_CONFLICT, STORE_BAD_VERSION };

/* An array of campaigns, {"campaigns":[...]} or one campaign. false: *why says what is wrong. */
bool store_load(struct store *s, struct span text, struct buf *why);
void store_load_sample(struct store *s);
void store_free(struct store *s);
struct campaign *store_find(const struct store *s, const char *id);
void store_etag(const struct store *s, const struct campaign *c, char out[ETAG_SIZE]);
/* if_match: the header's value or NULL; body: a JSON object */
enum store_answer store_put(struct store *s, struct campaign *c, const char *if_match, struct span body);
/* Sets the members of the patch without any condition: a change behind a client's back. */
void store_change(struct store *s, struct campaign *c, struct span patch);

#endif
