/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* dev_t, ...at() */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/file.h"
#include "audit/io.h"
#include "audit/sigxfsz.h"
#include "base/error.h"
#include "base/mem.h"

#define TRIES 16

/* A host that closes descriptors that are not its own must not get records into whatever took the number. */
static cxd_status check_descriptor(struct cxd__file *file, struct stat *st, cxd_error **error) {
  if (fstat(file->now.fd, st) == 0 && st->st_dev == file->now.device && st->st_ino == file->now.inode)
    return CXD_OK;
  file->now.fd = -1;
  return cxd__file_give_up(file, "lost its descriptor, somebody else closed it", error);
}

/* What others did since: `now` is the file at the path then, and known to its end. */
static cxd_status look(struct cxd__file *file, cxd_error **error) {
  for (int i = 0; i < TRIES; i++) {
    struct stat st;
    cxd_status status = check_descriptor(file, &st, error);
    if (status == CXD_OK && st.st_size != file->now.size)
      status = cxd__catch_up(file, &file->now, st.st_size, error);
    if (status != CXD_OK && status != CXD__DAMAGED)
      return status;
    if (cxd__place_has(&file->place, file->now.device, file->now.inode)) {
      if (status == CXD__DAMAGED)
        return cxd__broken_later(file, error);
      return file->now.state.ended ? cxd__rotate_complete(file, error) : CXD_OK;
    }
    status = cxd__follow(file, error);
    if (status != CXD_OK)
      return status;
  }
  return cxd__fail_at(error, CXD_E_AUDIT, "audit.path", "audit log '%s': nothing was written: its file is replaced again and again", file->place.path);
}

static cxd_status leave(struct cxd__file *file, const struct cxd__sigxfsz *held, cxd_status status) {
  cxd__sigxfsz_release(held, status != CXD_OK || file->swallowed);
  file->swallowed = 0;
  cxd__place_unlock(file->now.fd);
  return status;
}

static cxd_status enter(struct cxd__file *file, struct cxd__sigxfsz *held, cxd_error **error) {
  struct stat st;
  if (file->failed)
    return cxd__file_refused(file, error);
  cxd_status status = check_descriptor(file, &st, error);
  if (status == CXD_OK)
    status = cxd__place_lock(&file->place, file->now.fd, error);
  if (status != CXD_OK)
    return status;
  cxd__sigxfsz_hold(held);
  status = look(file, error);
  return status == CXD_OK ? CXD_OK : leave(file, held, status);
}

/* Whoever wants room for what follows must find the log where it was, and be known as alive. */
static cxd_status check_stay(struct cxd__file *file, cxd_error **error) {
  cxd_status status = cxd__place_check(&file->place, error);
  return status == CXD_OK ? cxd__writers_stay(&file->writers, &file->place, &file->sealer, error) : status;
}

static void refuse_all(struct cxd__audit_entry *entries, size_t count, cxd_status status, cxd_error *why) {
  for (size_t i = 0; i < count; i++)
    if (entries[i].body) {
      entries[i].status = status;
      entries[i].error = cxd__error_copy(why);
    }
  cxd_error_free(why);
}

static void file_append_all(void *self, struct cxd__audit_entry *entries, size_t count) {
  struct cxd__file *file = self;
  struct cxd__sigxfsz held;
  cxd_error *why = NULL;
  int wants_room = 0;
  cxd_status status = enter(file, &held, &why);
  if (status != CXD_OK) {
    refuse_all(entries, count, status, why);
    return;
  }
  for (size_t i = 0; i < count; i++)
    wants_room |= entries[i].body && entries[i].reserve;
  if (wants_room)
    status = check_stay(file, &why);
  else
    (void)cxd__writers_stay(&file->writers, &file->place, &file->sealer, NULL); /* the outcome of an update does not depend on it */
  int failed = cxd__turn_add(file, entries, count, status, why);
  cxd_error_free(why);
  (void)leave(file, &held, failed ? CXD_E_AUDIT : CXD_OK);
}

/* A turn of one record. */
static cxd_status file_append(void *self, int64_t resolves, const char *body, size_t len, struct cxd__buf *sealed, int64_t *seq, cxd_error **error) {
  struct cxd__audit_entry entry = {.body = body, .len = len, .resolves = resolves, .in_passing = sealed == NULL};
  file_append_all(self, &entry, 1);
  if (sealed) {
    cxd__buf_reset(sealed);
    if (entry.sealed)
      cxd__buf_str(sealed, entry.sealed);
    sealed->failed |= entry.status == CXD_OK && !entry.sealed;
    cxd__free(entry.sealed);
  }
  if (seq && entry.status == CXD_OK)
    *seq = entry.seq;
  if (error)
    *error = entry.error;
  else
    cxd_error_free(entry.error);
  return entry.status;
}

/* Room in a file that is not the log any more would be none. */
static cxd_status file_reserve(void *self, cxd_error **error) {
  struct cxd__file *file = self;
  struct cxd__sigxfsz held;
  struct stat st;
  if (file->failed)
    return cxd__file_refused(file, error);
  cxd_status status = check_descriptor(file, &st, error);
  if (status == CXD_OK)
    status = check_stay(file, error);
  if (status == CXD_OK && !cxd__place_has(&file->place, file->now.device, file->now.inode)) {
    status = enter(file, &held, error);
    if (status == CXD_OK)
      (void)leave(file, &held, status);
  }
  return status == CXD_OK ? cxd__file_make_room(file, error) : status;
}

/* The kernel reports a lost write once and then forgets it: a second try would only seem to work. */
static int sync_now(struct cxd__file *file) {
  if (file->spoiled || (file->sync && cxd__sync_data(file->now.fd) != 0))
    file->spoiled = 1;
  return !file->spoiled;
}

static cxd_status go_elsewhere(struct cxd__file *file, cxd_error **error) {
  struct cxd__sigxfsz held;
  cxd_status status = enter(file, &held, error);
  if (status != CXD_OK)
    return status;
  return leave(file, &held, file->spoiled ? cxd__move(file, error) : CXD_OK);
}

static cxd_status file_sync(void *self, cxd_error **error) {
  struct cxd__file *file = self;
  if (file->failed)
    return cxd__file_refused(file, error);
  for (int i = 0; file->dirty && i < TRIES; i++) {
    if (sync_now(file) && (!file->sync || cxd__place_has(&file->place, file->now.device, file->now.inode)))
      cxd__file_durable(file);
    else {
      cxd_status status = go_elsewhere(file, error);
      if (status != CXD_OK)
        return status;
    }
  }
  return file->dirty ? cxd__file_give_up(file, "could not be made durable, its file is replaced again and again", error) : CXD_OK;
}

static void file_settle(void *self, char **sealed, int64_t *seq) { cxd__file_settle(self, sealed, seq); }

struct copied {
  char *line;
};

static int copy_line(void *context, const struct cxd__line *line) {
  struct copied *copied = context;
  copied->line = cxd__strndup(line->text.p, line->text.len);
  return copied->line ? 0 : -1;
}

static int no_line(void *context, int64_t seq) {
  (void)context;
  (void)seq;
  return 0;
}

static int is_asked_for(const struct cxd__open *open, const char *campaign, int64_t after) {
  return open->seq > after && open->w && (!campaign || cxd__json_string_is(cxd__open_campaign(open), campaign));
}

/* *out: NULL when there is none. To take a dead writer for a living one would let new work go before the recovery. */
static cxd_status first_dangling(const struct cxd__file *file, const char *campaign, int64_t after, const struct cxd__open **out, cxd_error **error) {
  const struct cxd__opens *opens = &file->now.state.opens;
  *out = NULL;
  for (size_t i = 0; i < opens->count && !*out; i++) {
    int alive = is_asked_for(&opens->items[i], campaign, after) ? cxd__writers_alive(&file->writers, cxd__open_writer(&opens->items[i])) : 1;
    if (alive < 0)
      return cxd__place_fail(&file->place, "it cannot be told whether a writer lives (.writers)", errno, error);
    if (!alive)
      *out = &opens->items[i];
  }
  return CXD_OK;
}

static cxd_status read_intent(struct cxd__file *file, int64_t number, char **line, int64_t *seq, cxd_error **error) {
  struct copied copied = {NULL};
  int64_t wanted = number;
  struct cxd__search search = {.seqs = &wanted, .left = 1, .found = copy_line, .missing = no_line, .context = &copied};
  cxd_status status = cxd__find(file, file->now.fd, file->now.size, &search, error);
  if (status == CXD_OK && !copied.line)
    status = cxd__fail_at(error, CXD_E_AUDIT, "audit.path", "audit log '%s': intent %lld cannot be found again", file->place.path, (long long)number);
  if (status != CXD_OK)
    return status;
  *line = copied.line;
  if (seq)
    *seq = number;
  return CXD_OK;
}

/* Without the lock, by one call: the file at the path is ours, and nobody has written since we looked last. */
static int nothing_new(const struct cxd__file *file) {
  struct stat st;
  const struct cxd__sheet *now = &file->now;
  return !file->failed && !now->state.ended && fstatat(file->place.dir, file->place.base, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_dev == now->device && st.st_ino == now->inode && st.st_size == now->size;
}

/* Whether no open intent is asked for but our own, which are not dangling as long as we live. */
static int only_ours(const struct cxd__file *file, const char *campaign, int64_t after) {
  const struct cxd__opens *opens = &file->now.state.opens;
  for (size_t i = 0; i < opens->count; i++)
    if (is_asked_for(&opens->items[i], campaign, after) && !cxd__field_is(cxd__open_writer(&opens->items[i]), file->sealer.writer))
      return 0;
  return 1;
}

static cxd_status file_dangling(void *self, const char *campaign, int64_t after, char **line, int64_t *seq, cxd_error **error) {
  struct cxd__file *file = self;
  struct cxd__sigxfsz held;
  *line = NULL;
  if (only_ours(file, campaign, after) && nothing_new(file))
    return CXD_OK;
  cxd_status status = enter(file, &held, error);
  if (status != CXD_OK)
    return status;
  const struct cxd__open *open = NULL;
  status = cxd__writers_stay(&file->writers, &file->place, &file->sealer, error);
  if (status == CXD_OK)
    status = first_dangling(file, campaign, after, &open, error);
  return leave(file, &held, open ? read_intent(file, open->seq, line, seq, error) : status);
}

static int file_take_checkpoint(void *self, int64_t *seq, char h[65]) {
  struct cxd__file *file = self;
  if (!file->anchor.seq)
    return 0;
  *seq = file->anchor.seq;
  cxd__hash_hex(file->anchor.h, h);
  h[64] = '\0';
  file->anchor.seq = 0;
  return 1;
}

static const char *file_alarm(void *self, const char **code) {
  const struct cxd__file *file = self;
  *code = file->alarm ? "audit.broken" : "audit.rotation";
  return file->alarm ? file->alarm : file->put_off;
}

/* The locks and the data belong to the parent as well: in its child only the descriptors go. */
static void file_close(void *self, int forked) {
  struct cxd__file *file = self;
  cxd__writers_close(&file->writers, forked);
  cxd__sheet_close(&file->now);
  cxd__pending_free(&file->pending);
  cxd__pending_free(&file->moved);
  cxd__window_close(&file->window);
  cxd__run_free(&file->run);
  cxd__seal_close(&file->plain);
  cxd__sealer_close(&file->sealer);
  cxd__place_leave(&file->place);
  cxd_error_free(file->why);
  cxd__free(file->alarm);
  cxd__free(file->put_off);
  cxd__free(file);
}

static const struct cxd__audit_ops ops = {
    .append = file_append, .append_all = file_append_all, .sync = file_sync, .close = file_close, .reserve = file_reserve, .settle = file_settle, .dangling = file_dangling, .take_checkpoint = file_take_checkpoint, .alarm = file_alarm,
};

/* A log under two names would have two locks, two sets of segments. A rotation that was cut short left it with its later name. */
static cxd_status check_links(struct cxd__file *file, const struct cxd__sheet *sheet, cxd_error **error) {
  struct stat st;
  struct cxd__slice text;
  struct cxd__line line;
  if (fstat(sheet->fd, &st) != 0)
    return cxd__place_fail(&file->place, "cannot be examined", errno, error);
  if (st.st_nlink < 2)
    return CXD_OK;
  cxd__window_on(&file->window, sheet->fd);
  int known = cxd__line_at(&file->window, 0, st.st_size, &text) == 1 && cxd__line_read(text.p, text.len, &line);
  if (known && st.st_nlink == 1 + (nlink_t)cxd__name_count(&file->place, &st, line.link.seq))
    return CXD_OK;
  return cxd__fail_at(error, CXD_E_AUDIT, "audit.path", "audit log '%s' has another name, a hard link, under which it may be written as well: name the file by that one, or remove the other link", file->place.path);
}

static cxd_status first_look(struct cxd__file *file, struct cxd__sheet *sheet, int64_t size, cxd_error **error) {
  int done = 0;
  cxd_status status = check_links(file, sheet, error);
  if (status == CXD_OK)
    status = cxd__headless(file, sheet, size, &done, error);
  if (status == CXD_OK && !done)
    status = cxd__load(file, sheet, size, error);
  if (status == CXD__DAMAGED)
    status = cxd__broken_first(file, sheet, error);
  else if (status == CXD_OK && !done)
    cxd__sheet_is_now(file, sheet);
  if (status == CXD_OK && file->now.state.ended)
    status = cxd__rotate_complete(file, error);
  if (status == CXD_OK && !file->now.state.kid[0] && file->sealer.seal.kid[0])
    status = cxd__rotate_due(file, error);
  return status;
}

static cxd_status acquire(struct cxd__file *file, cxd_error **error) {
  struct stat st;
  struct cxd__sigxfsz held;
  struct cxd__sheet sheet = {.fd = -1};
  cxd_status status = cxd__place_acquire(&file->place, &sheet.fd, &st, error);
  if (status != CXD_OK)
    return status;
  sheet.device = st.st_dev;
  sheet.inode = st.st_ino;
  cxd__sigxfsz_hold(&held);
  status = leave(file, &held, first_look(file, &sheet, st.st_size, error));
  cxd__sheet_close(&sheet);
  return status;
}

static cxd_status open_at(struct cxd__file *file, const struct cxd__audit_options *options, cxd_error **error) {
  file->max_bytes = options->max_bytes;
  file->rotate_daily = options->rotate_daily;
  file->sync = options->sync;
  cxd_status status = cxd__place_enter(&file->place, options->path, options->allow_network_fs, error);
  if (status == CXD_OK)
    status = cxd__sealer_open(&file->sealer, options->key, error);
  if (status == CXD_OK)
    status = cxd__seal_open(&file->plain, NULL, error);
  if (status == CXD_OK && cxd__window_open(&file->window) != 0)
    status = cxd__fail_nomem(error);
  if (status == CXD_OK)
    status = acquire(file, error);
  if (status == CXD_OK)
    status = cxd__writers_open(&file->writers, &file->place, &file->sealer, error);
  /* What stands there may not be durable yet, whoever wrote it. Nothing of it is ours to write again. */
  if (status == CXD_OK && file->sync && cxd__sync_data(file->now.fd) != 0)
    status = cxd__place_fail(&file->place, "it could not be made durable", errno, error);
  if (status == CXD_OK)
    cxd__file_durable(file);
  return status;
}

cxd_status cxd__audit_open_file(const struct cxd__audit_options *options, struct cxd__audit **out, cxd_error **error) {
  *out = NULL;
  if (!options->path || !*options->path)
    return cxd__fail_at(error, CXD_E_AUDIT, "audit.path", "audit.path is not set");
  struct cxd__file *file = cxd__alloc(sizeof *file);
  if (!file)
    return cxd__fail_nomem(error);
  file->place.dir = file->now.fd = file->writers.fd = file->writers.before = -1;
  cxd_status status = open_at(file, options, error);
  if (status != CXD_OK) {
    file_close(file, 0);
    return status;
  }
  return cxd__audit_make(&ops, file, out, error);
}
