// SPDX-License-Identifier: Apache-2.0
// oidc-provider as `make bench-peers` measures it: one process, everything in memory, opaque access tokens, ES256.
// Its own adapter keeps a thousand entries, fewer than there are codes in a run, so a plain one stands here.
//
//     node oidc_provider.mjs PORT        in the folder that has node_modules; the environment gives BENCH_CLIENT,
//                                        BENCH_SECRET and BENCH_CALLBACK; prints "ready"
import { generateKeyPairSync } from 'node:crypto';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(`${process.cwd()}/`);
const { Provider } = await import(pathToFileURL(require.resolve('oidc-provider')).href);
const port = Number(process.argv[2]);
const { BENCH_CLIENT: client, BENCH_SECRET: secret, BENCH_CALLBACK: callback } = process.env;
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const rows = new Map(); // "Model:id" -> payload
const ids = new Map(); // uid of a session or interaction -> id
const ofGrant = new Map(); // grant -> keys of rows

class Kept {
	constructor(model) {
		this.model = model;
	}

	key(id) {
		return `${this.model}:${id}`;
	}

	async upsert(id, payload) {
		rows.set(this.key(id), payload);
		if (payload.uid) ids.set(payload.uid, id);
		if (!payload.grantId || this.model === 'Grant') return;
		if (!ofGrant.has(payload.grantId)) ofGrant.set(payload.grantId, []);
		ofGrant.get(payload.grantId).push(this.key(id));
	}

	async find(id) {
		return rows.get(this.key(id));
	}

	async findByUid(uid) {
		return rows.get(this.key(ids.get(uid)));
	}

	async consume(id) {
		rows.get(this.key(id)).consumed = Math.floor(Date.now() / 1000);
	}

	async destroy(id) {
		rows.delete(this.key(id));
	}

	async revokeByGrantId(grant) {
		for (const key of ofGrant.get(grant) ?? []) rows.delete(key);
		ofGrant.delete(grant);
	}
}

const provider = new Provider(`http://127.0.0.1:${port}`, {
	adapter: Kept,
	clients: [{
		client_id: client,
		client_secret: secret,
		redirect_uris: [callback],
		grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
		response_types: ['code'],
		token_endpoint_auth_method: 'client_secret_basic',
		id_token_signed_response_alg: 'ES256',
		scope: 'openid profile',
	}],
	jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256' }] },
	scopes: ['openid', 'profile'],
	claims: { openid: ['sub'], profile: ['name'] },
	cookies: { keys: ['of this run alone'] },
	pkce: { required: () => false },
	findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, name: id }) }),
	issueRefreshToken: () => true,
	features: {
		clientCredentials: { enabled: true },
		devInteractions: { enabled: true },
		introspection: { enabled: true },
	},
	ttl: { AccessToken: 36000, AuthorizationCode: 600, ClientCredentials: 36000, Grant: 36000, IdToken: 3600, RefreshToken: 36000, Session: 36000 },
});

provider.listen(port, '127.0.0.1', () => console.log('ready'));
