// The list of who is here, with microphone, camera and voice.

import { language, text } from "./strings.js";
import { colour, icon, initial } from "./stage.js";

const order = new Intl.Collator(language);

export class People {
  #panel = document.getElementById("people-panel");
  #list = document.getElementById("roster");
  #count = document.getElementById("people-count");
  #badge = document.getElementById("people-badge");
  #button = document.getElementById("people");
  #meeting = null;

  constructor() {
    this.#button.addEventListener("click", () => this.toggle());
    document.getElementById("people-close").addEventListener("click", () => this.toggle(false));
  }

  show(meeting) {
    this.#meeting = meeting;
    meeting?.addEventListener("roster", () => this.#draw());
    meeting?.addEventListener("speaking", () => this.#drawSpeaking());
    meeting?.addEventListener("state", () => this.#draw());
    this.#draw();
  }

  get isOpen() {
    return !this.#panel.hidden;
  }

  toggle(open = this.#panel.hidden) {
    this.#panel.hidden = !open;
    this.#button.setAttribute("aria-expanded", String(open));
    this.#button.dispatchEvent(new Event("toggled"));
    if (open) document.getElementById("people-close").focus({ focusVisible: false });
    else this.#button.focus({ focusVisible: false });
  }

  #draw() {
    const meeting = this.#meeting;
    const entries = [...meeting?.roster.values() ?? []].sort((one, other) =>
      Number(other.participant === meeting.self) - Number(one.participant === meeting.self)
      || order.compare(one.name, other.name));
    this.#count.textContent = text("count", { count: entries.length });
    this.#badge.textContent = entries.length > 1 ? String(entries.length) : "";
    this.#list.replaceChildren(...entries.map((entry) => item(entry, entry.participant === meeting.self)));
    this.#drawSpeaking();
  }

  #drawSpeaking() {
    for (const element of this.#list.children) {
      const isSpeaking = this.#meeting?.speaking.includes(element.dataset.participant) ?? false;
      element.classList.toggle("speaking", isSpeaking);
      element.querySelector(".voice").textContent = isSpeaking ? text("stateSpeaking") : "";
    }
  }
}

function item(entry, isSelf) {
  const name = entry.name || text("unnamed");
  const element = document.createElement("li");
  element.dataset.participant = entry.participant;
  const face = Object.assign(document.createElement("span"), { className: "face", textContent: initial(name) });
  face.dataset.colour = String(colour(name));
  face.ariaHidden = "true";
  const label = Object.assign(document.createElement("span"), { className: "label" });
  const isViewer = entry.kind === "whep";
  label.append(
    Object.assign(document.createElement("span"), {
      className: "name",
      textContent: isSelf ? text("you", { name }) : isViewer ? text("viewer", { name }) : name,
    }),
    Object.assign(document.createElement("span"), { className: "voice" }),
  );
  element.append(face, label);
  if (!isViewer) {
    element.append(
      state("microphone", entry.microphone, entry.microphone ? "stateMicrophoneOn" : "stateMicrophoneOff"),
      state("camera", entry.camera, entry.camera ? "stateCameraOn" : "stateCameraOff"));
  }
  return element;
}

function state(name, on, key) {
  const element = Object.assign(document.createElement("span"), { className: `state ${name} ${on ? "on" : "off"}` });
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", text(key));
  element.title = text(key);
  element.append(on ? icon(name) : icon(name, "slash"));
  return element;
}
