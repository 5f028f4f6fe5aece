#include "COpenSSL.h"

#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

// A BIO that keeps datagrams whole. OpenSSL's memory BIO would join the records of a flight into one stream.

struct datagrams {
  const unsigned char *input;
  size_t input_length;
  unsigned char *output;
  size_t output_length;
  size_t output_capacity;
};

// More than the longest flight; what does not fit is lost, as on a network, and sent again by the timer.
static const size_t largest_output = 64 * 1024;

static int datagrams_create(BIO *bio) {
  struct datagrams *datagrams = calloc(1, sizeof *datagrams);
  if (!datagrams) return 0;
  BIO_set_data(bio, datagrams);
  BIO_set_init(bio, 1);
  return 1;
}

static int datagrams_destroy(BIO *bio) {
  struct datagrams *datagrams = BIO_get_data(bio);
  if (datagrams) free(datagrams->output);
  free(datagrams);
  BIO_set_data(bio, NULL);
  return 1;
}

static int datagrams_read(BIO *bio, char *bytes, int capacity) {
  struct datagrams *datagrams = BIO_get_data(bio);
  BIO_clear_retry_flags(bio);
  if (!datagrams->input || datagrams->input_length == 0) {  // Zero would mean the end of a stream.
    datagrams->input = NULL;
    BIO_set_retry_read(bio);
    return -1;
  }
  // What the reader has no room for is cut off, as recv(2) does.
  size_t length = datagrams->input_length < (size_t)capacity ? datagrams->input_length : (size_t)capacity;
  memcpy(bytes, datagrams->input, length);
  datagrams->input = NULL;
  return (int)length;
}

static int datagrams_write(BIO *bio, const char *bytes, int length) {
  struct datagrams *datagrams = BIO_get_data(bio);
  BIO_clear_retry_flags(bio);
  if (length <= 0) return length;
  size_t needed = datagrams->output_length + 2 + (size_t)length;
  if (needed > largest_output) return length;
  if (needed > datagrams->output_capacity) {
    size_t capacity = needed + 2048;
    unsigned char *grown = realloc(datagrams->output, capacity);
    if (!grown) return length;
    datagrams->output = grown;
    datagrams->output_capacity = capacity;
  }
  unsigned short count = (unsigned short)length;
  memcpy(datagrams->output + datagrams->output_length, &count, 2);
  memcpy(datagrams->output + datagrams->output_length + 2, bytes, (size_t)length);
  datagrams->output_length = needed;
  return length;
}

static long datagrams_control(BIO *bio, int command, long argument, void *pointer) {
  (void)bio, (void)argument, (void)pointer;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

static BIO_METHOD *datagrams_method;
static CRYPTO_ONCE datagrams_once = CRYPTO_ONCE_STATIC_INIT;

static void make_datagrams_method(void) {
  BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagrams");
  if (!method) return;
  BIO_meth_set_create(method, datagrams_create);
  BIO_meth_set_destroy(method, datagrams_destroy);
  BIO_meth_set_read(method, datagrams_read);
  BIO_meth_set_write(method, datagrams_write);
  BIO_meth_set_ctrl(method, datagrams_control);
  datagrams_method = method;
}

static int accept_any_certificate(X509_STORE_CTX *store, void *argument) {
  (void)store, (void)argument;
  return 1;
}

// RFC 6347 begins at 1 s, which on a lossy path is most of what joining takes; browsers begin at 50 to 100 ms.
static unsigned next_timeout(SSL *ssl, unsigned current_microseconds) {
  (void)ssl;
  if (current_microseconds == 0) return 100 * 1000;
  return current_microseconds < 1600 * 1000 ? current_microseconds * 2 : 3200 * 1000;
}

SSL_CTX *openssl_dtls_context(X509 *certificate, EVP_PKEY *key, const char *srtp_profiles) {
  SSL_CTX *context = SSL_CTX_new(DTLS_method());
  if (!context) return NULL;
  SSL_CTX_set_options(context, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION
      | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
  SSL_CTX_set_cert_verify_callback(context, accept_any_certificate, NULL);
  if (SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) != 1
      || SSL_CTX_set_max_proto_version(context, DTLS1_2_VERSION) != 1
      || SSL_CTX_set_cipher_list(context, "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
             "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:"
             "ECDHE-RSA-CHACHA20-POLY1305") != 1
      || SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384") != 1
      || SSL_CTX_use_certificate(context, certificate) != 1 || SSL_CTX_use_PrivateKey(context, key) != 1
      // This one returns zero when it succeeds.
      || SSL_CTX_set_tlsext_use_srtp(context, srtp_profiles) != 0) {
    SSL_CTX_free(context);
    return NULL;
  }
  return context;
}

SSL *openssl_dtls_new(SSL_CTX *context, int is_client, unsigned mtu) {
  if (CRYPTO_THREAD_run_once(&datagrams_once, make_datagrams_method) != 1 || !datagrams_method) return NULL;
  SSL *ssl = SSL_new(context);
  BIO *bio = BIO_new(datagrams_method);
  if (!ssl || !bio) {
    SSL_free(ssl);
    BIO_free(bio);
    return NULL;
  }
  SSL_set_bio(ssl, bio, bio);
  SSL_set_mtu(ssl, mtu);
  DTLS_set_timer_cb(ssl, next_timeout);
  if (is_client) SSL_set_connect_state(ssl);
  else SSL_set_accept_state(ssl);
  return ssl;
}

// Not of the BIO to write to: during a handshake a buffering one stands before ours.
static struct datagrams *datagrams_of(SSL *ssl) {
  return BIO_get_data(SSL_get_rbio(ssl));
}

void openssl_dtls_set_input(SSL *ssl, const void *bytes, size_t length) {
  struct datagrams *datagrams = datagrams_of(ssl);
  datagrams->input = bytes;
  datagrams->input_length = length;
}

const unsigned char *openssl_dtls_output(SSL *ssl, size_t *length) {
  struct datagrams *datagrams = datagrams_of(ssl);
  *length = datagrams->output_length;
  return datagrams->output_length ? datagrams->output : NULL;
}

void openssl_dtls_clear_output(SSL *ssl) {
  struct datagrams *datagrams = datagrams_of(ssl);
  free(datagrams->output);
  datagrams->output = NULL;
  datagrams->output_length = 0;
  datagrams->output_capacity = 0;
}

long openssl_dtls_timeout(SSL *ssl) {
  struct timeval left;
  if (DTLSv1_get_timeout(ssl, &left) != 1) return -1;
  return left.tv_sec * 1000000L + left.tv_usec;
}

int openssl_dtls_handle_timeout(SSL *ssl) {
  return (int)DTLSv1_handle_timeout(ssl);
}
