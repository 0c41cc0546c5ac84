// SPDX-License-Identifier: Apache-2.0
// Copyright the authcode authors
//
// A web application as the manual of openid-client begins one: discovery, the
// code flow with PKCE, userinfo, refresh, and the way out.

import http from 'node:http';
import * as client from 'openid-client';

const { ISSUER, CLIENT_ID, CLIENT_SECRET, PORT, REDIRECT_URI } = process.env;
const home = `http://127.0.0.1:${PORT}/`;
const config = await client.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET);
let pending, tokens;

const routes = {
	'/': () => ({ signed_in: tokens !== undefined }),
	'/login': async (url) => {
		const verifier = client.randomPKCECodeVerifier();
		pending = { verifier, state: client.randomState(), nonce: client.randomNonce() };
		return client.buildAuthorizationUrl(config, {
			redirect_uri: REDIRECT_URI,
			scope: 'openid profile email offline_access',
			code_challenge: await client.calculatePKCECodeChallenge(verifier),
			code_challenge_method: 'S256',
			state: pending.state,
			nonce: pending.nonce,
			...Object.fromEntries(url.searchParams),
		});
	},
	'/callback': async (url) => {
		tokens = await client.authorizationCodeGrant(config, url, {
			pkceCodeVerifier: pending.verifier, expectedState: pending.state, expectedNonce: pending.nonce,
		});
		const claims = tokens.claims();
		return { claims, userinfo: await client.fetchUserInfo(config, tokens.access_token, claims.sub) };
	},
	'/refresh': async () => {
		tokens = await client.refreshTokenGrant(config, tokens.refresh_token);
		return { claims: tokens.claims(), scope: tokens.scope };
	},
	'/introspect': () => client.tokenIntrospection(config, tokens.access_token),
	'/revoke': async () => {
		await client.tokenRevocation(config, tokens.refresh_token);
		return {};
	},
	'/logout': () => client.buildEndSessionUrl(config, {
		post_logout_redirect_uri: home, id_token_hint: tokens.id_token,
	}),
};

http.createServer(async (request, response) => {
	const url = new URL(request.url, home);
	try {
		const answer = await routes[url.pathname](url);
		if (answer instanceof URL)
			response.writeHead(302, { location: answer.href }).end();
		else
			response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
	} catch (error) {
		console.error(error);
		response.writeHead(500, { 'content-type': 'application/json' })
			.end(JSON.stringify({ code: error.code, error: error.error, message: error.message }));
	}
}).listen(Number(PORT), '127.0.0.1');
