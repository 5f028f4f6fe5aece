// What Swift needs of OpenSSL 3.0: the headers, and the macros among them made callable.
#ifndef COPENSSL_H
#define COPENSSL_H

// SHA1_* and SHA256_* are deprecated but are the only hashes of OpenSSL 3 whose state is a plain struct: EVP_MD_CTX
// and EVP_MAC allocate each time a keyed state is reused.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// A DTLS context for SRTP, 1.2 only, of both roles. Any certificate is accepted in the handshake, but there must be one:
// whoever uses the context compares its fingerprint afterwards. NULL on failure.
SSL_CTX *openssl_dtls_context(X509 *certificate, EVP_PKEY *key, const char *srtp_profiles);

// A DTLS connection that reads and writes whole datagrams of at most `mtu` bytes in memory. NULL on failure.
SSL *openssl_dtls_new(SSL_CTX *context, int is_client, unsigned mtu);

// Offers one datagram to the next reads; it must stay valid until the next call of this function.
void openssl_dtls_set_input(SSL *ssl, const void *bytes, size_t length);

// The datagrams written so far, each after its length in two bytes of the machine's order. NULL when there are none.
const unsigned char *openssl_dtls_output(SSL *ssl, size_t *length);
void openssl_dtls_clear_output(SSL *ssl);

// Time until the retransmission timer fires, in microseconds; -1 when it is not set.
long openssl_dtls_timeout(SSL *ssl);
// Retransmits if the timer has fired; -1 when it has fired too often.
int openssl_dtls_handle_timeout(SSL *ssl);

#endif
