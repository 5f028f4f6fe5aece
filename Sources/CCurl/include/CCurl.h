// libcurl with its variadic functions made callable, one for each type of argument, and a thread to run it on.
#ifndef CCURL_H
#define CCURL_H

#include <curl/curl.h>

static inline CURLcode fetch_set_long(CURL *easy, CURLoption option, long value) {
  return curl_easy_setopt(easy, option, value);
}

// libcurl copies strings.
static inline CURLcode fetch_set_string(CURL *easy, CURLoption option, const char *value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode fetch_set_pointer(CURL *easy, CURLoption option, void *value) {
  return curl_easy_setopt(easy, option, value);
}

typedef size_t (*fetch_data_callback)(char *data, size_t size, size_t count, void *context);

static inline CURLcode fetch_set_data_callback(CURL *easy, CURLoption option, fetch_data_callback callback) {
  return curl_easy_setopt(easy, option, callback);
}

// Copies the bytes.
static inline CURLcode fetch_set_body(CURL *easy, const void *bytes, long count) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
  return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, bytes);
}

static inline long fetch_get_long(CURL *easy, CURLINFO info) {
  long value = 0;
  curl_easy_getinfo(easy, info, &value);
  return value;
}

static inline long fetch_get_offset(CURL *easy, CURLINFO info) {
  curl_off_t value = 0;
  curl_easy_getinfo(easy, info, &value);
  return (long)value;
}

static inline const char *fetch_get_string(CURL *easy, CURLINFO info) {
  char *value = NULL;
  curl_easy_getinfo(easy, info, &value);
  return value;
}

static inline void *fetch_get_private(CURL *easy) {
  void *value = NULL;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &value);
  return value;
}

// Swift cannot see macros with casts.
enum { FETCH_AUTH_BASIC = 1 };
_Static_assert(FETCH_AUTH_BASIC == CURLAUTH_BASIC, "libcurl's number for basic authentication");

// Seconds since 1970 until the first of the server's certificates expires, -1 where none was shown. Needs
// CURLOPT_CERTINFO.
time_t fetch_get_certificate_expiry(CURL *easy);

// Runs body(context) on a detached thread of that name; returns 0 or errno.
int fetch_start_thread(const char *name, void (*body)(void *context), void *context);

#endif
