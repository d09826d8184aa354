/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__AUDIT_FILE_H
#define CXD__AUDIT_FILE_H

#include "audit/backend.h"
#include "audit/names.h"
#include "audit/pending.h"
#include "audit/sealer.h"
#include "audit/state.h"
#include "audit/window.h"
#include "audit/writers.h"

/* The log in files, as its parts see it: load, find, write, turn, sheet, rotate, broken, headless, moved, follow, room. */

/* Of the calls below, and never seen outside of this folder: what was read is not the log as it was written; file->damage says what. */
#define CXD__DAMAGED ((cxd_status)-1)

#define CXD__AUDIT_RESERVE 65536

struct cxd__sheet {
  int fd; /* -1: none */
  dev_t device;
  ino_t inode;
  int64_t head;     /* where its genesis ends */
  int64_t size;     /* where the record of state.last ends */
  int64_t reserved; /* blocks are there up to this offset, as far as we know */
  struct cxd__state state;
};

/* Lines that go into `now` with one write, sealed one behind the other. Zero-initialise. */
struct cxd__staged {
  size_t end; /* where it ends in the text, with its newline */
  struct cxd__line line;
  struct cxd__fields fields;
  int kept;
};
struct cxd__run {
  struct cxd__buf text;
  struct cxd__staged *lines;
  size_t count, cap;
  struct cxd__link last; /* of its last line */
};

struct cxd__file {
  struct cxd__place place;
  struct cxd__sealer sealer;
  struct cxd__seal plain;
  struct cxd__writers writers;
  struct cxd__window window;
  struct cxd__run run;                 /* empty between calls */
  struct cxd__sheet now;               /* the one at the path, as far as we know */
  struct cxd__pending pending, moved;    /* not durable yet; those written again when that failed last */
  int64_t durable;                       /* `now` is on stable storage up to here */
  struct cxd__link checkpoint, anchor;   /* last one written, not durable yet; last durable one, or genesis, that nobody took; seq 0: none */
  int64_t max_bytes;
  int rotate_daily, sync;
  int dirty;                             /* appended since the last sync */
  int spoiled;                           /* a sync of `now` failed: never again */
  int64_t rotate_after_us;               /* on the boot clock: a rotation failed lately */
  int64_t ahead_us;                      /* wall clock against boot clock at our last record */
  int stamped;                           /* there was one */
  char damage[256];
  char *alarm, *put_off;                 /* NULL: nothing to tell; put_off: why a rotation had to wait, until one works */
  int swallowed;                         /* a failure of this call was put up with: there may be a SIGXFSZ to take away */
  int failed;                            /* for good: nothing is written any more */
  cxd_error *why;
};

/* write.c: one record behind the last of a segment. `now` keeps it as pending. */
cxd_status cxd__file_add(struct cxd__file *file, struct cxd__sheet *sheet, const char *body, size_t len, cxd_error **error);
cxd_status cxd__file_add_buf(struct cxd__file *file, struct cxd__sheet *sheet, struct cxd__buf *body, cxd_error **error); /* frees body */
cxd_status cxd__file_add_again(struct cxd__file *file, struct cxd__sheet *sheet, const struct cxd__line *line, cxd_error **error);

/*
 * Several records behind the last of `now`, in one piece. add: seals one more; nothing is written yet. write: all of the run, which is left
 * as it is; where that fails, the first *written of them are in the file as whole lines, and nothing is behind them. None of the calls above in between.
 */
cxd_status cxd__run_add(struct cxd__file *file, const struct cxd__stamp *stamp, const char *body, size_t len, cxd_error **error);
cxd_status cxd__run_write(struct cxd__file *file, struct cxd__sheet *sheet, size_t *written, cxd_error **error);
void cxd__run_clear(struct cxd__run *run);
void cxd__run_free(struct cxd__run *run);

cxd_status cxd__file_refused(const struct cxd__file *file, cxd_error **error);
cxd_status cxd__file_give_up(struct cxd__file *file, const char *what, cxd_error **error); /* "audit log 'x' <what>: nothing more ..." */
cxd_status cxd__file_no_room(const struct cxd__file *file, int code, cxd_error **error);
void cxd__file_durable(struct cxd__file *file); /* all that is in `now` is */
struct cxd__seals cxd__file_seals(struct cxd__file *file);
void cxd__sheet_close(struct cxd__sheet *sheet);

/*
 * load.c, under the lock. load: a first look at a file of `size` bytes that is open as sheet->fd. A torn end is set aside, a log
 * begun in an empty file. catch_up: what others wrote since. CXD__DAMAGED, or CXD_E_AUDIT: not ours, of another key, not readable.
 */
cxd_status cxd__load(struct cxd__file *file, struct cxd__sheet *sheet, int64_t size, cxd_error **error);
cxd_status cxd__load_up_to(struct cxd__file *file, struct cxd__sheet *sheet, int64_t end, cxd_error **error); /* whole records, all of them there */
cxd_status cxd__load_forward(struct cxd__file *file, struct cxd__sheet *sheet, int64_t size, cxd_error **error); /* from the start, as far as it is in order */
cxd_status cxd__catch_up(struct cxd__file *file, struct cxd__sheet *sheet, int64_t size, cxd_error **error);
cxd_status cxd__check_key(const struct cxd__file *file, const char *kid, cxd_error **error); /* CXD_E_AUDIT: a segment of this kid is not for us */

/* find.c: looks backwards for intents, from `end` in a file on through the segments before; seqs in ascending order. */
struct cxd__search {
  int64_t *seqs;
  size_t left; /* those not found yet, seqs[0] to seqs[left - 1] */
  int (*found)(void *context, const struct cxd__line *line); /* 0, or -1: no memory; so the next */
  int (*missing)(void *context, int64_t seq);
  void *context;
};
cxd_status cxd__find(struct cxd__file *file, int fd, int64_t end, struct cxd__search *search, cxd_error **error);

/* sheet.c: a new segment in "<log>.new", until it is put at the path. */
struct cxd__birth {
  const char *why, *prev_name;
  struct cxd__link prev;
  const char *prev_sha256; /* NULL: null */
};
cxd_status cxd__sheet_create(struct cxd__file *file, struct cxd__sheet *fresh, size_t opens, cxd_error **error);
void cxd__sheet_is_now(struct cxd__file *file, struct cxd__sheet *sheet); /* takes it; the one before is closed */
cxd_status cxd__sheet_begin(struct cxd__file *file, struct cxd__sheet *fresh, const struct cxd__birth *birth, struct cxd__opens *opens, cxd_error **error); /* takes opens */
cxd_status cxd__sheet_put(struct cxd__file *file, struct cxd__sheet *fresh, cxd_error **error); /* it is file->now then */
void cxd__sheet_drop(struct cxd__file *file, struct cxd__sheet *fresh);
int cxd__sheet_fits(const struct cxd__opens *opens); /* whether a genesis has room for them */

/* rotate.c, under the lock. due: nothing happens when none is, or when it has to wait. is_due: with so many bytes more in `now`. */
int cxd__rotate_is_due(const struct cxd__file *file, size_t more);
cxd_status cxd__rotate_due(struct cxd__file *file, cxd_error **error);
cxd_status cxd__rotate_complete(struct cxd__file *file, cxd_error **error); /* when `now` ends with `rotate` */

/* broken.c, under the lock of the file at the path. first: `segment` is that file, of which nothing is known. lost: `found` is, and `now` is not. */
cxd_status cxd__broken_first(struct cxd__file *file, struct cxd__sheet *sheet, cxd_error **error);
cxd_status cxd__broken_later(struct cxd__file *file, cxd_error **error);
cxd_status cxd__broken_lost(struct cxd__file *file, struct cxd__sheet *found, int64_t found_size, cxd_error **error);
cxd_status cxd__broken_behind(struct cxd__file *file, const char *name, const char *rest, int64_t size, int64_t bytes, cxd_error **error); /* `now` has the name and the size; rest: the file whose bytes do not count */
void cxd__file_alarm(struct cxd__file *file, const char *what);

/*
 * headless.c, under the lock of `sheet`, the file at the path. Without a whole line it is a new log, unless older segments of this
 * log stand beside it: then *done is 1, and a segment goes on behind the newest of them as behind a broken one.
 */
cxd_status cxd__headless(struct cxd__file *file, struct cxd__sheet *sheet, int64_t size, int *done, cxd_error **error);

/* moved.c, under the lock: `now` cannot be made durable; or its successor abandons what is behind a record. */
cxd_status cxd__move(struct cxd__file *file, cxd_error **error);
cxd_status cxd__move_after(struct cxd__file *file, int heir, int64_t last, cxd_error **error); /* heir: the segment that says so; `now` is it, or one behind */
void cxd__file_settle(struct cxd__file *file, char **sealed, int64_t *seq);

/* follow.c: another file is at the path. */
cxd_status cxd__follow(struct cxd__file *file, cxd_error **error);

/*
 * turn.c, under the lock and after a look at what others wrote: the records of one turn. refused: why no record may be written that
 * wants room behind it; CXD_OK: they may. 0, or -1: not all of them were.
 */
int cxd__turn_add(struct cxd__file *file, struct cxd__audit_entry *entries, size_t count, cxd_status refused, const cxd_error *why);

/* room.c: set_aside: 0, an errno, or CXD__NO_SUCH_CALL */
int cxd__set_aside(int fd, int64_t size, int64_t len);
#define CXD__NO_SUCH_CALL (-1)
cxd_status cxd__file_make_room(struct cxd__file *file, cxd_error **error);
cxd_status cxd__file_make_room_for(struct cxd__file *file, size_t intents, int64_t bytes, cxd_error **error); /* under the lock: so many more, all records of the turn having these bytes */
int cxd__has_space(int fd, int64_t len);

#endif
