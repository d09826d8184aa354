/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__HTTP_TRANSFER_H
#define CXD__HTTP_TRANSFER_H

#include <curl/curl.h>

#include "http/badge.h"
#include "http/http.h"
#include "http/trust.h"

#define CXD__LINES_MOST 6

/*
 * One request on its way: an easy handle, what came back so far, and the caps. After a good answer it waits for another request with
 * what stands above `op`; the lines of a head are nodes of its own, so that a request needs no memory for them.
 */
struct cxd__transfer {
  struct cxd__transfer *next, *before;
  struct cxd__http *http;
  CURL *easy;
  struct curl_slist lines[CXD__LINES_MOST];
  size_t line_count;
  struct cxd__buf if_match, traceparent, basic, url; /* url: only where the target alone does not do */

  uint32_t op, tag;
  enum cxd__class kind;
  struct cxd__request request; /* its texts are borrowed until the exchange was delivered */
  struct cxd__badge *badge;    /* held; NULL: no bearer */
  struct cxd__exchange exchange;
  char date[129];              /* only worth keeping beside a wish to wait */
  size_t header_bytes, header_fields;
  int head_whole; /* the empty line after the last status line has come */
  int reusable;   /* it ended as it should: its handle may be used again */
  int too_large, encoded, resend_stopped, overdue;
  char remark[CURL_ERROR_SIZE]; /* libcurl's own words, which may quote headers: looked at, never shown */
};

#define CXD__HEADER_BYTES_MAX 65536
#define CXD__HEADER_FIELDS_MAX 100

/* What every handle of a transport shares. */
struct cxd__origin {
  const struct cxd__http_options *options;
  CURLU *url;             /* of the origin, read once; libcurl copies it */
  int32_t whole_urls;     /* a proxy of plain http wants the whole URL in the request line */
  enum cxd__trust trust;  /* when there is no ca_file */
};

/* profile.c: what holds for the life of a handle; what a request changes, every bit of it each time; and its end, after which
   the handle points to nothing of the request. 0, or -1: libcurl refused an option. */
int cxd__profile_fix(struct cxd__transfer *transfer, const struct cxd__origin *origin);
int cxd__profile_set(struct cxd__transfer *transfer, const struct cxd__origin *origin, const struct cxd__request *request);
void cxd__profile_end(struct cxd__transfer *transfer);

/* lines.c: the head of a request. 0, or -1: no memory, or a line that would not be one. */
int cxd__lines_write(struct cxd__transfer *transfer, const struct cxd__request *request);
int cxd__lines_clean(const char *line); /* no control bytes */

/* receive.c: the callbacks */
size_t cxd__receive_header(char *bytes, size_t size, size_t count, void *transfer);
size_t cxd__receive_body(char *bytes, size_t size, size_t count, void *transfer);
int cxd__before_send(void *transfer, char *ip, char *local_ip, int port, int local_port);
int cxd__debug(CURL *easy, curl_infotype type, char *data, size_t size, void *transfer);

/* way.c: what a CURLcode means */
void cxd__way_fill(struct cxd__transfer *transfer, CURLcode code);
void cxd__way_repeated(struct cxd__transfer *transfer); /* a good answer that repeats our credentials is not taken */

#endif
