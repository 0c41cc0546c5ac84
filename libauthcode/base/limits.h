/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Every bound on something a stranger can make grow, in one list. Bytes unless
 * the name says otherwise; text lengths do not count the terminating NUL.
 */
#ifndef AC_BASE_LIMITS_H
#define AC_BASE_LIMITS_H

#define AC_MAX_URI 8192   /* request target on the wire */
#define AC_MAX_BODY 65536 /* request body */
#define AC_MAX_PARAMS 64  /* parameters in query and body together */
#define AC_MAX_PARAM_NAME 128
#define AC_MAX_PARAM_VALUE 16384
/* An authorization request, form-encoded: it travels sealed in a URL. */
#define AC_MAX_AUTHORIZE_PARAMS 4096
#define AC_MAX_ARENA (512 * 1024) /* all memory of one request */
#define AC_MAX_AUTHORIZATION 8192 /* Authorization header value */
#define AC_MAX_CLIENT_ID 64
#define AC_MAX_CLIENT_SECRET 512
#define AC_MAX_CLIENTS 10000
#define AC_MAX_REDIRECT_URI 2048
#define AC_MAX_JWKS_URI 2048
#define AC_MAX_ASSERTIONS 100000 /* of one client, remembered until their end */
#define AC_MAX_REDIRECT_URIS 64  /* per client */
#define AC_MAX_SCOPE 1024        /* a scope parameter */
#define AC_MAX_NONCE 512
#define AC_MAX_RESOURCE 512 /* URI of a resource server */
#define AC_MAX_RESOURCES 16 /* that one token is for */
#define AC_MAX_USER_NAME 256
#define AC_MAX_PASSWORD 512 /* PAM_MAX_RESP_SIZE */
#define AC_MAX_FULL_NAME 256
#define AC_MAX_GROUP_NAME 256
#define AC_MAX_GROUPS 512
#define AC_MAX_ISSUER 512
#define AC_MAX_ALLOWED 1000  /* users or groups that a client lists */
#define AC_MAX_SUB 255       /* a subject identifier (OIDC-Core §2) */
#define AC_MAX_ACR 128       /* an authentication context class */
#define AC_MAX_UI_LOCALES 64 /* of them, as struct authcode_transaction holds them */
#define AC_MAX_LOGO 65536    /* a client's picture */
#define AC_MAX_CLAIMS 16384  /* JSON text of one source of claims */

/* Tokens and keys from outside (jose). */
#define AC_MAX_JWS 16384       /* a compact JWS */
#define AC_MAX_JWS_HEADER 2048 /* its protected header, decoded */
#define AC_MAX_JWKS 65536      /* JSON text of a key set, or of one key */
#define AC_MAX_JWKS_KEYS 32    /* keys of a set that are looked at */
#define AC_MAX_KID 64
#define AC_MAX_SIGNING_KEYS 64 /* our own that are published */
#define AC_MAX_SEALED 16384    /* texts in the store under the master key */
#define AC_MAX_JTI 255
#define AC_MAX_JSON_DEPTH 8
#define AC_MAX_JSON_MEMBERS 512 /* of all objects of one text together */

/* The wire between authcoded and authcode-login. */
#define AC_WIRE_MAX_FRAME 49152 /* an identity and two texts of claims; or 32 messages */
#define AC_WIRE_MAX_MESSAGES 32 /* PAM_MAX_NUM_MSG */
#define AC_WIRE_MAX_TEXT 512    /* PAM_MAX_MSG_SIZE */
#define AC_WIRE_MAX_ROUNDS 20
#define AC_WIRE_MAX_CHECKS 64 /* users per check connection */
#define AC_WIRE_MAX_ENVIRONMENT 4096
#define AC_WIRE_TICKET_LEN 43     /* base64url of 256 bits */
#define AC_MAX_SERVICE 64         /* PAM service name */
#define AC_MAX_SIGN_IN_SERVICE 58 /* one that people sign in with: "-check" fits behind it */

/* Seconds for one question about an account: a command of claims is given up first,
 * then the request that waits, then the connection. The helper's process ends last,
 * when nobody listens to it any more. */
#define AC_CLAIMS_COMMAND_S 5
#define AC_CHECK_WAIT_S 7
#define AC_CHECK_ANSWER_S 10
#define AC_CHECK_QUESTION_S 12

#endif
