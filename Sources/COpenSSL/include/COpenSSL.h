// What Swift needs of OpenSSL 3.0: the headers, and the macros among them made callable.
#ifndef COPENSSL_H
#define COPENSSL_H

// SHA1_* and SHA256_* are deprecated but are the only hashes of OpenSSL 3 whose state is a plain struct: EVP_MD_CTX
// and EVP_MAC allocate each time a keyed state is reused.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#endif
