/* Says when calling is legal in a time zone, and for how many minutes a date: hours ZONE [JURISDICTION [UNIX_MS [DATE]]]. No server is needed. */
#include <cxdialer/cxdialer.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const char *utc(int64_t unix_ms, char out[32]) {
  time_t seconds = (time_t)(unix_ms / 1000);
  strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", gmtime(&seconds));
  return out;
}

int main(int argc, char **argv) {
  const char *zone = argc > 1 ? argv[1] : "America/New_York", *jurisdiction = argc > 2 ? argv[2] : NULL;
  int64_t at = argc > 3 ? strtoll(argv[3], NULL, 10) : (int64_t)time(NULL) * 1000;
  cxd_validator *validator = NULL;
  cxd_schedule *schedule = NULL;
  cxd_error *error = NULL;
  int32_t minutes = 0;
  char since[32], until[32];
  int good = cxd_validator_new(NULL, &validator, &error) == CXD_OK && cxd_validator_schedule(validator, zone, jurisdiction, at, at + 86400000, &schedule, &error) == CXD_OK;
  for (size_t i = 0; i < cxd_schedule_count(schedule); i++)
    printf("%s to %s %s %s%s\n", utc(cxd_schedule_since(schedule, i), since), utc(cxd_schedule_until(schedule, i), until), cxd_schedule_abbreviation(schedule, i),
           cxd_schedule_open(schedule, i) ? "open" : "closed: ", cxd_schedule_reason(schedule, i));
  if (good && argc > 4 && (good = cxd_validator_open_minutes(validator, zone, jurisdiction, argv[4], &minutes, &error) == CXD_OK))
    printf("%s: %d minutes\n", argv[4], (int)minutes);
  if (good)
    printf("by %s, read %s; time zones %s\n", cxd_schedule_source(schedule), cxd_schedule_checked(schedule), cxd_schedule_tzdata(schedule));
  else
    fprintf(stderr, "%s\n", cxd_error_message(error)); /* whatever is wrong: take it for closed */
  cxd_error_free(error), cxd_schedule_free(schedule), cxd_validator_free(validator);
  return !good;
}
