/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The floor of the benchmark: libmicrohttpd answering one fixed JSON to whatever
 * comes, with the daemon's way of running it (epoll, one internal thread) and
 * nothing of the daemon's work. Every figure of `make bench` is a ratio to it.
 *
 *     floor PORT        until SIGTERM; prints "ready"
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <microhttpd.h>

#include "base/attr.h"

static char answer[] =
	"{\"access_token\":\"aca_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\","
	"\"token_type\":\"Bearer\",\"expires_in\":3600,\"scope\":\"openid profile "
	"email groups and more\"}";

static enum MHD_Result
handle(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
       const char *version, const char *upload, size_t *upload_size, void **state)
{
	struct MHD_Response *response = cls;

	(void)url;
	(void)method;
	(void)version;
	(void)upload;
	if (*state == NULL) {
		*state = cls; /* seen: the body comes next */
		return MHD_YES;
	}
	if (*upload_size != 0) {
		*upload_size = 0;
		return MHD_YES;
	}
	return MHD_queue_response(connection, MHD_HTTP_OK, response);
}

int
main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	struct MHD_Response *response;
	struct MHD_Daemon *daemon;
	sigset_t ends;
	int got;

	if (argc != 2) {
		(void)fprintf(stderr, "usage: floor PORT\n");
		return EXIT_FAILURE;
	}
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10));
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &ends, NULL);
	response =
		MHD_create_response_from_buffer(sizeof(answer) - 1, answer, MHD_RESPMEM_PERSISTENT);
	if (response == NULL ||
	    MHD_add_response_header(response, "Content-Type", "application/json") != MHD_YES ||
	    MHD_add_response_header(response, "Cache-Control", "no-store") != MHD_YES)
		return EXIT_FAILURE;
	daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, handle, response,
				  MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_CONNECTION_LIMIT,
				  1000u, MHD_OPTION_END);
	if (daemon == NULL) {
		(void)fprintf(stderr, "floor: port %s cannot be listened on\n", argv[1]);
		return EXIT_FAILURE;
	}
	(void)puts("ready");
	(void)fflush(stdout);
	(void)sigwait(&ends, &got);
	MHD_stop_daemon(daemon);
	MHD_destroy_response(response);
	return EXIT_SUCCESS;
}
