// SPDX-License-Identifier: Apache-2.0
// Copyright the authcode authors
//
// The daemon and the helper from the build tree, with pam_matrix as the PAM
// stack: service authcode asks for one password, authcode-otp for two, the password
// of authcode-due has expired, and authcode-told says something beside its yes
// (both by the module of the PAM tests).

import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

export const PASSWORD = 'correct horse';
export const ONE_TIME_CODE = '246810';
export const NEW_PASSWORD = 'battery staple';
export const SECRET = 'browser-test-secret-0123456789-0123456789-ab';
// 2 by 2 pixels of one colour.
const LOGO = 'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGOQct0BRAwQCgAcGgRdhqHm0gAAAABJRU5ErkJggg==';

// Consent is remembered for user and client: every test takes clients of its own.
export const CLIENTS = 72;
// Root is nobody a page may sign in; everybody else is himself.
export const USER = process.getuid() === 0 ? 'nobody' : os.userInfo().username;

function findMatrix() {
	const found = execFileSync('sh', ['-c', 'ls /usr/lib/*/pam_wrapper/pam_matrix.so']).toString().trim();
	return found.split('\n')[0];
}

// Not one of those that the kernel gives to connections: between here and the daemon it would do so.
async function freePort() {
	for (;;) {
		const port = 10000 + Math.floor(Math.random() * 22000);
		const server = net.createServer();
		const free = await new Promise((done) => server.once('error', () => done(false)).listen(port, '127.0.0.1', () => done(true)));
		if (!free) continue;
		await new Promise((done) => server.close(done));
		return port;
	}
}

const SERVICES = ['authcode', 'authcode-otp', 'authcode-ask', 'authcode-told'];

export class Host {
	#children = [];

	async start(build) {
		this.directory = fs.mkdtempSync('/tmp/authcode-browser.');
		this.port = await freePort();
		this.issuer = `http://127.0.0.1:${this.port}`;
		this.#writePam(build);
		this.#writeConfig();
		const all = [...SERVICES, 'authcode-due'].flatMap((name) => ['--service', name]);
		await this.#startHelper(build, 'login', ...all);
		await this.#startHelper(build, 'check', '--check', ...all);
		await this.#startHelper(build, 'passwd', '--passwd', '--service', 'authcode-due');
		await this.#spawn(build, 'authcoded', ['--config', path.join(this.directory, 'authcode.conf'), '--print-ready'],
			() => /^ready /m.test(this.log('authcoded')));
	}

	async #startHelper(build, name, ...more) {
		const socket = path.join(this.directory, 'run', `${name}.sock`);
		const peer = process.getuid() === 0 ? ['--peer-user', 'nobody', '--group', 'nogroup'] : [];
		await this.#spawn(build, 'authcode-login', ['--listen', socket, ...peer, ...more,
			'--confdir', path.join(this.directory, 'pam'),
			'--lock-dir', path.join(this.directory, 'locks')],
		() => fs.existsSync(socket), `authcode-${name}`);
	}

	// The password of authcode-due is an expired one again.
	expire() {
		fs.rmSync(path.join(this.directory, 'changed'), { force: true });
	}

	#writePam(build) {
		const pam = path.join(this.directory, 'pam');
		const matrix = findMatrix();
		const write = (name, text) => {
			fs.writeFileSync(path.join(this.directory, name), text);
			return path.join(this.directory, name);
		};
		// pam_matrix takes the first line of a user, so each service has its file
		const passwords = write('passwords', `${USER}:${PASSWORD}:authcode\n`);
		const first = write('otp-passwords', `${USER}:${PASSWORD}:authcode-otp\n`);
		const asked = write('ask-passwords', `${USER}:${PASSWORD}:authcode-ask\n`);
		const second = write('otp-codes', `${USER}:${ONE_TIME_CODE}:authcode-otp\n`);
		fs.mkdirSync(pam);
		fs.writeFileSync(path.join(pam, 'authcode'),
			`auth required ${matrix} passdb=${passwords}\naccount required ${matrix} passdb=${passwords}\n`);
		fs.writeFileSync(path.join(pam, 'authcode-ask'),
			`auth required ${matrix} passdb=${asked}\naccount required ${matrix} passdb=${asked}\n`);
		fs.writeFileSync(path.join(pam, 'authcode-otp'),
			`auth required ${matrix} passdb=${first}\nauth required ${matrix} passdb=${second} echo\n` +
			`account required ${matrix} passdb=${first}\n`);
		const module = path.resolve(build, 'tests/pam/.libs/pam_ac_test.so');
		const due = write('due-passwords', `${USER}:${PASSWORD}:authcode-due\n`);
		fs.writeFileSync(path.join(pam, 'authcode-due'),
			`auth required ${matrix} passdb=${due}\n` +
			`account required ${module} due=${this.directory}/changed\n` +
			`password required ${module} [error=Your password has expired.] [hidden=New password: ] ` +
			`[expect=${NEW_PASSWORD}] [hidden=Retype new password: ] [expect=${NEW_PASSWORD}] count=${this.directory}/changed\n`);
		const told = write('told-passwords', `${USER}:${PASSWORD}:authcode-told\n`);
		fs.writeFileSync(path.join(pam, 'authcode-told'),
			`auth required ${matrix} passdb=${told}\n` +
			`account required ${module} [info=Your password expires in 3 days.]\n`);
		fs.writeFileSync(path.join(pam, 'authcode-check'), 'auth required pam_deny.so\naccount required pam_permit.so\n');
		fs.writeFileSync(path.join(pam, 'other'), 'auth required pam_deny.so\naccount required pam_deny.so\n');
	}

	#writeConfig() {
		const secret = path.join(this.directory, 'client.secret');
		fs.writeFileSync(secret, SECRET, { mode: 0o600 });
		const client = (id, more, name = `Application ${id}`) => `client "${id}" {
	name = "${name}"
	client_secret_file = "${secret}"
	application_type = "native"
	redirect_uris = {"http://127.0.0.1/callback", "http://127.0.0.1/hop", "http://127.0.0.1/popup"}
	scope = "profile groups"
	${more}
}
`;
		const logo = path.join(this.directory, 'logo.png');
		fs.writeFileSync(logo, Buffer.from(LOGO, 'base64'), { mode: 0o644 });
		// as root the daemon becomes nobody, who must reach the socket
		fs.mkdirSync(path.join(this.directory, 'run'));
		fs.chmodSync(this.directory, 0o711);
		fs.writeFileSync(path.join(this.directory, 'authcode.conf'), `
issuer = "${this.issuer}"
listen = {"127.0.0.1:${this.port}"}
failure_floor = 100ms
stranger_guesses = 0
address_guesses = 0
state_dir = "${path.join(this.directory, 'state')}"
admin_socket = none
login_socket = "${path.join(this.directory, 'run', 'login.sock')}"
check_socket = "${path.join(this.directory, 'run', 'check.sock')}"
passwd_socket = "${path.join(this.directory, 'run', 'passwd.sock')}"
${process.getuid() === 0 ? 'user = "nobody"' : ''}
` + Array.from({ length: CLIENTS }, (_, n) => client(`app${n}`, '') +
			client(`otp${n}`, 'pam_service = "authcode-otp"') +
			client(`due${n}`, 'pam_service = "authcode-due"')).join('') +
			client('told', 'pam_service = "authcode-told"', 'Told') +
			client('linked', `client_uri = "https://rp.example/"
	policy_uri = "https://rp.example/privacy"
	tos_uri = "https://rp.example/terms"
	logo_file = "${logo}"`, 'Linked') +
			client('closed', 'allow_groups = {"no-such-group"}', 'Closed') +
			client('ask', 'pam_service = "authcode-ask"', 'Ask') +
			'service "authcode-ask" { first_prompt = ask }\n' +
			client('wiki', '', 'Wiki') +
			`client "tv" {
	name = "Television"
	token_endpoint_auth_method = none
	scope = "profile groups"
	grant_types = { device_code }
}
`, { mode: 0o600 });
	}

	async #spawn(build, name, words, ready, logName = name) {
		const log = fs.openSync(path.join(this.directory, `${logName}.log`), 'w');
		const child = spawn(path.join(build, name), words, { stdio: ['ignore', log, log], detached: true });
		this.#children.push(child);
		for (let tries = 0; tries < 200; tries++) {
			if (child.exitCode !== null)
				break;
			if (ready())
				return;
			await new Promise((done) => setTimeout(done, 50));
		}
		throw new Error(`${name} did not start:\n${this.log(logName)}`);
	}

	log(name) {
		return fs.readFileSync(path.join(this.directory, `${name}.log`), 'utf8');
	}

	async stop() {
		for (const child of this.#children) {
			if (child.exitCode !== null)
				continue;
			const ended = new Promise((done) => child.once('exit', done));
			process.kill(-child.pid, 'SIGTERM');
			const timer = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), 10_000);
			await ended;
			clearTimeout(timer);
		}
		fs.rmSync(this.directory, { recursive: true, force: true });
	}
}
