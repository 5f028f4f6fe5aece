#define _GNU_SOURCE
#include "CCurl.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct start {
  char name[16];
  void (*body)(void *);
  void *context;
};

static void *thread_main(void *argument) {
  struct start start = *(struct start *)argument;
  free(argument);
  pthread_setname_np(pthread_self(), start.name);
  start.body(start.context);
  return NULL;
}

int fetch_start_thread(const char *name, void (*body)(void *context), void *context) {
  struct start *start = calloc(1, sizeof *start);
  if (!start) return ENOMEM;
  strncpy(start->name, name, sizeof start->name - 1);
  start->body = body;
  start->context = context;
  pthread_t thread;
  int result = pthread_create(&thread, NULL, thread_main, start);
  if (result != 0) free(start);
  else pthread_detach(thread);
  return result;
}

time_t fetch_get_certificate_expiry(CURL *easy) {
  static const char name[] = "Expire date:";
  struct curl_certinfo *info = NULL;
  time_t first = -1;
  if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &info) != CURLE_OK || !info) return first;
  for (int index = 0; index < info->num_of_certs; index++) {
    for (struct curl_slist *line = info->certinfo[index]; line; line = line->next) {
      if (strncmp(line->data, name, sizeof name - 1) != 0) continue;
      time_t expiry = curl_getdate(line->data + sizeof name - 1, NULL);
      if (expiry >= 0 && (first < 0 || expiry < first)) first = expiry;
    }
  }
  return first;
}
