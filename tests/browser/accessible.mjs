// SPDX-License-Identifier: Apache-2.0
// Copyright the authcode authors
//
// axe-core has nothing to say about any page, wide and narrow, light and dark.

import { assertAccessible } from './lib/axe.mjs';

const PAGES = {
	'sign-in': (world, page) => world.open(page),
	'sign-in with a notice': async (world, page) => {
		await world.open(page);
		await world.signIn(page, 'wrong');
		await page.waitForSelector('[role=alert]');
	},
	prompt: async (world, page) => {
		await world.open(page, '/callback', { client_id: world.otp });
		await world.signIn(page);
		await page.waitForSelector('input[name=answer]');
	},
	'change of a password': async (world, page) => {
		await world.open(page, '/callback', { client_id: world.due });
		await world.signIn(page);
		await page.waitForSelector('input[autocomplete=new-password]');
	},
	'signed in': async (world, page) => {
		await world.open(page, '/callback', { client_id: 'told' });
		await world.signIn(page);
		await page.waitForSelector('a:has-text("Continue to Told")');
	},
	consent: async (world, page) => {
		await world.open(page);
		await world.signIn(page);
		await page.waitForSelector('button[value=allow]');
	},
	'sign-in with links': (world, page) => world.open(page, '/callback', { client_id: 'linked' }),
	'consent with links': async (world, page) => {
		await world.open(page, '/callback', { client_id: 'linked' });
		await world.signIn(page);
		await page.waitForSelector('button[value=allow]');
	},
	'choice of an account': async (world, page) => {
		await world.open(page);
		await world.signIn(page);
		await page.waitForSelector('button[value=allow]');
		await world.open(page, '/callback', { prompt: 'select_account' });
		await page.waitForSelector('button[value=choose]');
	},
	'answer that is posted': (world, page) =>
		world.open(page, '/callback', { response_mode: 'form_post', prompt: 'none' }),
	'sign-in without password': (world, page) => world.open(page, '/callback', { client_id: 'ask' }),
	refused: async (world, page) => {
		await world.open(page, '/callback', { client_id: 'closed' });
		await world.signIn(page);
		await page.waitForSelector('button[value=deny]:has-text("Back to")');
	},
	'sign-out': async (world, page) => {
		await world.open(page, '/callback', { client_id: 'wiki' });
		await world.signIn(page);
		await page.waitForSelector('button[value=allow]');
		await page.goto(`${world.host.issuer}/logout`);
		await page.waitForSelector('button:has-text("Sign out")');
	},
	'signed out': async (world, page) => {
		await page.goto(`${world.host.issuer}/logout`);
		await page.waitForSelector('h1:has-text("You are signed out")');
	},
	'code of a device': (world, page) => page.goto(`${world.host.issuer}/device`),
	'wrong code of a device': async (world, page) => {
		await page.goto(`${world.host.issuer}/device`);
		await page.fill('input[name=user_code]', 'BCDF-GHJK');
		await page.click('button.primary');
		await page.waitForSelector('[role=alert]');
	},
	device: async (world, page) => {
		await page.goto((await world.device()).verification_uri_complete);
		await page.click('button.primary');
		await world.signIn(page);
		await page.waitForSelector('button[value=allow]');
	},
	'device allowed': async (world, page) => {
		await page.goto((await world.device()).verification_uri_complete);
		await page.click('button.primary');
		await world.signIn(page);
		await page.click('button[value=allow]');
		await page.waitForSelector('h1:has-text("Device allowed")');
	},
	'device not allowed': async (world, page) => {
		await page.goto((await world.device()).verification_uri_complete);
		await page.click('button.primary');
		await world.signIn(page);
		await page.click('button[value=deny]');
		await page.waitForSelector('h1:has-text("Device not allowed")');
	},
	error: (world, page) => world.open(page, '/callback', { client_id: 'nobody-knows' }),
};

const LOOKS = [
	{ width: 1280, dark: false }, { width: 1280, dark: true },
	{ width: 320, dark: false }, { width: 320, dark: true },
];

export default Object.entries(PAGES).map(([name, reach]) => [
	`the ${name} page is accessible at 1280 and 320 px, light and dark`,
	async (world) => {
		for (const look of LOOKS) {
			const page = await world.page({ javaScript: false, ...look });
			await reach(world, page);
			await assertAccessible(page, `${name} at ${look.width} px${look.dark ? ' dark' : ''}`);
			// an open question would keep its PAM conversation waiting
			if (await page.locator('input[name=answer]').count())
				await page.click('button[value=deny]');
			await page.context().close();
		}
	},
]);
