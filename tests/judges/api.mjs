// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the libcxdialer authors

// The least API there can be: one campaign for whoever brings a token that the judge vouches for.
// vouch(token) resolves to the scopes of a token, or to null where it is not good; revoke() makes all so far not good.
import http from 'node:http';

const PREFIX = '/api/v2/outbound/campaigns/';
const SCOPE = 'campaign:write';

function campaign(id) {
  return {
    id, name: 'Judged', status: 'paused', dialerType: 'predictive', maxConcurrentCalls: 1, timeZone: 'America/New_York',
    pacing: { type: 'fixed', interval: 60, maxCallsPerInterval: 1, throttlePercent: 0.5 },
  };
}

function answer(response, status, body) {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}

function refuse(response, status, code) {
  answer(response, status, { code, message: 'refused', field: null });
}

async function get(request, response, vouch, state) {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ');
  const scopes = scheme === 'Bearer' && token ? await vouch(token) : null;
  if (scopes === null) {
    state.refused += 1;
    refuse(response, 401, 'unauthorized');
  } else if (!scopes.includes(SCOPE)) {
    state.refused += 1;
    refuse(response, 403, 'insufficient_scope');
  } else {
    state.served += 1;
    answer(response, 200, campaign(request.url.slice(PREFIX.length)));
  }
}

export async function serve(vouch, revoke) {
  const state = { issued: 0, token_requests: 0, served: 0, refused: 0, seen: [] };
  const server = http.createServer((request, response) => {
    if (request.method === 'GET' && request.url.startsWith(PREFIX)) get(request, response, vouch, state);
    else if (request.method === 'GET' && request.url === '/state') answer(response, 200, state);
    else if (request.method === 'POST' && request.url === '/revoke') revoke().then(() => answer(response, 200, {}));
    else refuse(response, 404, 'not_found');
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return { url: `http://127.0.0.1:${server.address().port}`, state };
}

// The last words of the start; the end comes with the end of standard input, so that nobody is left behind.
export function announce(addresses) {
  process.stdin.on('end', () => process.exit(0)).resume();
  console.log(`ready ${JSON.stringify(addresses)}`);
}
