// This person's microphone, camera and screen: what they may use, what is switched on, what went wrong.

const camera = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };
const microphone = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/**
 * Says `change` whenever a track or a switch changes. `problem` is the key of a text, or null.
 */
export class Devices extends EventTarget {
  /** The live tracks; null while off or missing. */
  tracks = { microphone: null, camera: null, screen: null, screenSound: null };
  /** How the person wants them, kept while a device is missing. */
  wanted = { microphone: true, camera: true };
  /** Ids of chosen devices. */
  chosen = { microphone: null, camera: null };
  problem = null;
  starting = false;

  /** Asks for what is wanted: both at once so that the browser asks once, then each alone. */
  async open() {
    if (!navigator.mediaDevices?.getUserMedia) {
      this.#report(window.isSecureContext ? "unsupported" : "insecure");
      return;
    }
    this.starting = true;
    this.#changed();
    const failures = {};
    try {
      this.#keep(await capture({ microphone: this.#constraints("microphone"), camera: this.#constraints("camera") }));
    } catch {
      // One of the two fails both, and not every browser says which.
      for (const source of ["microphone", "camera"]) {
        if (!this.wanted[source]) continue;
        try {
          this.#keep(await capture({ [source]: this.#constraints(source) }));
        } catch (error) {
          failures[source] = error.name;
        }
      }
    }
    this.starting = false;
    for (const source of ["microphone", "camera"]) this.wanted[source] &&= this.tracks[source] !== null;
    this.#report(describe(failures));
  }

  /** Switches the microphone or the camera; resolves when it is done or has failed. */
  async set(source, on) {
    this.wanted[source] = on;
    if (!on) {
      this.#drop(source);
      this.#report(null);
      return;
    }
    if (this.tracks[source]) return;
    try {
      this.#keep(await capture({ [source]: this.#constraints(source) }));
      // It may have been switched off again while the browser asked.
      if (!this.wanted[source]) this.#drop(source);
      this.#report(null);
    } catch (error) {
      this.wanted[source] = false;
      this.#report(describe({ [source]: error.name }));
    }
  }

  /** Takes another microphone or camera from now on. */
  async choose(source, id) {
    this.chosen[source] = id || null;
    if (!this.tracks[source]) return;
    this.#drop(source);
    await this.set(source, true);
  }

  /** Microphones and cameras by kind, for a list to choose from. */
  async list() {
    const all = await navigator.mediaDevices?.enumerateDevices?.() ?? [];
    return {
      microphone: all.filter((device) => device.kind === "audioinput"),
      camera: all.filter((device) => device.kind === "videoinput"),
    };
  }

  get canShareScreen() {
    return Boolean(navigator.mediaDevices?.getDisplayMedia);
  }

  async shareScreen() {
    try {
      const stream = await navigator.mediaDevices.getDisplayMedia({
        video: { frameRate: { max: 15 } }, audio: true,
      });
      const [picture] = stream.getVideoTracks();
      const [sound] = stream.getAudioTracks();
      picture.contentHint = "detail";
      this.#hold("screen", picture, () => this.stopScreen());
      if (sound) this.#hold("screenSound", sound, () => {});
      this.#changed();
    } catch (error) {
      this.#report(error.name === "NotAllowedError" || error.name === "AbortError" ? "screenRefused" : "unsupported");
    }
  }

  stopScreen() {
    this.#drop("screen");
    this.#drop("screenSound");
    this.#changed();
  }

  close() {
    for (const source of Object.keys(this.tracks)) this.#drop(source);
    this.#changed();
  }

  #constraints(source) {
    if (!this.wanted[source]) return false;
    const wish = source === "camera" ? camera : microphone;
    return this.chosen[source] ? { ...wish, deviceId: { exact: this.chosen[source] } } : wish;
  }

  #keep(stream) {
    for (const track of stream.getTracks()) {
      const source = track.kind === "audio" ? "microphone" : "camera";
      this.#drop(source);
      this.#hold(source, track, () => {
        this.#drop(source);
        this.wanted[source] = false;
        this.#report(source === "camera" ? "cameraLost" : "microphoneLost");
      });
    }
  }

  #hold(source, track, ended) {
    this.tracks[source] = track;
    track.addEventListener("ended", () => {
      if (this.tracks[source] === track) ended();
    });
  }

  #drop(source) {
    const track = this.tracks[source];
    this.tracks[source] = null;
    // Stopping, not muting, puts out the camera's light and sends nothing.
    track?.stop();
  }

  #report(problem) {
    this.problem = problem;
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

function capture({ microphone = false, camera = false }) {
  if (!microphone && !camera) return new MediaStream();
  return navigator.mediaDevices.getUserMedia({ audio: microphone, video: camera });
}

/** The text for what failed, by the errors' names. */
function describe(failures) {
  const refused = (source) => failures[source] === "NotAllowedError" || failures[source] === "SecurityError";
  const missing = (source) => failures[source] === "NotFoundError" || failures[source] === "OverconstrainedError";
  if (refused("microphone") && refused("camera")) return "devicesRefused";
  if (refused("microphone")) return "microphoneRefused";
  if (refused("camera")) return "cameraRefused";
  if (missing("microphone") && missing("camera")) return "noDevices";
  if (failures.microphone && !missing("microphone")) return "microphoneBusy";
  if (failures.camera && !missing("camera")) return "cameraBusy";
  if (missing("microphone")) return "noMicrophone";
  if (missing("camera")) return "noCamera";
  return null;
}
