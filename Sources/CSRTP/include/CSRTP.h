#ifndef CSRTP_H
#define CSRTP_H
#include <srtp2/srtp.h>
#endif
