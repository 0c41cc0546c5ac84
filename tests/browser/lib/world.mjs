// SPDX-License-Identifier: Apache-2.0
// Copyright the authcode authors
//
// What every test is given: the host, the clients and fresh browser profiles.

import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

import { Clients } from './clients.mjs';
import { CLIENTS, Host, PASSWORD, SECRET, USER } from './host.mjs';

const FLAGS = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking',
	'--disable-component-update', '--disable-sync', '--disable-default-apps', '--no-first-run',
	'--no-default-browser-check', '--metrics-recording-only', '--disable-domain-reliability',
	'--disable-features=MediaRouter,OptimizationHints,Translate'];

export class World {
	host = new Host();
	clients = new Clients();
	#profiles = [];

	async start(build) {
		await this.host.start(build);
		await this.clients.start(this.host.issuer);
		this.browser = await chromium.launch({
			executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS,
		});
	}

	// A page in a profile of its own: no cookie of an earlier test.
	async page({ javaScript = true, width = 1280, dark = false } = {}) {
		const profile = await this.browser.newContext({
			javaScriptEnabled: javaScript, viewport: { width, height: 800 },
			colorScheme: dark ? 'dark' : 'light',
		});
		profile.setDefaultTimeout(30_000);
		this.#profiles.push(profile);
		return profile.newPage();
	}

	// Nobody has consented to these clients yet.
	beforeEach(number) {
		assert.ok(number < CLIENTS, 'more tests than clients');
		this.clients.id = `app${number}`;
		this.otp = `otp${number}`;
		this.due = `due${number}`;
		this.host.expire();
		this.clients.calls.length = 0;
	}

	async afterEach() {
		await Promise.all(this.#profiles.splice(0).map((profile) => profile.close()));
	}

	authorizeUrl(path, more) {
		return this.clients.authorizeUrl(this.host.issuer, path, more);
	}

	async open(page, path, more) {
		return page.goto(this.authorizeUrl(path, more));
	}

	async signIn(page, password = PASSWORD, user = USER) {
		await page.fill('input[name=username]', user);
		await page.fill('input[name=password]', password);
		await page.click('button.primary');
	}

	async allow(page) {
		await page.click('button[value=allow]');
	}

	// The newest call of a redirect URI, which must carry a code.
	lastCall() {
		const call = this.clients.calls.at(-1);
		assert.ok(call, 'no redirect URI was called');
		assert.equal(call.get('error'), null);
		assert.equal(call.get('iss'), this.host.issuer);
		assert.equal(call.get('state'), 'a state & more');
		return call;
	}

	// Redeems as the client does; the parsed answer with its status.
	async redeem(code, path = '/callback', client = this.clients.id) {
		const response = await fetch(`${this.host.issuer}/token`, {
			method: 'POST',
			headers: { Authorization: `Basic ${Buffer.from(`${client}:${SECRET}`).toString('base64')}` },
			body: new URLSearchParams({
				grant_type: 'authorization_code', code, redirect_uri: `${this.clients.app.url}${path}`,
			}),
		});
		return { status: response.status, ...await response.json() };
	}

	async #post(path, values) {
		const response = await fetch(`${this.host.issuer}${path}`, {
			method: 'POST', body: new URLSearchParams({ client_id: 'tv', ...values }),
		});
		return { status: response.status, ...await response.json() };
	}

	// A device that wants to be allowed, and what it is told when it polls.
	device() {
		return this.#post('/device_authorization', { scope: 'profile groups' });
	}

	poll(device) {
		return this.#post('/token', {
			grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: device.device_code,
		});
	}

	async stop() {
		await this.browser?.close();
		if (this.clients.app)
			this.clients.stop();
		await this.host.stop();
	}
}
