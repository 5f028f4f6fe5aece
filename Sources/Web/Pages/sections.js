// The one peer connection: fixed sections, one offer, never a second one. What we send fills and empties the sending
// sections; the relay decides what plays in the receiving ones, the slots.

export const audioSlots = 3;

/** As many pictures as the screen shows well. */
export function videoSlots() {
  return Math.min(screen.width, screen.height) < 600 ? 4 : 9;
}

/** What the relay carries, best first; the rest of a browser's list would only make the offer long. */
const carriedVideo = [
  (codec) => codec.mimeType === "video/VP8",
  (codec) => codec.mimeType === "video/VP9" && !/profile-id=[1-3]/.test(codec.sdpFmtpLine ?? ""),
  (codec) => codec.mimeType === "video/H264" && /packetization-mode=1/.test(codec.sdpFmtpLine ?? "")
    && /profile-level-id=42/i.test(codec.sdpFmtpLine ?? ""),
  (codec) => codec.mimeType === "video/AV1" && !/profile=[12]/.test(codec.sdpFmtpLine ?? ""),
  (codec) => codec.mimeType === "video/rtx",
];
const carriedAudio = [
  (codec) => codec.mimeType.toLowerCase() === "audio/opus",
  // Each packet of voice once more with the next one: a single loss is not heard.
  (codec) => codec.mimeType.toLowerCase() === "audio/red",
];

export class Sections {
  constructor() {
    this.connection = new RTCPeerConnection({ bundlePolicy: "max-bundle", rtcpMuxPolicy: "require" });
    const send = (kind) => this.#add(kind, "sendonly");
    const receive = (kind, count) => Array.from({ length: count }, () => this.#add(kind, "recvonly"));
    // The order says what is what: the first sending sections are microphone and camera, the second ones the
    // screen's sound and the screen.
    this.sending = { microphone: send("audio"), camera: send("video"), screenSound: send("audio"), screen: send("video") };
    this.audio = receive("audio", audioSlots).map((transceiver, index) => new Slot(transceiver, index));
    this.video = receive("video", videoSlots()).map((transceiver, index) => new Slot(transceiver, index));
  }

  #add(kind, direction) {
    const transceiver = this.connection.addTransceiver(kind, { direction });
    const carried = kind === "audio" ? carriedAudio : carriedVideo;
    const side = direction === "sendonly" ? RTCRtpSender : RTCRtpReceiver;
    const codecs = carried.flatMap((isCarried) => side.getCapabilities(kind).codecs.filter(isCarried));
    try {
      if (codecs.length) transceiver.setCodecPreferences(codecs);
    } catch {
      // A browser that will not be told offers its whole list, which the relay takes as well.
    }
    return transceiver;
  }

  /** Puts a track into a sending section, or empties it. */
  async fill(source, track) {
    await this.sending[source].sender.replaceTrack(track ?? null);
  }

  /** Bounds what the camera sends by how many others there are: with many, each is shown small. */
  async fitCamera(others) {
    const [bitrate, scale] = others <= 1 ? [1_500_000, 1] : others <= 4 ? [700_000, 1.5] : [350_000, 2];
    await this.#tune("camera", (encoding) => {
      if (encoding.maxBitrate === bitrate) return false;
      encoding.maxBitrate = bitrate;
      encoding.scaleResolutionDownBy = scale;
      return true;
    });
  }

  /** Sends a source from now on in the first of these codecs that was agreed on; a browser that cannot choose goes on. */
  async useCodec(source, names) {
    await this.#tune(source, (encoding, agreed) => {
      const isNamed = (name) => ({ mimeType }) => mimeType.toLowerCase().endsWith(`/${name.toLowerCase()}`);
      const codec = names.map((name) => agreed.find(isNamed(name))).find(Boolean);
      if (!codec) return false;
      encoding.codec = codec;
      return true;
    });
  }

  #tuning = Promise.resolve();

  /** Changes how a source is encoded: one change after the other, since a browser refuses those that overlap. */
  #tune(source, change) {
    this.#tuning = this.#tuning.then(async () => {
      const { sender } = this.sending[source];
      const parameters = sender.getParameters();
      const [encoding] = parameters.encodings ?? [];
      if (encoding && change(encoding, parameters.codecs ?? [])) await sender.setParameters(parameters);
    }).catch(() => {});
    return this.#tuning;
  }

  async offer() {
    await this.connection.setLocalDescription();
    return this.connection.localDescription.sdp;
  }

  async accept(answer) {
    await this.connection.setRemoteDescription({ type: "answer", sdp: answer });
  }

  /** Makes new ICE credentials, has `exchange` swap them for the relay's, and takes those. */
  async restart(exchange) {
    const answer = this.connection.remoteDescription.sdp;
    await this.connection.setLocalDescription(await this.connection.createOffer({ iceRestart: true }));
    try {
      const fragment = await exchange(credentialsFragment(this.connection.localDescription.sdp));
      await this.accept(withCredentials(answer, fragment));
    } catch (error) {
      if (this.connection.signalingState === "have-local-offer") {
        await this.connection.setLocalDescription({ type: "rollback" });
      }
      throw error;
    }
  }

  close() {
    this.connection.close();
  }
}

/** One receiving section. */
export class Slot {
  #newest = { timestamp: null, seenAt: 0 };
  #occupied = { csrc: null, rtpTimestamp: undefined };

  constructor(transceiver, index) {
    this.transceiver = transceiver;
    this.index = index;
    this.stream = new MediaStream([transceiver.receiver.track]);
  }

  get mid() {
    return this.transceiver.mid;
  }

  /**
   * Whose packets played last: `{ csrc, age }`, where `age` says for how many milliseconds nothing newer was seen,
   * or `null` before anything has played (or in a browser that does not tell).
   */
  newestSource() {
    const sources = this.transceiver.receiver.getContributingSources?.() ?? [];
    if (!sources.length) return null;
    const newest = sources.reduce((one, other) => (other.timestamp > one.timestamp ? other : one));
    const now = performance.now();
    if (newest.timestamp !== this.#newest.timestamp) this.#newest = { timestamp: newest.timestamp, seenAt: now };
    if (newest.source !== this.#occupied.csrc) {
      this.#occupied = { csrc: newest.source, rtpTimestamp: newest.rtpTimestamp };
    }
    return { csrc: newest.source, age: now - this.#newest.seenAt };
  }

  /**
   * Whether a frame, by its RTP time, is of who plays now. Packets are told of before their frame is painted, and the
   * slot's time only grows: what is older than the newest source's first time is the picture of whoever was here before.
   */
  isOfNewestSource(rtpTimestamp) {
    const first = this.#occupied.rtpTimestamp;
    if (rtpTimestamp === undefined || first === undefined) return true;
    return ((rtpTimestamp - first) | 0) >= 0;
  }
}

/** The part of an offer that RFC 8840 section 9 sends in a PATCH: new credentials under the first section's mid. */
export function credentialsFragment(sdp) {
  const line = (pattern) => sdp.match(pattern)?.[0];
  return [
    line(/^a=group:BUNDLE .*$/m),
    line(/^a=ice-options:.*$/m),
    line(/^a=ice-ufrag:.*$/m),
    line(/^a=ice-pwd:.*$/m),
    line(/^m=.*$/m),
    line(/^a=mid:.*$/m),
  ].filter(Boolean).map((text) => text.trim() + "\r\n").join("");
}

/** An answer with its ICE credentials and candidates replaced by a fragment's. */
export function withCredentials(answer, fragment) {
  const value = (name) => fragment.match(new RegExp(`^a=${name}:.*$`, "m"))?.[0].trim();
  const candidates = [...new Set(fragment.match(/^a=candidate:.*$/gm) ?? [])].map((line) => line.trim());
  const kept = answer.split(/\r?\n/).filter((line) =>
    line !== "" && (candidates.length === 0 || !/^a=(candidate:|end-of-candidates)/.test(line)));
  const lines = kept.map((line) => {
    if (line.startsWith("a=ice-ufrag:")) return value("ice-ufrag");
    if (line.startsWith("a=ice-pwd:")) return value("ice-pwd");
    return line;
  });
  // Bundled sections share one transport, so candidates stand in the first one alone.
  const first = lines.findIndex((line) => line.startsWith("a=mid:"));
  lines.splice(first + 1, 0, ...candidates);
  return lines.join("\r\n") + "\r\n";
}
