// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the libcxdialer authors

// oidc-provider: strict about clients, their secrets and the encoding of both. argv[2]: the clients, as its own metadata.
import http from 'node:http';
import { Provider } from 'oidc-provider';
import { announce, serve } from './api.mjs';

const LIVES = { short: 8 };
const USUAL_LIFE = 600;
const listener = http.createServer();
await new Promise((resolve) => { listener.listen(0, '127.0.0.1', resolve); });
const issuer = `http://127.0.0.1:${listener.address().port}`;

const clients = JSON.parse(process.argv[2]).map((client) => ({
  grant_types: ['client_credentials'], redirect_uris: [], response_types: [], token_endpoint_auth_method: 'client_secret_basic', ...client,
}));
const provider = new Provider(issuer, {
  clients,
  scopes: ['campaign:write', 'campaign:read'],
  features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
  ttl: { ClientCredentials: (ctx, token, client) => LIVES[client.clientId] ?? USUAL_LIFE },
});
const issued = [];

async function vouch(text) {
  const token = await provider.ClientCredentials.find(text);
  return token?.isValid ? (token.scope ?? '').split(' ') : null;
}

async function revoke() {
  const tokens = await Promise.all(issued.map((text) => provider.ClientCredentials.find(text)));
  await Promise.all(tokens.filter(Boolean).map((token) => token.destroy()));
}

const api = await serve(vouch, revoke);
provider.use(async (ctx, next) => {
  await next();
  if (ctx.path !== '/token') return;
  api.state.token_requests += 1;
  if (ctx.status !== 200) return;
  api.state.issued += 1;
  issued.push(ctx.body.access_token);
});
listener.on('request', provider.callback());
announce({ token_url: `${issuer}/token`, api: api.url });
