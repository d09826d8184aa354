/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * Slows a campaign down, with the audit records in an SQLite database: audit_sqlite DATABASE CALLS CAMPAIGN
 * The connection comes from CXDIALER_... variables. Build with sqlite3 beside cxdialer.
 * Records arrive sealed, so that a row that is changed or lost shows:
 *   sqlite3 DATABASE "SELECT record FROM audit ORDER BY n"
 */
#include <cxdialer/cxdialer.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

struct log {
  sqlite3 *db;
  sqlite3_stmt *insert;
};

static int run(struct log *log, const char *sql) { return sqlite3_exec(log->db, sql, NULL, NULL, NULL) == SQLITE_OK; }

/* Records that come together are one transaction: begun by the first, committed by sync. */
static int32_t append(void *user_data, const char *record, size_t len) {
  struct log *log = user_data;
  if (sqlite3_get_autocommit(log->db) && !run(log, "BEGIN IMMEDIATE"))
    return 0;
  sqlite3_bind_text(log->insert, 1, record, (int)(len - 1), SQLITE_STATIC); /* without its newline */
  int inserted = sqlite3_step(log->insert) == SQLITE_DONE;
  sqlite3_reset(log->insert);
  return inserted ? CXD_ACCEPTED : 0;
}

/* What returns from here as accepted survives a power cut. */
static int32_t sync_rows(void *user_data) {
  struct log *log = user_data;
  return sqlite3_get_autocommit(log->db) || run(log, "COMMIT") ? CXD_ACCEPTED : 0;
}

static void close_db(void *user_data) {
  struct log *log = user_data;
  sqlite3_finalize(log->insert);
  sqlite3_close(log->db);
}

static int open_db(struct log *log, const char *path) {
  return sqlite3_open(path, &log->db) == SQLITE_OK &&
         run(log, "PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS audit (n INTEGER PRIMARY KEY AUTOINCREMENT, record TEXT NOT NULL)") &&
         sqlite3_prepare_v2(log->db, "INSERT INTO audit (record) VALUES (?)", -1, &log->insert, NULL) == SQLITE_OK;
}

int main(int argc, char **argv) {
  static struct log log;
  cxd_audit_logger logger = {.size = sizeof logger, .user_data = &log, .destroy = close_db, .append = append, .sync = sync_rows};
  cxd_config *config = NULL;
  cxd_client *client = NULL;
  cxd_updater *updater = NULL;
  cxd_campaign *change = NULL;
  cxd_result *result = NULL;
  cxd_error *error = NULL;
  if (argc < 4 || !open_db(&log, argv[1])) {
    fprintf(stderr, "audit_sqlite DATABASE CALLS CAMPAIGN: %s\n", log.db ? sqlite3_errmsg(log.db) : "three arguments");
    close_db(&log);
    return 2;
  }
  if (cxd_config_new(&config) == CXD_OK && cxd_config_load_env(config, &error) == CXD_OK && cxd_client_new(config, &client, &error) == CXD_OK &&
      cxd_updater_new(config, client, NULL, &updater, &error) == CXD_OK && cxd_updater_set_audit_logger(updater, &logger, &error) == CXD_OK &&
      cxd_campaign_new(argv[3], &change, &error) == CXD_OK && cxd_campaign_set_int(change, CXD_FIELD_MAX_CONCURRENT_CALLS, atoi(argv[2]), &error) == CXD_OK &&
      cxd_updater_apply(updater, change, &result, &error) == CXD_OK)
    printf("%s: %s\n", argv[3], cxd_result_outcome_name(result));
  else
    fprintf(stderr, "%s: %s\n", cxd_status_name(cxd_error_status(error)), cxd_error_message(error));
  int failed = error != NULL;
  cxd_error_free(error), cxd_result_free(result), cxd_campaign_free(change), cxd_updater_free(updater), cxd_client_free(client), cxd_config_free(config);
  return failed; /* the database was closed with its updater: destroy */
}
