// SPDX-License-Identifier: Apache-2.0
// Copyright the authcode authors
//
// Takes the picture of the README: picture.mjs FILE.png

import { World } from './lib/world.mjs';

const world = new World();
try {
	await world.start(process.env.AUTHCODE_BUILD);
	world.beforeEach(0);
	const page = await world.page();
	await page.setViewportSize({ width: 760, height: 560 });
	await world.open(page);
	await page.screenshot({ path: process.argv[2] });
} finally {
	await world.stop();
}
