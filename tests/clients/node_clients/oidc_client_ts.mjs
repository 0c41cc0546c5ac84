// SPDX-License-Identifier: Apache-2.0
// Copyright the authcode authors
//
// A single-page application as the manual of oidc-client-ts begins one, and a
// person with Chromium who uses it. Prints what the application came to know,
// one JSON object.

import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const { ISSUER, CLIENT_ID, PORT, USER_NAME, PASSWORD, SCOPE } = process.env;
const home = `https://app.intranet.test:${PORT}/`;
const here = path.dirname(fileURLToPath(import.meta.url));
const library = fs.readFileSync(path.join(here, 'node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js'));

const page = (script) => `<!DOCTYPE html><title>Application</title><script src="/oidc.js"></script><script>
const manager = new oidc.UserManager({
	authority: ${JSON.stringify(ISSUER)}, client_id: ${JSON.stringify(CLIENT_ID)}, scope: ${JSON.stringify(SCOPE)},
	redirect_uri: ${JSON.stringify(`${home}callback`)}, popup_redirect_uri: ${JSON.stringify(`${home}popup`)},
	silent_redirect_uri: ${JSON.stringify(`${home}silent`)}, post_logout_redirect_uri: ${JSON.stringify(home)},
});
const told = (user) => user && { sub: user.profile.sub, at: user.access_token, refresh: user.refresh_token !== undefined };
${script}</script>`;

const pages = {
	'/': page(''),
	'/callback': page('window.done = manager.signinRedirectCallback().then(told);'),
	'/popup': page('manager.signinPopupCallback();'),
	'/silent': page('manager.signinSilentCallback();'),
};

const server = https.createServer({
	cert: fs.readFileSync('certificate.pem'), key: fs.readFileSync('key.pem'),
}, (request, response) => {
	const { pathname } = new URL(request.url, home);
	if (pathname === '/oidc.js')
		response.writeHead(200, { 'content-type': 'text/javascript' }).end(library);
	else
		response.writeHead(pages[pathname] ? 200 : 404, { 'content-type': 'text/html' }).end(pages[pathname]);
});
await new Promise((resolve) => server.listen(Number(PORT), '127.0.0.1', resolve));

async function signIn(where) {
	await where.fill('input[name=username]', USER_NAME);
	await where.fill('input[name=password]', PASSWORD);
	await where.click('button.primary');
	await where.click('button[value=allow]');
}

// A profile of its own; its store of certificates is the one of HOME.
const context = await chromium.launchPersistentContext(path.join(process.env.HOME, 'profile'), {
	executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
	args: ['--host-resolver-rules=MAP *.intranet.test 127.0.0.1', '--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking', '--no-first-run'],
});
context.setDefaultTimeout(20_000);
const said = [];
const told = {};
try {
	const app = context.pages()[0] ?? await context.newPage();
	app.on('console', (message) => said.push(message.text()));
	await app.goto(home);
	const stranger = await app.evaluate(() => manager.signinSilent().then(() => null, (error) => error.error));
	told.stranger = stranger;
	const [popup, user] = await Promise.all([
		app.waitForEvent('popup').then(async (opened) => { await signIn(opened); return opened; }),
		app.evaluate(() => manager.signinPopup().then(told)),
	]);
	told.popup_closed = popup.isClosed();
	told.popup = user;
	told.silent = await app.evaluate(() => manager.signinSilent().then(told));
	// what leaves the page is not waited for in it
	await app.evaluate(() => { manager.signinRedirect(); });
	await app.waitForURL(`${home}callback**`);
	told.redirect = await app.evaluate(() => window.done);
	told.userinfo = await app.evaluate(async () => {
		const user = await manager.getUser();
		const endpoint = await manager.metadataService.getUserInfoEndpoint();
		const answer = await fetch(endpoint, { headers: { Authorization: `Bearer ${user.access_token}` } });
		return answer.json();
	});
	if (process.env.LOGOUT) {
		await app.evaluate(() => { manager.signoutRedirect(); });
		await app.waitForURL(home);
		await app.waitForLoadState();
		told.after_logout = await app.evaluate(() => manager.signinSilent().then(() => null, (error) => error.error));
	}
} catch (error) {
	told.failure = `${error.message}\n${said.join('\n')}`;
} finally {
	await context.close();
	server.close();
}
console.log(JSON.stringify(told));
