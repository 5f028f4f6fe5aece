// libopus with the controls that its variadic function hides.
#ifndef COPUS_H
#define COPUS_H

#include <opus/opus.h>
#include <stddef.h>

// An encoder for one voice: `bitrate` in bit/s, super-wideband, variable bit rate, without FEC and DTX. NULL when
// libopus refuses.
static inline OpusEncoder *opus_voice_encoder(opus_int32 bitrate) {
  int error = OPUS_OK;
  OpusEncoder *encoder = opus_encoder_create(48000, 1, OPUS_APPLICATION_VOIP, &error);
  if (!encoder) return NULL;
  if (opus_encoder_ctl(encoder, OPUS_SET_BITRATE(bitrate)) != OPUS_OK
      || opus_encoder_ctl(encoder, OPUS_SET_BANDWIDTH(OPUS_BANDWIDTH_SUPERWIDEBAND)) != OPUS_OK
      || opus_encoder_ctl(encoder, OPUS_SET_VBR(1)) != OPUS_OK
      || opus_encoder_ctl(encoder, OPUS_SET_INBAND_FEC(0)) != OPUS_OK
      || opus_encoder_ctl(encoder, OPUS_SET_DTX(0)) != OPUS_OK) {
    opus_encoder_destroy(encoder);
    return NULL;
  }
  return encoder;
}

#endif
