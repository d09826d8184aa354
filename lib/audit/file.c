/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* fallocate */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "audit/backend.h"
#include "audit/sealer.h"
#include "audit/sigxfsz.h"
#include "audit/tail.h"
#include "base/error.h"
#include "base/mem.h"

#define RESERVE 65536

struct file {
  struct cxd__place place;
  struct cxd__sealer sealer;
  dev_t device;
  ino_t inode;
  int64_t size;     /* where the record of sealer.last ends */
  int64_t reserved; /* blocks are there up to this offset, as far as we know */
  int sync, dirty;  /* dirty: appended since the last fdatasync */
  int failed;       /* for good: nothing is written any more */
  cxd_error *why;
};

static cxd_status refused(const struct file *file, cxd_error **error) {
  return cxd__fail_at(error, CXD_E_AUDIT, "audit.path", "%s", file->why && file->why->message ? file->why->message : "the audit log failed before");
}

/* Takes why. */
static cxd_status fail_for_good(struct file *file, cxd_error *why, cxd_error **error) {
  file->failed = 1;
  file->why = why;
  return refused(file, error);
}

static cxd_status give_up(struct file *file, const char *what, cxd_error **error) {
  return fail_for_good(file, cxd__error_new(CXD_E_AUDIT, "audit log '%s' %s: nothing more is written to it; set audit.path to a new file", file->place.path, what), error);
}

static const char *reason(int code) {
  if (code == ENOSPC || code == EDQUOT)
    return "nothing was written: free some space";
  return code == EFBIG ? "nothing was written, the file size limit of this process is reached" : "nothing was written";
}

static const char no_undo[] = "was left with half a record that could not be taken back";

/* After a write that failed or stopped early: the file becomes what it was. */
static cxd_status undo(struct file *file, size_t written, int code, cxd_error **error) {
  struct stat st;
  if (fstat(file->place.fd, &st) != 0)
    return give_up(file, no_undo, error);
  if (st.st_size != file->size) {
    file->reserved = 0; /* cutting gives the blocks behind the end back */
    if (st.st_size != file->size + (int64_t)written || ftruncate(file->place.fd, (off_t)file->size) != 0)
      return give_up(file, no_undo, error);
  }
  return cxd__place_fail(&file->place, reason(code), code, error);
}

static cxd_status write_line(struct file *file, cxd_error **error) {
  const struct cxd__buf *line = &file->sealer.line;
  ssize_t n;
  while ((n = write(file->place.fd, line->data, line->len)) < 0 && errno == EINTR) {
  }
  if (n < 0)
    return undo(file, 0, errno, error);
  if ((size_t)n != line->len)
    return undo(file, (size_t)n, ENOSPC, error);
  file->size += n;
  file->dirty = 1;
  cxd__sealer_commit(&file->sealer);
  return CXD_OK;
}

static cxd_status add(struct file *file, const char *body, size_t len, cxd_error **error) {
  cxd_status status = cxd__sealer_seal(&file->sealer, body, len, error);
  return status == CXD_OK ? write_line(file, error) : status;
}

static cxd_status make_durable(struct file *file, cxd_error **error) {
  int result;
  while ((result = fdatasync(file->place.fd)) != 0 && errno == EINTR) {
  }
  /* The kernel reports a lost write once and then forgets it: a second try would only seem to work. */
  if (result != 0)
    return give_up(file, "could not be made durable", error);
  file->dirty = 0;
  return CXD_OK;
}

static cxd_status add_genesis(struct file *file, cxd_error **error) {
  static const char body[] = "\"k\":\"genesis\"";
  return add(file, body, sizeof body - 1, error);
}

static cxd_status add_recover(struct file *file, int64_t len, const unsigned char *hash, cxd_error **error) {
  struct cxd__buf body = {0};
  cxd__buf_str(&body, "\"k\":\"recover\",\"len\":");
  cxd__buf_int(&body, len);
  cxd__buf_str(&body, ",\"sha256\":\"");
  cxd__hex_add(&body, hash);
  cxd__buf_char(&body, '"');
  cxd_status status = body.failed ? cxd__fail_nomem(error) : add(file, body.data, body.len, error);
  cxd__buf_free(&body);
  return status;
}

static cxd_status repair(struct file *file, int64_t size, cxd_error **error) {
  unsigned char hash[CXD__HASH_BYTES];
  int64_t torn = size - file->size;
  cxd_status status = cxd__tail_cut(&file->place, file->size, size, file->sealer.last.seq + 1, &file->sealer.seal.hasher, hash, error);
  if (status == CXD_OK && file->size == 0)
    status = add_genesis(file, error);
  if (status == CXD_OK)
    status = add_recover(file, torn, hash, error);
  return status;
}

static int went_back(const struct cxd__link *now, const struct cxd__link *known) {
  return now->seq < known->seq || (now->seq == known->seq && memcmp(now->h, known->h, sizeof now->h) != 0);
}

/* Another process appended, or this is the first look: the end of the file says where the chain goes on. */
static cxd_status catch_up(struct file *file, int64_t size, cxd_error **error) {
  struct cxd__tail tail;
  cxd_error *why = NULL;
  if (cxd__tail_read(&file->place, size, &file->sealer.seal, &tail, &why) != CXD_OK)
    return fail_for_good(file, why, error);
  if (went_back(&tail.last, &file->sealer.last))
    return give_up(file, "lost records that were in it, it may have been tampered with", error);
  file->sealer.last = tail.last;
  file->size = tail.end;
  file->reserved = 0;
  if (size > tail.end)
    return repair(file, size, error);
  return size == 0 ? add_genesis(file, error) : CXD_OK;
}

/* A host that closes descriptors that are not its own must not get records into whatever took the number. */
static cxd_status look(struct file *file, struct stat *st, cxd_error **error) {
  if (fstat(file->place.fd, st) != 0 || st->st_dev != file->device || st->st_ino != file->inode) {
    file->place.fd = -1;
    return give_up(file, "lost its descriptor, somebody else closed it", error);
  }
  return st->st_nlink == 0 ? give_up(file, "was deleted", error) : CXD_OK;
}

/* Under the lock: body NULL stands for a first look only. */
static cxd_status append_locked(struct file *file, const char *body, size_t len, cxd_error **error) {
  struct stat st;
  cxd_status status = look(file, &st, error);
  if (status == CXD_OK && st.st_size != file->size)
    status = catch_up(file, st.st_size, error);
  if (status == CXD_OK && body)
    status = add(file, body, len, error);
  return status;
}

static cxd_status append_guarded(struct file *file, const char *body, size_t len, cxd_error **error) {
  struct stat st;
  cxd_status status = look(file, &st, error);
  if (status == CXD_OK)
    status = cxd__place_lock(&file->place, error);
  if (status != CXD_OK)
    return status;
  struct cxd__sigxfsz held;
  cxd__sigxfsz_hold(&held);
  status = append_locked(file, body, len, error);
  cxd__sigxfsz_release(&held, status != CXD_OK);
  cxd__place_unlock(&file->place);
  return status;
}

static cxd_status file_append(void *self, int64_t resolves, const char *body, size_t len, struct cxd__buf *sealed, int64_t *seq, cxd_error **error) {
  (void)resolves;
  struct file *file = self;
  if (file->failed)
    return refused(file, error);
  cxd_status status = append_guarded(file, body, len, error);
  if (status == CXD_OK)
    cxd__sealer_tell(&file->sealer, sealed, seq);
  return status;
}

#define UNSUPPORTED (-1)

/* Where blocks cannot be set aside, at least there must be some now. */
static int has_space(int fd) {
  struct statvfs fs;
  return fstatvfs(fd, &fs) != 0 || fs.f_bavail >= RESERVE / (fs.f_frsize ? fs.f_frsize : 4096);
}

static int set_aside(const struct file *file, int64_t size, int64_t len) {
  int result;
  while ((result = fallocate(file->place.fd, FALLOC_FL_KEEP_SIZE, (off_t)size, (off_t)len)) != 0 && errno == EINTR) {
  }
  if (result != 0 && (errno == EOPNOTSUPP || errno == ENOSYS))
    return UNSUPPORTED;
  return result == 0 ? 0 : errno;
}

/* Twice as much where there is room, so that not every record needs the call. */
static int make_room(struct file *file, int64_t size) {
  struct cxd__sigxfsz held; /* some file systems hold the limit against reserved blocks too */
  cxd__sigxfsz_hold(&held);
  int code = set_aside(file, size, 2 * RESERVE);
  file->reserved = code == 0 ? size + 2 * RESERVE : 0;
  if (code > 0)
    code = set_aside(file, size, RESERVE);
  cxd__sigxfsz_release(&held, 1);
  if (code == UNSUPPORTED)
    return has_space(file->place.fd) ? 0 : ENOSPC;
  return code;
}

static int below_limit(int64_t size) {
  struct rlimit limit;
  return getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY || (rlim_t)size + RESERVE <= limit.rlim_cur;
}

static cxd_status file_reserve(void *self, cxd_error **error) {
  struct file *file = self;
  struct stat st;
  if (file->failed)
    return refused(file, error);
  cxd_status status = look(file, &st, error);
  if (status != CXD_OK)
    return status;
  int code = below_limit(st.st_size) ? 0 : EFBIG;
  if (code == 0 && (st.st_size != file->size || st.st_size + RESERVE > file->reserved))
    code = make_room(file, st.st_size);
  return code == 0 ? CXD_OK : cxd__place_fail(&file->place, reason(code), code, error);
}

static cxd_status file_sync(void *self, cxd_error **error) {
  struct file *file = self;
  if (file->failed)
    return refused(file, error);
  return file->sync && file->dirty ? make_durable(file, error) : CXD_OK;
}

/* The lock and the data belong to the parent as well: in its child only the descriptors go. */
static void file_close(void *self, int forked) {
  struct file *file = self;
  (void)forked;
  cxd__place_close(&file->place);
  cxd__sealer_close(&file->sealer);
  cxd_error_free(file->why);
  cxd__free(file);
}

static const struct cxd__audit_ops ops = {.append = file_append, .reserve = file_reserve, .sync = file_sync, .close = file_close};

static cxd_status open_at(struct file *file, const struct cxd__audit_options *options, cxd_error **error) {
  struct stat st;
  cxd_status status = cxd__place_open(&file->place, options->path, options->allow_network_fs, error);
  if (status != CXD_OK)
    return status;
  if (fstat(file->place.fd, &st) != 0)
    return cxd__place_fail(&file->place, "cannot be examined", errno, error);
  file->device = st.st_dev;
  file->inode = st.st_ino;
  file->size = -1; /* so that the first look reads it */
  file->sync = options->sync;
  status = cxd__sealer_open(&file->sealer, options->key, error);
  if (status == CXD_OK)
    status = append_guarded(file, NULL, 0, error);
  return status == CXD_OK ? file_sync(file, error) : status;
}

cxd_status cxd__audit_open_file(const struct cxd__audit_options *options, struct cxd__audit **out, cxd_error **error) {
  *out = NULL;
  if (!options->path || !*options->path)
    return cxd__fail_at(error, CXD_E_AUDIT, "audit.path", "audit.path is not set");
  struct file *file = cxd__alloc(sizeof *file);
  if (!file)
    return cxd__fail_nomem(error);
  file->place.dir = file->place.fd = -1;
  cxd_status status = open_at(file, options, error);
  if (status != CXD_OK) {
    file_close(file, 0);
    return status;
  }
  return cxd__audit_make(&ops, file, out, error);
}
