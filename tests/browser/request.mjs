// SPDX-License-Identifier: Apache-2.0
// Copyright the authcode authors
//
// What a request may ask for beside a code, as the browser of a person carries it out.

import assert from 'node:assert/strict';

import { USER } from './lib/host.mjs';

async function toConsent(world, page, more) {
	await world.open(page, '/callback', more);
	await world.signIn(page);
	await page.waitForSelector('button[value=allow]');
}

export default [
	// AZ-12, AZ-13
	['an answer is posted by the button where there is no JavaScript', async (world) => {
		const page = await world.page({ javaScript: false });
		await toConsent(world, page, { response_mode: 'form_post' });
		await world.allow(page);
		await page.getByText('Continue to').click();
		await page.waitForURL(`${world.clients.app.url}/callback`);
		const call = world.lastCall();
		assert.ok(call.posted);
		assert.equal((await world.redeem(call.get('code'))).status, 200);
	}],

	['an answer posts itself where there is JavaScript, and breaks no policy', async (world) => {
		const page = await world.page();
		const said = [];
		page.on('console', (message) => message.type() === 'error' && said.push(message.text()));
		await toConsent(world, page, { response_mode: 'form_post' });
		await world.allow(page);
		await page.waitForURL(`${world.clients.app.url}/callback`);
		assert.ok(world.lastCall().posted);
		assert.equal((await world.redeem(world.lastCall().get('code'))).status, 200);
		assert.deepEqual(said.filter((text) => !text.includes('favicon')), []);
	}],

	['a client that was posted to may send the person on to another origin', async (world) => {
		const page = await world.page();
		await world.open(page, '/hop', { response_mode: 'form_post' });
		await world.signIn(page);
		await world.allow(page);
		await page.waitForURL(`${world.clients.home.url}/landed?from=hop`);
		assert.equal((await world.redeem(world.lastCall().get('code'), '/hop')).status, 200);
	}],

	['a refusal is posted too', async (world) => {
		const page = await world.page();
		await world.open(page, '/callback', { response_mode: 'form_post', prompt: 'none' });
		await page.waitForURL(`${world.clients.app.url}/callback`);
		const call = world.clients.calls.at(-1);
		assert.ok(call.posted);
		assert.equal(call.get('error'), 'login_required');
		assert.equal(call.get('state'), 'a state & more');
		assert.equal(call.get('iss'), world.host.issuer);
	}],

	// AZ-10
	['a code in the fragment never reaches a server', async (world) => {
		const page = await world.page();
		await toConsent(world, page, { response_mode: 'fragment' });
		await world.allow(page);
		await page.waitForURL('**/callback**');
		assert.deepEqual([...world.clients.calls.at(-1)], []);
		const answer = new URLSearchParams(new URL(page.url()).hash.slice(1));
		assert.equal((await world.redeem(answer.get('code'))).status, 200);
	}],

	// AZ-27
	['the choice of an account goes on with it or asks for another', async (world) => {
		const page = await world.page({ javaScript: false });
		await toConsent(world, page);
		await world.allow(page);
		await page.waitForURL('**/callback**');
		await world.open(page, '/callback', { prompt: 'select_account' });
		await page.getByText(`Continue as ${USER}`).click();
		await page.waitForURL('**/callback**');
		world.lastCall();
		await world.open(page, '/callback', { prompt: 'select_account' });
		await page.getByText('Use another account').click();
		await page.waitForSelector('input[name=password]');
		assert.equal(await page.inputValue('input[name=username]'), '');
		await world.signIn(page);
		await page.waitForURL('**/callback**');
		assert.equal(world.clients.calls.length, 3);
		world.lastCall();
	}],

	// AZ-26, AZ-31
	['a login that is asked for fills the name in and is asked for once', async (world) => {
		const page = await world.page();
		await toConsent(world, page);
		await world.allow(page);
		await page.waitForURL('**/callback**');
		await world.open(page, '/callback', { prompt: 'login' });
		await page.waitForSelector('input[name=password]');
		assert.equal(await page.inputValue('input[name=username]'), USER);
		assert.equal(await page.evaluate('document.activeElement.name'), 'password');
		await world.signIn(page);
		await page.waitForURL('**/callback**');
		world.lastCall();
	}],

	// AZ-45
	['a form of another site finds the session', async (world) => {
		const page = await world.page();
		await toConsent(world, page);
		await world.allow(page);
		await page.waitForURL('**/callback**');
		const before = (await page.context().cookies()).map((cookie) => cookie.value).sort();
		await page.goto(`${world.clients.app.url.replace('127.0.0.1', 'localhost')}/poster`);
		await page.click('button');
		await page.waitForURL('**/callback**');
		assert.equal(world.clients.calls.length, 2);
		world.lastCall();
		assert.deepEqual((await page.context().cookies()).map((cookie) => cookie.value).sort(), before);
	}],

	// AZ-39
	['the logo of a client is a picture of ours', async (world) => {
		const page = await world.page();
		await world.open(page, '/callback', { client_id: 'linked' });
		const logo = page.locator('img.logo');
		assert.equal(await logo.evaluate((image) => image.naturalWidth), 2);
		assert.ok((await logo.evaluate((image) => image.currentSrc)).startsWith(world.host.issuer));
	}],
];
