// SPDX-License-Identifier: Apache-2.0
// Copyright the authcode authors
//
// Takes the picture of the README: picture.mjs FILE.png

import { World } from './lib/world.mjs';

const world = new World();
try {
	await world.start(process.env.AUTHCODE_BUILD);
	const page = await world.page();
	await page.setViewportSize({ width: 640, height: 540 });
	await world.open(page, '/callback', { client_id: 'wiki' });
	await page.screenshot({ path: process.argv[2] });
} finally {
	await world.stop();
}
