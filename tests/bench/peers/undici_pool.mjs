// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the libcxdialer authors
// A pool of undici with IN_FLIGHT requests at a time; job.h has the arguments. UNDICI names the directory where the package is installed.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { Pool } = createRequire(process.env.UNDICI + "/")("undici");
const [base, counted, inFlight, directory] = process.argv.slice(2);
const count = Number(counted);
const token = readFileSync(directory + "/token", "utf8");
const template = readFileSync(directory + "/body", "utf8");
const connect = base.startsWith("https:") ? { ca: readFileSync(directory + "/ca.pem", "utf8") } : {};
const pool = new Pool(base, { connections: Number(inFlight), connect });
const headers = { authorization: "Bearer " + token, "content-type": "application/json", accept: "application/json" };

let next = 0;
let ok = 0;
async function worker() {
  while (next < count) {
    const id = "c-" + String(next++ % 1000000).padStart(6, "0");
    const answer = await pool.request({ method: "PUT", path: "/api/v2/outbound/campaigns/" + id, headers, body: template.replace("c-000000", id) });
    await answer.body.dump();
    ok += answer.statusCode === 200;
  }
}

const used = process.cpuUsage();
const began = process.hrtime.bigint();
await Promise.all(Array.from({ length: Number(inFlight) }, worker));
const cost = process.cpuUsage(used);
console.log(JSON.stringify({ cpu_us: cost.user + cost.system, wall_us: Number(process.hrtime.bigint() - began) / 1e3, ok }));
await pool.close();
