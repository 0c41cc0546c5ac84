// SPDX-License-Identifier: Apache-2.0
// Copyright the authcode authors
//
// TAP version of "run these, one after the other": a test is a name and an
// async function; a test that throws has failed.

export async function run(tests, world) {
	console.log(`1..${tests.length}`);
	let failed = 0;
	for (const [index, [name, body]] of tests.entries()) {
		world.beforeEach(index);
		try {
			await withDeadline(body(world), 120_000);
			console.log(`ok ${index + 1} - ${name}`);
		} catch (problem) {
			failed += 1;
			console.log(`not ok ${index + 1} - ${name}`);
			console.log(String(problem.stack ?? problem).replace(/^/gm, '# '));
		}
		await world.afterEach();
	}
	return failed;
}

function withDeadline(promise, milliseconds) {
	let timer;
	const late = new Promise((_, reject) => {
		timer = setTimeout(() => reject(new Error(`not done after ${milliseconds} ms`)), milliseconds);
	});
	return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
