// SPDX-License-Identifier: Apache-2.0
// Copyright the authcode authors
//
// Runs the browser tests and prints TAP. AUTHCODE_BUILD is the build tree.

import accessible from './accessible.mjs';
import device from './device.mjs';
import { run } from './lib/tap.mjs';
import { World } from './lib/world.mjs';
import request from './request.mjs';
import logout from './logout.mjs';
import signIn from './sign-in.mjs';

const build = process.env.AUTHCODE_BUILD;
if (!build)
	throw new Error('AUTHCODE_BUILD must name the build tree');

const wanted = new RegExp(process.argv[2] ?? '', 'i');
const world = new World();
let failed = 1;
try {
	await world.start(build);
	failed = await run([...signIn, ...request, ...logout, ...device, ...accessible].filter(([name]) => wanted.test(name)), world);
	if (failed)
		console.log(`${world.host.log('authcoded')}\n${world.host.log('authcode-login')}`.replace(/^/gm, '# '));
} finally {
	await world.stop();
}
process.exit(failed ? 1 : 0);
