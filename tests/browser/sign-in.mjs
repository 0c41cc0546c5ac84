// SPDX-License-Identifier: Apache-2.0
// Copyright the authcode authors
//
// What a person does on the pages, the clumsy ways included.

import assert from 'node:assert/strict';

import { NEW_PASSWORD, ONE_TIME_CODE, PASSWORD, USER } from './lib/host.mjs';

const NOTICE = '[role=alert]';

async function toConsent(world, page) {
	await world.open(page);
	await world.signIn(page);
	await page.waitForSelector('button[value=allow]');
}

export default [
	['a sign-in without JavaScript ends with a code that can be redeemed', async (world) => {
		const page = await world.page({ javaScript: false });
		await toConsent(world, page);
		assert.match(await page.textContent('main'), /Application app\d/);
		await world.allow(page);
		await page.waitForURL(`${world.clients.app.url}/callback**`);
		const tokens = await world.redeem(world.lastCall().get('code'));
		assert.equal(tokens.status, 200);
		assert.equal(tokens.token_type, 'Bearer');
	}],

	['the second visit needs neither password nor consent', async (world) => {
		const page = await world.page();
		await toConsent(world, page);
		await world.allow(page);
		await page.waitForURL('**/callback**');
		const first = world.lastCall().get('code');
		await world.open(page);
		await page.waitForURL('**/callback**');
		assert.equal(world.clients.calls.length, 2);
		assert.notEqual(world.lastCall().get('code'), first);
	}],

	['a wrong password leads back to the page with one sentence and no password in it', async (world) => {
		const page = await world.page({ javaScript: false });
		await world.open(page);
		await world.signIn(page, 'wrong');
		await page.waitForSelector(NOTICE);
		assert.equal(await page.inputValue('input[name=password]'), '');
		assert.equal(world.clients.calls.length, 0);
		await world.signIn(page);
		await page.waitForSelector('button[value=allow]');
	}],

	['an unknown user reads the same sentence as a wrong password', async (world) => {
		const page = await world.page();
		const sentences = [];
		for (const [user, password] of [[undefined, 'wrong'], ['no-such-account', 'wrong']]) {
			await world.open(page);
			await world.signIn(page, password, user);
			await page.waitForSelector(NOTICE);
			sentences.push((await page.textContent(NOTICE)).trim());
		}
		assert.ok(sentences[0].length > 10);
		assert.equal(sentences[0], sentences[1]);
	}],

	// AZ-15
	['a reload after a wrong password asks again and sends nothing', async (world) => {
		const page = await world.page();
		await world.open(page);
		await world.signIn(page, 'wrong');
		await page.waitForSelector(NOTICE);
		const posts = [];
		page.on('request', (request) => request.method() === 'POST' && posts.push(request.url()));
		await page.reload();
		await page.waitForSelector('input[name=password]');
		assert.deepEqual(posts, []);
	}],

	// AZ-38
	['cancelling the sign-in tells the client access_denied', async (world) => {
		const page = await world.page();
		await world.open(page);
		await page.click('button[value=deny]');
		await page.waitForURL('**/callback**');
		const call = world.clients.calls.at(-1);
		assert.equal(call.get('error'), 'access_denied');
		assert.equal(call.get('state'), 'a state & more');
		assert.equal(call.get('code'), null);
	}],

	['refusing consent tells the client access_denied and is not remembered', async (world) => {
		const page = await world.page();
		await toConsent(world, page);
		await page.click('button[value=deny]');
		await page.waitForURL('**/callback**');
		assert.equal(world.clients.calls.at(-1).get('error'), 'access_denied');
		await world.open(page);
		await page.waitForSelector('button[value=allow]');
	}],

	['going back from the client never gives a second code for the same answer', async (world) => {
		const page = await world.page();
		await toConsent(world, page);
		await world.allow(page);
		await page.waitForURL('**/callback**');
		await page.goBack();
		if (await page.locator('button[value=allow]').count()) {
			await world.allow(page);
			await page.waitForLoadState();
		}
		const codes = world.clients.calls.map((call) => call.get('code')).filter(Boolean);
		assert.equal(new Set(codes).size, codes.length, 'a code was given twice');
		const answers = await Promise.all(codes.map((code) => world.redeem(code)));
		for (const answer of answers)
			assert.equal(answer.status, 200, JSON.stringify(answer));
	}],

	['going back to the sign-in page after signing in still leads on', async (world) => {
		const page = await world.page();
		await toConsent(world, page);
		await page.goBack();
		await page.waitForLoadState();
		await world.open(page);
		await page.waitForSelector('button[value=allow]');
		await world.allow(page);
		await page.waitForURL('**/callback**');
		world.lastCall();
	}],

	['a reload of the consent page shows it again', async (world) => {
		const page = await world.page();
		await toConsent(world, page);
		await page.reload();
		await world.allow(page);
		await page.waitForURL('**/callback**');
		world.lastCall();
	}],

	['two tabs sign in one after the other and each gets its own answer', async (world) => {
		const first = await world.page();
		const second = await first.context().newPage();
		await world.open(first, '/callback', { state: 'first tab' });
		await world.open(second, '/callback', { state: 'second tab' });
		await world.signIn(second);
		await world.allow(second);
		await second.waitForURL('**/callback**');
		await world.signIn(first);
		await first.waitForURL(/callback|consent|prompt|authorize/);
		if (await first.locator('button[value=allow]').count())
			await world.allow(first);
		await first.waitForURL('**/callback**');
		assert.deepEqual(world.clients.calls.map((call) => call.get('state')), ['second tab', 'first tab']);
		assert.ok(world.clients.calls.every((call) => call.get('code')));
	}],

	// The browser may give up the first answer when the second click comes, and with it
	// the session. The second one brings another.
	['a double click on the button signs in', async (world) => {
		const page = await world.page({ javaScript: false });
		await world.open(page);
		await page.fill('input[name=username]', USER);
		await page.fill('input[name=password]', PASSWORD);
		await page.dblclick('button.primary', { noWaitAfter: true });
		await page.waitForSelector('button[value=allow]');
		await world.allow(page);
		await page.waitForURL('**/callback**');
		assert.equal(world.clients.calls.length, 1);
		assert.equal((await world.redeem(world.lastCall().get('code'))).status, 200);
	}],

	['a second question of the PAM stack becomes a page', async (world) => {
		const page = await world.page({ javaScript: false });
		await world.open(page, '/callback', { client_id: world.otp });
		await world.signIn(page);
		await page.waitForSelector('input[name=answer]');
		await page.fill('input[name=answer]', ONE_TIME_CODE);
		await page.click('button.primary');
		await page.waitForSelector('button[value=allow]');
		await world.allow(page);
		await page.waitForURL('**/callback**');
		assert.equal((await world.redeem(world.lastCall().get('code'), '/callback', world.otp)).status, 200);
	}],

	['a wrong second answer is refused with the sentence of a wrong password', async (world) => {
		const page = await world.page({ javaScript: false });
		await world.open(page, '/callback', { client_id: world.otp });
		await world.signIn(page);
		await page.fill('input[name=answer]', '000000');
		await page.click('button.primary');
		await page.waitForSelector(NOTICE);
		assert.ok(await page.locator('input[name=username]').count());
		assert.equal(world.clients.calls.length, 0);
	}],

	['a reload of the second question asks it again', async (world) => {
		const page = await world.page({ javaScript: false });
		await world.open(page, '/callback', { client_id: world.otp });
		await world.signIn(page);
		await page.waitForSelector('input[name=answer]');
		await page.reload();
		await page.fill('input[name=answer]', ONE_TIME_CODE);
		await page.click('button.primary');
		await page.waitForSelector('button[value=allow]');
	}],

	['an expired password is changed page by page and the sign-in goes on', async (world) => {
		const page = await world.page({ javaScript: false });
		await world.open(page, '/callback', { client_id: world.due });
		await world.signIn(page);
		for (const [label, text] of [['New password', 'mistake'], ['New password', NEW_PASSWORD],
			['Retype new password', NEW_PASSWORD]]) {
			const field = page.getByLabel(label, { exact: true });
			await field.waitFor();
			assert.match(await page.title(), /Change your password/);
			assert.equal(await field.getAttribute('autocomplete'), 'new-password');
			assert.equal(await field.inputValue(), '');
			await field.fill(text);
			await page.click('button.primary');
		}
		await world.allow(page);
		await page.waitForURL('**/callback**');
		assert.equal((await world.redeem(world.lastCall().get('code'), '/callback', world.due)).status, 200);
	}],

	['going back while the password is changed asks the question of the moment', async (world) => {
		const page = await world.page({ javaScript: false });
		await world.open(page, '/callback', { client_id: world.due });
		await world.signIn(page);
		await page.getByLabel('New password', { exact: true }).fill(NEW_PASSWORD);
		await page.click('button.primary');
		await page.getByLabel('Retype new password').waitFor();
		await page.goBack();
		await page.reload();
		await page.getByLabel('Retype new password').fill(NEW_PASSWORD);
		await page.dblclick('button.primary', { noWaitAfter: true });
		await page.waitForSelector('button[value=allow]');
	}],

	['cancelling the change of a password tells the client access_denied', async (world) => {
		const page = await world.page();
		await world.open(page, '/callback', { client_id: world.due });
		await world.signIn(page);
		await page.getByLabel('New password', { exact: true }).waitFor();
		await page.click('button[value=deny]');
		await page.waitForURL('**/callback**');
		assert.equal(world.clients.calls.at(-1).get('error'), 'access_denied');
	}],

	['what the stack says beside its yes is read before the way goes on', async (world) => {
		const page = await world.page({ javaScript: false });
		await world.open(page, '/callback', { client_id: 'told' });
		await world.signIn(page);
		await page.getByText('Your password expires in 3 days.').waitFor();
		await page.reload();
		await page.getByText('Continue to Told').click();
		await world.allow(page);
		await page.waitForURL('**/callback**');
		assert.equal((await world.redeem(world.lastCall().get('code'), '/callback', 'told')).status, 200);
	}],

	['a redirect URI may redirect once more to another origin', async (world) => {
		const page = await world.page();
		await world.open(page, '/hop');
		await world.signIn(page);
		await world.allow(page);
		await page.waitForURL(`${world.clients.home.url}/landed?from=hop`);
		assert.equal((await world.redeem(world.lastCall().get('code'), '/hop')).status, 200);
	}],

	['a popup keeps its window.opener through the sign-in', async (world) => {
		const page = await world.page();
		await page.goto(`${world.clients.app.url}/opener`);
		const [popup] = await Promise.all([page.waitForEvent('popup'), page.evaluate('popup()')]);
		await world.signIn(popup);
		await world.allow(popup);
		await page.waitForFunction('document.title === "told code"');
		world.lastCall();
	}],

	// AZ-06, RU-01
	['an unknown client and a foreign redirect URI end on a page here', async (world) => {
		const page = await world.page();
		for (const more of [{ client_id: 'nobody-knows' }, { redirect_uri: 'http://127.0.0.1:9/elsewhere' }]) {
			const response = await world.open(page, '/callback', more);
			assert.equal(response.status(), 400);
			assert.ok(page.url().startsWith(world.host.issuer));
		}
		assert.equal(world.clients.calls.length, 0);
	}],

	// AZ-42
	['pages cannot be framed', async (world) => {
		const page = await world.page();
		await page.goto(`${world.clients.home.url}/`);
		await page.evaluate(`document.body.innerHTML =
			'<iframe src="${world.authorizeUrl().replaceAll('&', '&amp;')}"></iframe>'`);
		await page.waitForTimeout(500);
		const framed = page.frames().find((frame) => frame !== page.mainFrame());
		assert.equal(await framed.locator('input[name=password]').count(), 0);
	}],

	['no page loads anything from elsewhere or breaks its own policy', async (world) => {
		const page = await world.page();
		const said = [];
		page.on('console', (message) => message.type() === 'error' && said.push(message.text()));
		page.on('request', (request) => request.url().startsWith('http://127.0.0.1') || said.push(request.url()));
		await toConsent(world, page);
		assert.deepEqual(said, []);
	}],
];
