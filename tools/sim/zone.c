/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "zone.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#ifndef SIM_ZONEINFO_DIR
#define SIM_ZONEINFO_DIR "/usr/share/zoneinfo"
#endif

/* posix/ and right/ are variants some systems install beside the zones. */
static bool has_foreign_prefix(const char *name)
{
    return strncmp(name, "posix/", 6) == 0 || strncmp(name, "right/", 6) == 0;
}

static bool is_safe(const char *name)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
    return strlen(name) < 100 && strspn(name, allowed) == strlen(name) && *name != '/' && strstr(name, "//") == NULL;
}

static bool has_zone_file(const char *name)
{
    char path[PATH_MAX];
    char magic[4] = {0};
    snprintf(path, sizeof path, "%s/%s", SIM_ZONEINFO_DIR, name);
    FILE *f = fopen(path, "rbe");
    if (f == NULL)
        return false;
    bool found = fread(magic, 1, 4, f) == 4 && memcmp(magic, "TZif", 4) == 0;
    fclose(f);
    return found;
}

bool zone_is_iana(const char *name)
{
    bool shaped = strchr(name, '/') != NULL || strcmp(name, "UTC") == 0;
    return shaped && is_safe(name) && !has_foreign_prefix(name) && has_zone_file(name);
}
