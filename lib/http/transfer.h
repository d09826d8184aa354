/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__HTTP_TRANSFER_H
#define CXD__HTTP_TRANSFER_H

#include <curl/curl.h>

#include "http/http.h"

/* One request on its way: an easy handle, what came back so far, and the caps. */
struct cxd__transfer {
  struct cxd__transfer *next;
  struct cxd__http *http;
  CURL *easy;
  struct curl_slist *headers;
  uint32_t op, tag;
  enum cxd__class kind;
  struct cxd__request request; /* its texts are borrowed until the exchange was delivered */
  struct cxd__buf url;
  struct cxd__exchange exchange;
  size_t header_bytes, header_fields;
  int head_whole; /* the empty line after the last status line has come */
  int too_large, encoded, resend_stopped, overdue;
  char remark[CURL_ERROR_SIZE]; /* libcurl's own words, which may quote headers: looked at, never shown */
};

#define CXD__HEADER_BYTES_MAX 65536
#define CXD__HEADER_FIELDS_MAX 100

/* profile.c: every option of every handle. 0, or -1: libcurl refused one. */
int cxd__profile_apply(struct cxd__transfer *transfer, const struct cxd__http_options *options, const struct cxd__request *request);

/* receive.c: the callbacks */
size_t cxd__receive_header(char *bytes, size_t size, size_t count, void *transfer);
size_t cxd__receive_body(char *bytes, size_t size, size_t count, void *transfer);
int cxd__before_send(void *transfer, char *ip, char *local_ip, int port, int local_port);
int cxd__debug(CURL *easy, curl_infotype type, char *data, size_t size, void *transfer);

/* way.c: what a CURLcode means */
void cxd__way_fill(struct cxd__transfer *transfer, CURLcode code);
void cxd__way_repeated(struct cxd__transfer *transfer); /* a good answer that repeats our credentials is not taken */

#endif
