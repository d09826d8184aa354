/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* O_CLOEXEC */
#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exit_code.h"
#include "mem.h"

#define INPUT_MAX ((size_t)64 * 1024 * 1024)
#define ITEMS_MAX 1000000

static const char standard_input[] = "standard input";

static int refuse(struct input *in, int code, cxd_status status, char *message) {
  free(in->message);
  in->message = message;
  in->status = status;
  return in->code = code;
}

static int refuse_errno(struct input *in, const char *what) {
  return refuse(in, EXIT_MISSING, CXD_E_IO, mem_format("%s: %s", what, strerror(errno)));
}

/* Opened without a writer a pipe reads as empty: wait for the first one. It may be gone again by then. */
static void await_writer(int fd) {
  struct pollfd pipe = {.fd = fd, .events = POLLIN};
  while (poll(&pipe, 1, -1) < 0 && errno == EINTR)
    continue;
}

static int open_file(struct input *in) {
  /* O_NONBLOCK: opening a device may hang, and what was opened is known only afterwards. */
  int fd = open(in->name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  struct stat st;
  if (fd < 0) {
    refuse_errno(in, "cannot be opened");
    return -1;
  }
  int known = fstat(fd, &st) == 0;
  if (known && S_ISFIFO(st.st_mode))
    await_writer(fd);
  if (known && (S_ISREG(st.st_mode) || S_ISFIFO(st.st_mode)) && fcntl(fd, F_SETFL, O_RDONLY) == 0)
    return fd;
  refuse(in, EXIT_MISSING, CXD_E_IO, mem_format("is %s: a regular file, or - for standard input, is needed", known && S_ISDIR(st.st_mode) ? "a directory" : "not a regular file"));
  close(fd);
  return -1;
}

/* main() puts a descriptor that cannot be read in the place of a closed one. */
static int refuse_read(struct input *in, int fd) {
  if (fd == STDIN_FILENO && errno == EBADF)
    return refuse(in, EXIT_MISSING, CXD_E_IO, mem_format("%s is closed: open it, or name a FILE", standard_input));
  return refuse_errno(in, "cannot be read");
}

static int read_all(struct input *in, int fd) {
  size_t room = 0;
  for (;;) {
    if (in->len == room)
      in->text = mem_resize(in->text, room = room ? room * 2 : 65536, 1);
    ssize_t got = read(fd, in->text + in->len, room - in->len);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return refuse_read(in, fd);
    if (got == 0)
      return 0;
    in->len += (size_t)got;
    if (in->len > INPUT_MAX)
      return refuse(in, EXIT_INVALID, CXD_E_TOO_LARGE, mem_format("is larger than 64 MiB: split it"));
  }
}

static int read_file(struct input *in, int is_stdin) {
  int fd = is_stdin ? STDIN_FILENO : open_file(in);
  if (fd < 0)
    return in->code;
  int code = read_all(in, fd);
  if (!is_stdin)
    close(fd);
  return code;
}

/* Elements are asked about in their order: what lies before the last one is not counted again for each of many bad ones. */
static void locate(struct input *in, const char *at) {
  size_t end = (size_t)(at - in->text);
  if (in->line == 0 || end < in->counted) {
    in->counted = 0;
    in->line = in->column = 1;
  }
  for (; in->counted < end; in->counted++) {
    int is_end = in->text[in->counted] == '\n';
    in->column = is_end ? 1 : in->column + 1;
    in->line += (size_t)is_end;
  }
}

static int split_array(struct input *in, struct slice whole) {
  size_t pos = 0;
  struct slice item;
  int found;
  in->is_array = 1;
  while ((found = walk_array(whole, &pos, &item)) == 1 && in->count < ITEMS_MAX) {
    if ((in->count & (in->count + 1)) == 0)
      in->items = mem_resize(in->items, in->count * 2 + 2, sizeof *in->items);
    in->items[in->count++] = item;
  }
  if (found == 0)
    return 0;
  if (found == 1)
    return refuse(in, EXIT_INVALID, CXD_E_TOO_LARGE, mem_format("has more than %d elements: split it", ITEMS_MAX));
  locate(in, whole.at + pos);
  if (pos >= whole.len)
    return refuse(in, EXIT_INVALID, CXD_E_JSON, mem_format("line %zu, column %zu: the array or one of its elements does not end", in->line, in->column));
  return refuse(in, EXIT_INVALID, CXD_E_JSON, mem_format("line %zu, column %zu: after element %zu a ',' and one more object, or the final ']', is needed", in->line, in->column, in->count));
}

static const char *byte_order_mark(struct slice s) {
  if (s.len >= 3 && memcmp(s.at, "\xef\xbb\xbf", 3) == 0)
    return "";
  if (s.len >= 2 && (memcmp(s.at, "\xff\xfe", 2) == 0 || memcmp(s.at, "\xfe\xff", 2) == 0))
    return " of UTF-16";
  return NULL;
}

static int take_apart(struct input *in) {
  struct slice whole = slice_trim((struct slice){in->text, in->len});
  if (whole.len == 0)
    return refuse(in, EXIT_INVALID, CXD_E_JSON, mem_format("is empty: a JSON object or an array of objects is needed"));
  if (whole.at[0] == '[')
    return split_array(in, whole);
  const char *mark = byte_order_mark(whole);
  if (mark)
    return refuse(in, EXIT_INVALID, CXD_E_JSON, mem_format("begins with a byte order mark%s: save it as UTF-8 without one", mark));
  if (whole.at[0] != '{')
    return refuse(in, EXIT_INVALID, CXD_E_JSON, mem_format("begins with byte 0x%02x: a JSON object or an array of objects is needed", (unsigned char)whole.at[0]));
  in->items = mem_resize(NULL, 1, sizeof *in->items);
  /* Untrimmed, so that line numbers are those of the file. */
  in->items[in->count++] = (struct slice){in->text, in->len};
  return 0;
}

int input_load(const char *file, struct input *out) {
  int is_stdin = strcmp(file, "-") == 0;
  *out = (struct input){.name = is_stdin ? standard_input : file};
  int code = read_file(out, is_stdin);
  return code ? code : take_apart(out);
}

void input_free(struct input *in) {
  free(in->text);
  free(in->items);
  free(in->message);
  *in = (struct input){0};
}

char *input_complaint(const struct input *in) {
  int named = strcmp(in->name, standard_input) == 0 && strncmp(in->message, standard_input, strlen(standard_input)) == 0;
  return named ? mem_format("%s", in->message) : mem_format("%s: %s", in->name, in->message);
}

char *input_where(const struct input *in, size_t i) { return in->is_array ? mem_format("%s[%zu]", in->name, i) : mem_format("%s", in->name); }

cxd_status input_parse(struct input *in, size_t i, cxd_campaign **out, char **message) {
  cxd_error *error = NULL;
  *message = NULL;
  cxd_status status = cxd_campaign_parse(in->items[i].at, in->items[i].len, out, &error);
  if (status == CXD_OK)
    return status;
  const char *text = error ? cxd_error_message(error) : cxd_status_text(status);
  locate(in, in->items[i].at);
  *message = in->is_array ? mem_format("%s (the element begins at line %zu, column %zu of the file)", text, in->line, in->column) : mem_format("%s", text);
  cxd_error_free(error);
  return status;
}
