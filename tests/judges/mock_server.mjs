// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the libcxdialer authors

// oauth2-mock-server: signs every token (RS256), believes every client. What it read is kept for the test to look at.
import { randomUUID } from 'node:crypto';
import basicAuth from 'basic-auth';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { OAuth2Server } from 'oauth2-mock-server';
import { announce, serve } from './api.mjs';

const revoked = new Set();
const issued = [];
const server = new OAuth2Server();
await server.issuer.keys.generate('RS256');
await server.start(0, '127.0.0.1');
const issuer = `http://127.0.0.1:${server.address().port}`;
server.issuer.url = issuer;
const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));

async function vouch(token) {
  try {
    const { payload } = await jwtVerify(token, keys, { issuer, requiredClaims: ['exp', 'iat', 'scope'] });
    return revoked.has(token) ? null : payload.scope.split(' ');
  } catch (error) {
    console.log(`a token that is not good: ${error}`);
    return null;
  }
}

const api = await serve(vouch, async () => issued.forEach((token) => revoked.add(token)));

// A first scope answer:STATUS:ERROR orders a refusal, answer:life:SECONDS another expires_in (the token itself lives on).
function order(reply, scope = '') {
  const [word, what, value] = scope.split(/[: ]/);
  if (word !== 'answer') return;
  if (what === 'life') reply.body.expires_in = Number(value);
  else Object.assign(reply, { statusCode: Number(what), body: { error: value, error_description: 'as ordered' } });
}

// Two tokens of one second would be the same text.
server.service.on('beforeTokenSigning', (token) => { token.payload.jti = randomUUID(); });

server.service.on('beforeResponse', (reply, request) => {
  const credentials = basicAuth(request);
  api.state.token_requests += 1;
  api.state.seen.push({ basic: credentials ? [credentials.name, credentials.pass] : null, form: { ...request.body } });
  order(reply, request.body.scope);
  if (reply.statusCode !== 200) return;
  issued.push(reply.body.access_token);
  api.state.issued += 1;
});

announce({ token_url: `${issuer}/token`, api: api.url });
