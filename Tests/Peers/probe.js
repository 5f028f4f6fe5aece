// Counts what this page receives by contributing source, so that a test can say whose picture was decoded and whose
// voice was heard. Installed before the page's own scripts; reads only `window.kakehashi`.
window.probe = (() => {
  /** csrc → { frames, energy, videoPackets, audioPackets, hertz } */
  const sources = new Map();
  const before = new Map();
  const analysers = new Map();
  let context = null;

  const entry = (csrc) => {
    if (!sources.has(csrc)) sources.set(csrc, { frames: 0, energy: 0, videoPackets: 0, audioPackets: 0, hertz: null });
    return sources.get(csrc);
  };

  /** The source of the newest packet a receiver played. */
  const newest = (receiver) =>
    receiver.getContributingSources().reduce((one, other) => (one && one.timestamp >= other.timestamp ? one : other), null)
      ?.source ?? null;

  /** The strongest pitch that a slot plays, or null while it is quiet. */
  const pitch = (slot) => {
    context ??= new AudioContext();
    if (!analysers.has(slot.stream.id)) {
      const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
      context.createMediaStreamSource(slot.stream).connect(analyser);
      analysers.set(slot.stream.id, analyser);
    }
    const analyser = analysers.get(slot.stream.id);
    const levels = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(levels);
    let best = 0;
    for (let bin = 1; bin < levels.length; bin += 1) if (levels[bin] > levels[best]) best = bin;
    return levels[best] > -70 ? (best * context.sampleRate) / analyser.fftSize : null;
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
        counts.energy += report.totalAudioEnergy - last.report.totalAudioEnergy;
        counts.hertz = pitch(slot) ?? counts.hertz;
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
          hertz: next.hertz ?? sum.hertz,
        }))]));
    },

    /** The colour in the middle of somebody's tile as [red, green, blue]; null while it shows no picture. */
    pixel(name) {
      const { roster } = window.kakehashi;
      const one = roster.find((one) => one.name === name);
      const tile = one && document.querySelector(`.tile.camera.has-picture:not(.self)[data-participant="${one.participant}"]`);
      const video = tile?.querySelector("video");
      if (!video?.videoWidth) return null;
      const canvas = new OffscreenCanvas(1, 1);
      const drawing = canvas.getContext("2d");
      drawing.drawImage(video, video.videoWidth / 2, video.videoHeight / 2, 1, 1, 0, 0, 1, 1);
      return [...drawing.getImageData(0, 0, 1, 1).data].slice(0, 3);
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
