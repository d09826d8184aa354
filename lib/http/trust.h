/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__HTTP_TRUST_H
#define CXD__HTTP_TRUST_H

/*
 * Where the certificate authorities of the system are read from. libcurl's default is the union of a file with all of them and a directory with
 * one file for each, found by a hash; with both, libcurl 7.88 reads the whole file again for every connection.
 * One of them is enough where it has everything the other one has. Never more than the default trusts.
 */
enum cxd__trust { CXD__TRUST_DEFAULT, CXD__TRUST_DIRECTORY, CXD__TRUST_FILE };

enum cxd__trust cxd__trust_choose(const char *file, const char *directory); /* NULL: libcurl has no such default */
enum cxd__trust cxd__trust_of_system(void);

#endif
