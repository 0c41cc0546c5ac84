// SPDX-License-Identifier: Apache-2.0
// Copyright the authcode authors
//
// A person answers for a device in Chromium, without scripts (RFC 8628 §3.3):
// DV-04, DV-11.

import assert from 'node:assert/strict';

async function typed(world, page, device) {
	await page.goto(device.verification_uri);
	await page.waitForSelector('input[name=user_code]:focus');
	await page.keyboard.type(device.user_code.toLowerCase().replace('-', ' '));
	await page.keyboard.press('Enter');
}

export default [
	['a person types the code of a device, signs in, and allows it', async (world) => {
		const page = await world.page({ javaScript: false });
		const device = await world.device();
		await typed(world, page, device);
		await world.signIn(page);
		await page.waitForSelector('button[value=allow]');
		const text = await page.innerText('main');
		assert.match(text, /Television/);
		assert.ok(text.includes(device.user_code));
		assert.match(text, /only if you started it yourself/);
		assert.equal((await world.poll(device)).error, 'authorization_pending');
		await page.click('button[value=allow]');
		await page.waitForSelector('h1:has-text("Device allowed")');
		assert.ok((await world.poll(device)).access_token);
		// Reloading asks nobody again and sends nothing.
		await page.reload();
		await page.waitForSelector('h1:has-text("Device allowed")');
	}],

	['a link with the code in it still asks, twice', async (world) => {
		const page = await world.page({ javaScript: false });
		const device = await world.device();
		await page.goto(device.verification_uri_complete);
		assert.equal(await page.inputValue('input[name=user_code]'), device.user_code);
		assert.equal(await page.locator('button[value=allow]').count(), 0);
		await page.click('button.primary');
		await world.signIn(page);
		await page.click('button[value=deny]');
		await page.waitForSelector('h1:has-text("Device not allowed")');
		assert.equal((await world.poll(device)).error, 'access_denied');
	}],

	['a wrong code is said beside its field, and the next one works', async (world) => {
		const page = await world.page({ javaScript: false });
		const device = await world.device();
		await page.goto(device.verification_uri);
		await page.fill('input[name=user_code]', 'BCDF-GHJK');
		await page.click('button.primary');
		await page.waitForSelector('[role=alert]');
		assert.match(await page.title(), /^Error: /);
		await page.fill('input[name=user_code]', device.user_code);
		await page.click('button.primary');
		await page.waitForSelector('input[name=password]');
	}],

	['a page of another site cannot send a code or an answer', async (world) => {
		const page = await world.page();
		const device = await world.device();
		await page.goto(world.clients.home.url);
		await page.evaluate(([action, code]) => {
			const form = document.createElement('form');
			form.method = 'post';
			form.action = action;
			form.innerHTML = '<input name="user_code">';
			form.elements.user_code.value = code;
			document.body.append(form);
			form.submit();
		}, [`${world.host.issuer}/device`, device.user_code]);
		await page.waitForSelector('h1:has-text("Access was not allowed")');
		assert.equal((await world.poll(device)).error, 'authorization_pending');
	}],
];
