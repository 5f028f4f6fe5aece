// The entrance: who am I, which room, and do my microphone and camera work.

import { text } from "./strings.js";

const reserved = /[/\\?#%]/;
const remembered = "kakehashi.name";

export class Lobby extends EventTarget {
  #element = document.getElementById("lobby");
  #form = document.getElementById("join-form");
  #name = document.getElementById("name");
  #room = document.getElementById("room");
  #video = document.getElementById("preview-video");
  #blank = document.getElementById("preview-blank");
  #meter = document.getElementById("level");
  #lead = document.getElementById("entrance-lead");
  #level = null;

  /** Says `join` with `{ name, room }` in detail. */
  constructor(devices) {
    super();
    this.devices = devices;
    this.#name.value = localStorage.getItem(remembered) ?? "";
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#room.addEventListener("input", () => this.#titleRoom());
    for (const source of ["microphone", "camera"]) {
      const choice = document.getElementById(`${source}-choice`);
      choice.addEventListener("change", () => devices.choose(source, choice.value));
    }
    document.getElementById("try-again").addEventListener("click", () => location.reload());
    document.getElementById("devices").addEventListener("toggle", () => this.#listDevices());
    navigator.mediaDevices?.addEventListener?.("devicechange", () => this.#listDevices());
    devices.addEventListener("change", () => this.#draw());
  }

  show(room, noticeText = "") {
    this.#element.hidden = false;
    this.#open(true);
    if (room) this.#room.value = room;
    this.#titleRoom();
    this.notice(noticeText);
    this.#draw();
    (this.#name.value ? (this.#room.value ? document.getElementById("join") : this.#room) : this.#name)
      .focus({ focusVisible: false, preventScroll: true });
  }

  hide() {
    this.#element.hidden = true;
    this.#video.srcObject = null;
    this.#stopLevel();
  }

  /** Shows why nobody is let in, and what to do, in place of the form; `code` is the relay's. */
  close(code) {
    this.#element.hidden = false;
    this.#open(false);
    document.getElementById("entrance-title").textContent = text(`closed_${code}`);
    this.#lead.textContent = text(`refused_${code}`);
    document.title = text(`closed_${code}`);
    // Only time mends that by itself; everything else needs another link.
    document.getElementById("try-again").hidden = code !== "token_not_yet_valid";
  }

  #open(isOpen) {
    this.#element.classList.toggle("closed", !isOpen);
    for (const id of ["preview", "join-form"]) document.getElementById(id).hidden = !isOpen;
    if (!isOpen) return;
    document.getElementById("try-again").hidden = true;
    this.#lead.textContent = text("lead");
  }

  /** The invitation says what the guest is called; null where they choose. */
  giveName(name) {
    this.#name.readOnly = name !== null;
    if (name !== null) this.#name.value = name;
    document.getElementById("name-given").hidden = name === null;
  }

  notice(message) {
    const notice = document.getElementById("lobby-notice");
    notice.textContent = message;
    notice.hidden = !message;
  }

  #submit() {
    const name = this.#name.value.trim();
    const room = this.#room.value.trim();
    const nameProblem = name ? "" : text("nameMissing");
    const roomProblem = !room ? text("roomMissing") : isReserved(room) ? text("roomReserved") : "";
    this.#complain(this.#name, nameProblem);
    this.#complain(this.#room, roomProblem);
    if (nameProblem) this.#name.focus();
    else if (roomProblem) this.#room.focus();
    if (nameProblem || roomProblem) return;
    if (!this.#name.readOnly) localStorage.setItem(remembered, name);
    this.dispatchEvent(new CustomEvent("join", { detail: { name, room } }));
  }

  #complain(input, problem) {
    document.getElementById(`${input.id}-problem`).textContent = problem;
    if (problem) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }

  #titleRoom() {
    const room = this.#room.value.trim();
    document.getElementById("entrance-title").textContent = room ? text("welcomeTo", { room }) : text("welcome");
  }

  #draw() {
    if (this.#element.hidden) return;
    const { tracks, problem, starting } = this.devices;
    const shown = this.#video.srcObject?.getVideoTracks()[0] ?? null;
    if (shown !== tracks.camera) {
      this.#video.srcObject = tracks.camera ? new MediaStream([tracks.camera]) : null;
    }
    this.#blank.hidden = tracks.camera !== null;
    this.#blank.textContent = starting ? text("previewStarting") : text("previewOff");
    const notice = document.getElementById("device-notice");
    notice.textContent = problem ? text(problem) : "";
    notice.hidden = !problem;
    this.#showLevel(tracks.microphone);
  }

  #showLevel(track) {
    if (this.#level?.track === track) return;
    this.#stopLevel();
    if (!track) return;
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 1024 });
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      // −60 dB to 0 dB on the meter's length.
      this.#meter.value = Math.max(0, 1 + Math.log10(power + 1e-9) / 6);
    }, 100);
    this.#level = { track, context, timer };
  }

  #stopLevel() {
    if (!this.#level) return;
    clearInterval(this.#level.timer);
    this.#level.context.close();
    this.#level = null;
    this.#meter.value = 0;
  }

  async #listDevices() {
    const found = await this.devices.list();
    for (const [source, devices] of Object.entries(found)) {
      const choice = document.getElementById(`${source}-choice`);
      const current = this.devices.tracks[source]?.getSettings().deviceId;
      choice.replaceChildren(...devices.map((device, index) => new Option(
        device.label || text("unnamedDevice", { number: index + 1 }), device.deviceId,
        false, device.deviceId === current)));
      choice.disabled = devices.length === 0;
    }
  }
}

/** What a room may not be called: see `RoomName` of the interface. */
function isReserved(room) {
  return reserved.test(room) || [".", "..", "*"].includes(room);
}
