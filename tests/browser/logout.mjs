// SPDX-License-Identifier: Apache-2.0
// Copyright the authcode authors
//
// Signing out, as a person and a browser do it.

import assert from 'node:assert/strict';

const DONE = 'h1:has-text("You are signed out")';

async function signedIn(world, page) {
	await world.open(page);
	await world.signIn(page);
	await page.waitForSelector('button[value=allow]');
	await world.allow(page);
	await page.waitForURL('**/callback**');
}

async function sessionCookies(page) {
	return (await page.context().cookies()).filter((cookie) => /authcode(-dev)?$/.test(cookie.name));
}

export default [
	// LO-07
	['signing out asks, says so, and the next visit asks for the password', async (world) => {
		const page = await world.page({ javaScript: false });
		await signedIn(world, page);
		assert.equal((await sessionCookies(page)).length, 1);
		await page.goto(`${world.host.issuer}/logout`);
		assert.match(await page.textContent('main'), /You are signed in as/);
		await page.click('button.primary');
		await page.waitForSelector(DONE);
		assert.equal(page.url(), `${world.host.issuer}/logout`);
		assert.deepEqual(await sessionCookies(page), []);
		await world.open(page);
		await page.waitForSelector('input[name=password]');
	}],

	['leaving the question signs nobody out', async (world) => {
		const page = await world.page();
		await signedIn(world, page);
		await page.goto(`${world.host.issuer}/logout`);
		await page.waitForSelector('button:has-text("Sign out")');
		await world.open(page);
		await page.waitForURL('**/callback**');
		assert.equal(world.clients.calls.length, 2);
	}],

	// LO-01, LO-10: the form of another origin brings no session cookie, the GET behind it does.
	['a form of another site leads to the question and signs nobody out by itself', async (world) => {
		const page = await world.page();
		await signedIn(world, page);
		// an opaque origin, and so another site
		await page.goto('about:blank');
		await page.setContent(`<form id="out" method="post" action="${world.host.issuer}/logout">
			<input name="state" value="s"></form>`);
		await page.$eval('#out', (form) => form.submit());
		await page.waitForSelector('button:has-text("Sign out")');
		assert.equal((await sessionCookies(page)).length, 1);
		await page.click('button.primary');
		await page.waitForSelector(DONE);
	}],

	['going back after signing out shows no way to do anything', async (world) => {
		const page = await world.page();
		await signedIn(world, page);
		await page.goto(`${world.host.issuer}/logout`);
		await page.click('button.primary');
		await page.waitForSelector(DONE);
		await page.goBack();
		await page.goto(`${world.host.issuer}/logout`);
		await page.waitForSelector(DONE);
	}],
];
