// Counts what this page receives by contributing source, so that a test can say whose picture was decoded and whose
// voice was heard. Installed before the page's own scripts; reads only `window.kakehashi`.
window.probe = (() => {
  /** csrc → { frames, energy, videoPackets, audioPackets, audioBytes } */
  const sources = new Map();
  const before = new Map();
  const views = new Set();

  const entry = (csrc) => {
    if (!sources.has(csrc)) sources.set(csrc, { frames: 0, energy: 0, videoPackets: 0, audioPackets: 0, audioBytes: 0 });
    return sources.get(csrc);
  };

  /** The source of the newest packet a receiver played. */
  const newest = (receiver) =>
    receiver.getContributingSources().reduce((one, other) => (one && one.timestamp >= other.timestamp ? one : other), null)
      ?.source ?? null;

  /** Half a second of what a slot plays, decoded. An AudioContext would do, but in Firefox none runs without a sound card. */
  const record = async (slot) => {
    const recorder = new MediaRecorder(slot.stream);
    const recording = new Promise((resolve) => (recorder.ondataavailable = ({ data }) => resolve(data)));
    recorder.start();
    await new Promise((resolve) => setTimeout(resolve, 500));
    recorder.stop();
    const bytes = await (await recording).arrayBuffer();
    return (await new OfflineAudioContext(1, 1, 48_000).decodeAudioData(bytes)).getChannelData(0);
  };

  /** The strongest of the pitches from 300 to 2000 Hz, or null in silence. */
  const strongest = (samples) => {
    if (!samples.some((sample) => Math.abs(sample) > 0.01)) return null;
    let best = { hertz: 0, power: 0 };
    for (let hertz = 300; hertz <= 2_000; hertz += 10) {
      // Goertzel's filter.
      const factor = 2 * Math.cos((2 * Math.PI * hertz) / 48_000);
      let [last, former] = [0, 0];
      for (const sample of samples) [last, former] = [sample + factor * last - former, last];
      const power = last * last + former * former - factor * last * former;
      if (power > best.power) best = { hertz, power };
    }
    return best.hertz;
  };

  /** The middle of a tile's picture as [red, green, blue]; null while it shows none. */
  const middle = (tile) => {
    const video = tile?.classList.contains("has-picture") && tile.querySelector("video");
    if (!video?.videoWidth) return null;
    const canvas = new OffscreenCanvas(1, 1);
    const drawing = canvas.getContext("2d");
    drawing.drawImage(video, video.videoWidth / 2, video.videoHeight / 2, 1, 1, 0, 0, 1, 1);
    return [...drawing.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };

  const look = async () => {
    const { meeting, connection } = window.kakehashi ?? {};
    if (!connection || connection.connectionState !== "connected") return;
    const reports = [...(await connection.getStats()).values()].filter((report) => report.type === "inbound-rtp");
    for (const slot of [...meeting.sections.audio, ...meeting.sections.video]) {
      const report = reports.find((report) => report.mid === slot.mid);
      const csrc = newest(slot.transceiver.receiver);
      if (!report || csrc === null) continue;
      const key = `${connection.__probe ??= Math.random()} ${slot.mid}`;
      const last = before.get(key);
      before.set(key, { csrc, report });
      // What came between two looks is somebody's for certain only if both looks saw the same source.
      if (!last || last.csrc !== csrc) continue;
      const counts = entry(csrc);
      const packets = report.packetsReceived - last.report.packetsReceived;
      if (report.kind === "video") {
        counts.videoPackets += packets;
        counts.frames += (report.framesDecoded ?? 0) - (last.report.framesDecoded ?? 0);
      } else {
        counts.audioPackets += packets;
        counts.audioBytes += report.bytesReceived - last.report.bytesReceived;
        counts.energy += report.totalAudioEnergy - last.report.totalAudioEnergy;
      }
    }
  };

  let looking = false;
  setInterval(async () => {
    if (looking) return;
    looking = true;
    try {
      await look();
    } finally {
      looking = false;
    }
  }, 200);

  return {
    /** What came of each person in the roster but oneself: by name. */
    heard() {
      const { roster, participant } = window.kakehashi;
      return Object.fromEntries(roster.filter((one) => one.participant !== participant).map((one) => [one.name,
        one.csrcs.map(entry).reduce((sum, next) => ({
          frames: sum.frames + next.frames, energy: sum.energy + next.energy,
          videoPackets: sum.videoPackets + next.videoPackets, audioPackets: sum.audioPackets + next.audioPackets,
          audioBytes: sum.audioBytes + next.audioBytes,
        }))]));
    },

    /** The pitch at which somebody is heard now; null in silence, or while another voice takes the slot. */
    async hertz(name) {
      const { meeting, roster } = window.kakehashi;
      const csrcs = roster.find((one) => one.name === name)?.csrcs ?? [];
      const plays = (slot) => csrcs.includes(newest(slot.transceiver.receiver));
      const slot = meeting.sections.audio.find(plays);
      if (!slot) return null;
      // A recording into which nothing came yet cannot be decoded.
      const samples = await record(slot).catch(() => []);
      return plays(slot) ? strongest(samples) : null;
    },

    /** The colour in the middle of somebody's tile as [red, green, blue]; null while it shows no picture. */
    pixel([name, source]) {
      const { roster } = window.kakehashi;
      const one = roster.find((one) => one.name === name);
      return one ? middle(document.querySelector(`.tile.${source}:not(.self)[data-participant="${one.participant}"]`)) : null;
    },

    /** Looks at all tiles 20 times a second from now on. */
    watchTiles() {
      setInterval(() => {
        for (const tile of document.querySelectorAll(".tile.camera:not(.self)")) {
          const pixel = middle(tile);
          if (pixel) views.add(JSON.stringify([tile.querySelector("figcaption").textContent, pixel]));
        }
      }, 50);
    },

    /** Every colour that a tile has shown since, with the name it bore: `[name, [red, green, blue]]`. */
    get views() { return [...views].map((view) => JSON.parse(view)); },

    /**
     * How voice and picture of somebody lie to one another: the slots they are in, and by how many milliseconds of the
     * sender's time the picture is ahead of the voice. Null while one of them does not play.
     */
    async lag(name) {
      const { meeting, connection, roster } = window.kakehashi;
      const csrcs = roster.find((one) => one.name === name)?.csrcs ?? [];
      const playing = (slots) => slots.find((slot) => csrcs.includes(newest(slot.transceiver.receiver)));
      const [voice, picture] = [playing(meeting.sections.audio), playing(meeting.sections.video)];
      if (!voice || !picture) return null;
      const reports = [...(await connection.getStats()).values()].filter((report) => report.type === "inbound-rtp");
      const playout = (slot) => reports.find((report) => report.mid === slot.mid)?.estimatedPlayoutTimestamp;
      if (!playout(voice) || !playout(picture)) return null;
      return { voice: voice.index, picture: picture.index, milliseconds: playout(picture) - playout(voice) };
    },

    /** How somebody's voice and picture come: the MIME types of the slots that play them now. */
    async codecs(name) {
      const { meeting, connection, roster } = window.kakehashi;
      const csrcs = roster.find((one) => one.name === name)?.csrcs ?? [];
      const reports = await connection.getStats();
      const found = {};
      for (const slot of [...meeting.sections.audio, ...meeting.sections.video]) {
        if (!csrcs.includes(newest(slot.transceiver.receiver))) continue;
        const report = [...reports.values()].find((one) => one.type === "inbound-rtp" && one.mid === slot.mid);
        if (report?.codecId) found[report.kind] = reports.get(report.codecId).mimeType;
      }
      return found;
    },

    /**
     * By how many milliseconds somebody's picture flashes later than the beep of the same second is heard, for the next
     * few seconds; both as this page would show and play them.
     */
    async flashes(name, seconds = 4) {
      const { meeting, roster } = window.kakehashi;
      const one = roster.find((one) => one.name === name);
      const voice = meeting.sections.audio.find((slot) => one.csrcs.includes(newest(slot.transceiver.receiver)));
      const video = document.querySelector(`.tile.camera.has-picture[data-participant="${one.participant}"] video`);
      if (!voice || !video) return [];
      const context = new AudioContext();
      const analyser = new AnalyserNode(context, { fftSize: 256 });
      context.createMediaStreamSource(voice.stream).connect(analyser);
      const samples = new Float32Array(analyser.fftSize);
      const canvas = new OffscreenCanvas(1, 1);
      const drawing = canvas.getContext("2d", { willReadFrequently: true });

      const isLoud = () => {
        analyser.getFloatTimeDomainData(samples);
        return samples.some((sample) => Math.abs(sample) > 0.03);
      };
      const isLight = () => {
        drawing.drawImage(video, video.videoWidth / 2, video.videoHeight / 8, 1, 1, 0, 0, 1, 1);
        // The brightest of its channels, whatever the colour.
        return Math.max(...drawing.getImageData(0, 0, 1, 1).data.slice(0, 3)) > 180;
      };
      // Beginnings alone: what was going on when the look began says nothing.
      const beginnings = (isOn, times) => {
        let lastOn = performance.now();
        return (now) => {
          if (!isOn()) return;
          if (now - lastOn > 200) times.push(now);
          lastOn = now;
        };
      };
      const [beeps, lights] = [[], []];
      const listen = beginnings(isLoud, beeps);
      const see = beginnings(isLight, lights);
      const listening = setInterval(() => listen(performance.now()), 5);
      let isWatching = true;
      const watch = (now) => {
        see(now);
        if (isWatching) video.requestVideoFrameCallback(watch);
      };
      video.requestVideoFrameCallback(watch);
      await new Promise((resolve) => setTimeout(resolve, 1_000 * seconds));
      isWatching = false;
      clearInterval(listening);
      await context.close();
      const nearest = (light) => beeps.map((beep) => light - beep).sort((one, other) => Math.abs(one) - Math.abs(other))[0];
      return lights.map(nearest).filter((lag) => Math.abs(lag) < 500);
    },

    /** Packets this page has sent from its camera and its microphone. */
    async sent() {
      const { meeting, connection } = window.kakehashi;
      const packets = async (source) => {
        const stats = await meeting.sections.sending[source].sender.getStats();
        return [...stats.values()].find((report) => report.type === "outbound-rtp")?.packetsSent ?? 0;
      };
      return connection ? { camera: await packets("camera"), microphone: await packets("microphone") } : null;
    },
  };
})();
