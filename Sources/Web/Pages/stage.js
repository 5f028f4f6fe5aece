// The tiles: one for each participant who is shown, one more for a shared screen. A tile shows a picture only while
// the newest packets of a slot are its participant's; until then it shows who that is.

import { text } from "./strings.js";

const gap = 10;
/** Tiles are between square and 16:9, whatever uses the space best. */
const aspects = { narrowest: 1, widest: 16 / 9 };

export class Stage {
  #grid = document.getElementById("grid");
  #spotlight = document.getElementById("spotlight");
  #alone = document.getElementById("alone");
  #tiles = new Map();
  #more = Object.assign(document.createElement("div"), { className: "tile more" });
  #meeting = null;
  #timer = null;

  constructor(devices) {
    this.devices = devices;
    new ResizeObserver(() => this.#arrange()).observe(this.#grid);
    devices.addEventListener("change", () => this.draw());
  }

  /** Shows a meeting, or none. */
  show(meeting) {
    this.#meeting = meeting;
    clearInterval(this.#timer);
    if (meeting) {
      // Whose packets play changes without an event; five looks a second keep a tile honest between frames.
      this.#timer = setInterval(() => this.#showPictures(), 200);
      for (const name of ["roster", "speaking", "slots", "state"]) meeting.addEventListener(name, () => this.draw());
    }
    this.draw();
  }

  draw() {
    const meeting = this.#meeting;
    const wanted = meeting ? this.#wanted(meeting) : [];
    const keys = new Set(wanted.map((tile) => tile.key));
    for (const [key, tile] of this.#tiles) {
      if (keys.has(key)) continue;
      tile.element.remove();
      this.#tiles.delete(key);
    }
    for (const { key, entry, source, isSelf } of wanted) {
      let tile = this.#tiles.get(key);
      if (!tile) {
        tile = new Tile(key, source, isSelf, () => this.#showPictures());
        this.#tiles.set(key, tile);
      }
      tile.describe(entry, meeting.speaking.includes(entry.participant));
      const place = source === "screen" ? this.#spotlight : this.#grid;
      if (tile.element.parentElement !== place) place.append(tile.element);
    }
    this.#alone.hidden = !meeting || meeting.state !== "connected" || meeting.others.length > 0;
    this.#spotlight.hidden = this.#spotlight.childElementCount === 0;
    this.#grid.parentElement.classList.toggle("has-spotlight", !this.#spotlight.hidden);
    this.#arrange();
    this.#showPictures();
  }

  /** What should have a tile, in the order of coming, oneself last. */
  #wanted(meeting) {
    const shown = meeting.others.filter((entry) => entry.kind !== "whep");
    const tiles = shown.map((entry) => ({ key: entry.participant, entry, source: "camera", isSelf: false }));
    const { tracks } = this.devices;
    const self = {
      participant: meeting.self ?? "self",
      name: meeting.name,
      microphone: tracks.microphone !== null,
      camera: tracks.camera !== null,
    };
    tiles.push({ key: "self", entry: self, source: "camera", isSelf: true });
    const screens = shown.filter((entry) => entry.screen)
      .map((entry) => ({ key: keyOf(entry.participant, "screen"), entry, source: "screen", isSelf: false }));
    return [...tiles, ...screens.slice(0, 1)];
  }

  /** Gives each tile the slot that shows its source now. */
  #showPictures() {
    const pictures = new Map();
    const undecodable = new Set((this.#meeting?.undecodable ?? []).map((one) => keyOf(one.participant, one.source)));
    for (const slot of this.#meeting?.sections?.video ?? []) {
      const shown = this.#meeting.shown(slot);
      if (!shown || !(shown.source === "screen" ? shown.entry.screen : shown.entry.camera)) continue;
      pictures.set(keyOf(shown.entry.participant, shown.source), slot);
    }
    for (const tile of this.#tiles.values()) {
      const slot = pictures.get(tile.key) ?? null;
      tile.show(tile.isSelf ? this.#ownStream() : slot?.stream ?? null, slot);
      tile.explain(undecodable.has(tile.key) ? text("undecodable") : "");
    }
  }

  #own = { track: null, stream: null };

  #ownStream() {
    const track = this.devices.tracks.camera;
    if (this.#own.track !== track) this.#own = { track, stream: track ? new MediaStream([track]) : null };
    return this.#own.stream;
  }

  /** Chooses the number of columns that makes the tiles largest; those that would be too small to see are counted. */
  #arrange() {
    const { clientWidth: width, clientHeight: height } = this.#grid;
    if (!width || !height) return;
    const tiles = [...this.#tiles.values()].filter((tile) => tile.source !== "screen");
    const limit = Math.max(2, Math.floor((width * height) / (150 * 100)));
    const visible = tiles.length <= limit ? tiles : this.#mostImportant(tiles, limit - 1);
    for (const tile of tiles) tile.element.hidden = !visible.includes(tile);
    const hidden = tiles.length - visible.length;
    if (hidden > 0) {
      this.#more.textContent = text("more", { count: hidden });
      this.#grid.append(this.#more);
    } else {
      this.#more.remove();
    }
    const size = largest(visible.length + (hidden > 0 ? 1 : 0), width, height);
    this.#grid.style.setProperty("--tile-width", `${Math.floor(size.width)}px`);
    this.#grid.style.setProperty("--tile-height", `${Math.floor(size.height)}px`);
  }

  /** Speakers and pictures before the rest, then the order of coming. */
  #mostImportant(tiles, count) {
    const weight = (tile) => (tile.isSelf ? 4 : 0) + (tile.isSpeaking ? 2 : 0) + (tile.hasPicture ? 1 : 0);
    return [...tiles].sort((one, other) => weight(other) - weight(one)).slice(0, count);
  }
}

/** What names a tile: a camera's has the participant's id. */
function keyOf(participant, source) {
  return source === "screen" ? `${participant}:screen` : participant;
}

/** The largest equal tiles, `count` of them, that fit. */
export function largest(count, width, height) {
  let best = { width: 0, height: 0 };
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const cellWidth = (width - gap * (columns - 1)) / columns;
    const cellHeight = (height - gap * (rows - 1)) / rows;
    if (cellWidth <= 0 || cellHeight <= 0) continue;
    const aspect = Math.min(aspects.widest, Math.max(aspects.narrowest, cellWidth / cellHeight));
    const tileWidth = Math.min(cellWidth, cellHeight * aspect);
    if (tileWidth * (tileWidth / aspect) > best.width * best.height) best = { width: tileWidth, height: tileWidth / aspect };
  }
  return best;
}

class Tile {
  hasPicture = false;
  isSpeaking = false;

  constructor(key, source, isSelf, frameShown) {
    this.key = key;
    this.source = source;
    this.isSelf = isSelf;
    this.element = document.createElement("figure");
    this.element.className = `tile ${source}${isSelf ? " self" : ""}`;
    this.element.dataset.source = source;
    this.video = Object.assign(document.createElement("video"), {
      autoplay: true, muted: true, playsInline: true, disablePictureInPicture: true,
    });
    this.initial = Object.assign(document.createElement("span"), { className: "initial", ariaHidden: "true" });
    this.label = document.createElement("figcaption");
    this.muted = icon("microphone", "slash");
    this.muted.classList.add("muted");
    this.name = document.createElement("span");
    this.label.append(this.muted, this.name);
    this.note = Object.assign(document.createElement("p"), { className: "note", hidden: true });
    this.element.append(this.initial, this.video, this.note, this.label);
    this.frameShown = frameShown;
  }

  describe(entry, isSpeaking) {
    const name = entry.name || text("unnamed");
    this.isSpeaking = isSpeaking && entry.microphone;
    this.element.dataset.participant = entry.participant;
    this.element.dataset.colour = String(colour(name));
    this.element.classList.toggle("speaking", this.isSpeaking && this.source === "camera");
    this.name.textContent =
      this.source === "screen" ? text("screenOf", { name }) : this.isSelf ? text("you", { name }) : name;
    this.muted.toggleAttribute("hidden", entry.microphone || this.source === "screen");
    this.initial.textContent = initial(name);
  }

  /** Shows a stream's picture from its next frame on that is not somebody else's, or none; `slot` is where it plays. */
  show(stream, slot = null) {
    if (this.video.srcObject === stream) return;
    this.#cover();
    this.video.srcObject = stream;
    if (!stream) return;
    this.video.play().catch(() => {});
    this.#uncoverAtFrame(stream, slot);
  }

  /** Says why there is no picture; nothing when `reason` is empty. */
  explain(reason) {
    if (this.note.textContent === reason) return;
    this.note.textContent = reason;
    this.note.hidden = !reason;
  }

  #cover() {
    this.hasPicture = false;
    this.element.classList.remove("has-picture");
  }

  #uncoverAtFrame(stream, slot) {
    const uncover = () => {
      if (this.video.srcObject !== stream) return;
      this.hasPicture = true;
      this.element.classList.add("has-picture");
    };
    if (!this.video.requestVideoFrameCallback) {
      this.video.addEventListener("playing", uncover, { once: true });
      return;
    }
    const frame = (_, { rtpTimestamp }) => {
      if (this.video.srcObject !== stream) return;
      if (slot === null || slot.isOfNewestSource(rtpTimestamp)) uncover();
      // With every frame, look whether the slot has passed to someone else.
      this.frameShown();
      if (this.video.srcObject === stream) this.video.requestVideoFrameCallback(frame);
    };
    this.video.requestVideoFrameCallback(frame);
  }
}

/** An icon of the sprite, with a second one drawn over it. */
export function icon(...names) {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("aria-hidden", "true");
  for (const name of names) {
    const use = document.createElementNS(namespace, "use");
    use.setAttribute("href", `#icon-${name}`);
    svg.append(use);
  }
  return svg;
}

/** The first letter of a name: for 山田 it is 山, for a Latin name its capital. */
export function initial(name) {
  const [first] = new Intl.Segmenter().segment(name.trim());
  return first ? first.segment.toLocaleUpperCase() : "";
}

/** A number from 0 to 7 that is always the same for a name, spread evenly. */
export function colour(name) {
  let sum = 0x811c9dc5;
  for (const character of name) sum = Math.imul(sum ^ character.codePointAt(0), 0x01000193);
  return (sum ^ (sum >>> 15)) & 7;
}
