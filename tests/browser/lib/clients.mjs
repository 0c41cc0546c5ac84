// SPDX-License-Identifier: Apache-2.0
// Copyright the authcode authors
//
// The applications people sign in to: three small origins on loopback. Each
// remembers the parameters of every call of its redirect URI.

import http from 'node:http';

function page(response, body, script = '') {
	response.setHeader('Content-Type', 'text/html; charset=utf-8');
	response.end(`<!DOCTYPE html><html lang="en"><title>application</title><p>${body}</p>` +
		(script ? `<script>${script}</script>` : '') + '</html>');
}

async function origin(handler) {
	const server = http.createServer(async (request, response) => {
		let body = '';
		for await (const piece of request)
			body += piece;
		handler(new URL(request.url, 'http://127.0.0.1'), response, request.method === 'POST' ? body : null);
	});
	await new Promise((done) => server.listen(0, '127.0.0.1', done));
	return { server, url: `http://127.0.0.1:${server.address().port}` };
}

export class Clients {
	id = 'app0'; // the client that is used now
	calls = []; // URLSearchParams of each call of a redirect URI, oldest first

	async start(issuer) {
		this.home = await origin((url, response) => page(response, `home${url.search}`));
		this.app = await origin((url, response, body) => this.#application(issuer, url, response, body));
	}

	#application(issuer, url, response, body) {
		switch (url.pathname) {
		case '/callback': // posted: the query must have nothing to say
			this.calls.push(body === null ? url.searchParams : new URLSearchParams(body));
			this.calls.at(-1).posted = body !== null;
			return page(response, `signed in${body === null ? '' : url.search}`);
		case '/poster': // asks by a form, from what is another site when reached as localhost
			return page(response, `<form method="post" action="${issuer}/authorize">` +
				[...new URL(this.authorizeUrl(issuer)).searchParams].map(([name, value]) =>
					`<input type="hidden" name="${name}" value="${value.replaceAll('&', '&amp;')}">`).join('') +
				'<button>Sign in</button></form>');
		case '/hop': // goes on to another origin, as many applications do
			this.calls.push(body === null ? url.searchParams : new URLSearchParams(body));
			response.writeHead(302, { Location: `${this.home.url}/landed?from=hop` });
			return response.end();
		case '/opener':
			return page(response, 'opener', `
				addEventListener('message', (event) => { document.title = 'told ' + event.data; });
				window.popup = () => window.open(${JSON.stringify(this.authorizeUrl(issuer, '/popup'))});`);
		case '/popup':
			this.calls.push(url.searchParams);
			return page(response, 'popup', `
				if (window.opener) window.opener.postMessage('code', location.origin);
				else document.title = 'no opener';`);
		default:
			response.statusCode = 404;
			return page(response, 'nothing here');
		}
	}

	authorizeUrl(issuer, path = '/callback', more = {}) {
		return `${issuer}/authorize?` + new URLSearchParams({
			response_type: 'code', client_id: this.id, redirect_uri: `${this.app.url}${path}`,
			state: 'a state & more', ...more,
		});
	}

	stop() {
		for (const { server } of [this.home, this.app]) {
			server.closeAllConnections();
			server.close();
		}
	}
}
