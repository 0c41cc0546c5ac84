// SPDX-License-Identifier: Apache-2.0
// Copyright the authcode authors
//
// axe-core on a page whose own scripts are off and whose CSP stays in force.
// In such a page timers never fire, so short ones are run as promise callbacks.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';

const SOURCE = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const SHIM = `
	window.setTimeout = (callback, delay = 0, ...words) => {
		if (delay <= 50) Promise.resolve().then(() => callback(...words));
		return 0;
	};
	window.requestAnimationFrame = (callback) => {
		Promise.resolve().then(() => callback(performance.now()));
		return 0;
	};
	true`;

export async function assertAccessible(page, what) {
	await page.evaluate(SHIM);
	await page.evaluate(`${SOURCE}; true`);
	const { violations, passes } = await page.evaluate('axe.run(document, { preload: false })');
	assert.ok(passes.length > 5, `${what}: axe looked at nothing`);
	const told = violations.map((v) => `${v.id}: ${v.help} (${v.nodes.map((n) => n.target).join(', ')})`);
	assert.deepEqual(told, [], what);
	const { inner, scroll } = await page.evaluate(
		'({ inner: document.documentElement.clientWidth, scroll: document.documentElement.scrollWidth })');
	assert.ok(scroll <= inner, `${what}: ${scroll} px wide in ${inner} px`);
}
