/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "api/client.h"
#include "base/error.h"

cxd_status cxd_client_set_traceparent(cxd_client *client, const char *traceparent, cxd_error **error) {
  struct cxd__trace trace = {0};
  cxd_status status = cxd__client_held(client, error);
  if (status != CXD_OK)
    return status;
  const char *wrong = traceparent ? cxd__trace_read(traceparent, &trace) : NULL;
  if (wrong)
    return cxd__fail(error, CXD_E_ARGUMENT, "traceparent '%.80s' cannot be used: %s; pass the header as it was received, or NULL", traceparent, wrong);
  cxd__shared_join_trace(&client->shared, traceparent ? &trace : NULL);
  return CXD_OK;
}
