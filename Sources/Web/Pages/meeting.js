// One meeting from joining to leaving: keeps a session with the relay, makes a new one when it is lost, and holds what
// is known of the room. Nothing here draws.

import * as access from "./access.js";
import * as signalling from "./signalling.js";
import { Sections } from "./sections.js";

/** How long media may be silent before ICE is restarted, and then before the session is given up. */
const patience = { interrupted: 2_500, restarted: 8_000, connecting: 12_000 };
/** A slot whose picture stands still this long shows nothing. */
const stillLimit = 4_000;

/**
 * Events: `state` (state or trouble changed), `roster` (with `joined` or `left` entries in detail), `speaking`,
 * `slots`, `ended` (detail: the refusal).
 */
export class Meeting extends EventTarget {
  /** `joining`, `connected`, `reconnecting` or `left`. */
  state = "joining";
  /** Key of the text that says what is wrong; null when all is well. */
  trouble = null;
  roster = new Map();
  speaking = [];
  session = null;
  sections = null;

  #self = null;
  #slots = new Map();
  #isListening = false;
  #leaving = new AbortController();
  #wake = () => {};

  constructor(room, name, devices) {
    super();
    this.room = room;
    this.name = name;
    this.devices = devices;
    const { signal } = this.#leaving;
    devices.addEventListener("change", () => this.#sendTracks(), { signal });
    window.addEventListener("online", () => this.#networkChanged(), { signal });
    window.addEventListener("pagehide", () => this.#farewell(), { signal });
  }

  /** Who one is, or was until the connection was lost: the roster shown meanwhile still has that entry. */
  get self() {
    return this.#self;
  }

  /** Everyone else who shows or says something; viewers are only counted. */
  get others() {
    return [...this.roster.values()].filter((entry) => entry.participant !== this.self);
  }

  /** Runs until the meeting is left or the relay refuses for good. */
  async run() {
    let attempts = 0;
    while (this.state !== "left") {
      try {
        await this.#join();
        attempts = 0;
        await this.#stay();
      } catch (error) {
        if (this.state === "left") break;
        if (access.isRefusal(error) || (isFinal(error) && attempts === 0 && this.roster.size === 0)) {
          this.#end(error);
          return;
        }
        this.#setState(this.state === "connected" ? "reconnecting" : this.state, troubleOf(error));
        await this.#pause(error.retryAfter ? error.retryAfter * 1000 : backOff(attempts));
        attempts += 1;
      } finally {
        this.#closeSession();
      }
      if (this.state === "connected") this.#setState("reconnecting", "reconnecting");
    }
  }

  leave() {
    this.#farewell();
    this.#end(null);
  }

  /**
   * What the slot shows now: `{ entry, source }`, or null while it is vacant, standing still, or its newest packets
   * are not yet those of the participant whom the relay named.
   */
  shown(slot) {
    const newest = slot.newestSource();
    const named = this.#slots.get(slot.mid);
    if (named?.decodable === false) return null;
    if (newest === null) {
      // This browser does not say, or nothing has come: the relay's word alone.
      return named && slot.transceiver.receiver.track.muted === false ? this.#occupant(named) : null;
    }
    if (newest.age > stillLimit) return null;
    const entry = [...this.roster.values()].find((one) => one.csrcs.includes(newest.csrc));
    if (!entry) return null;
    if (named && named.participant === entry.participant) return this.#occupant(named);
    return named === undefined || !this.#isListening ? { entry, source: "camera" } : null;
  }

  /** Whose pictures this browser has no decoder for: `{ participant, source }` each. */
  get undecodable() {
    return [...this.#slots.values()].filter((named) => named?.decodable === false);
  }

  #occupant(named) {
    const entry = this.roster.get(named.participant);
    return entry ? { entry, source: named.source } : null;
  }

  // Joining and staying

  async #join() {
    const { signal } = this.#leaving;
    const sections = new Sections();
    this.sections = sections;
    await this.#sendTracks();
    const offer = await sections.offer();
    const { microphone, camera } = this.#switches();
    const token = access.tokenFor(this.room);
    this.session = await signalling.join(this.room, token, { name: this.name, offer, microphone, camera }, signal);
    if (this.session.pass) access.keepPass(this.room, this.session.pass);
    this.#self = this.session.participant;
    this.#announced = JSON.stringify([this.self, { microphone, camera, screen: false }]);
    this.#announce();
    await sections.accept(this.session.answer);
  }

  /** Resolves or throws once the session is lost. */
  async #stay() {
    const over = new AbortController();
    const stop = () => over.abort();
    this.#leaving.signal.addEventListener("abort", stop);
    try {
      await Promise.race([this.#watchMedia(over.signal), this.#listen(over.signal)]);
    } finally {
      this.#leaving.signal.removeEventListener("abort", stop);
      over.abort();
    }
  }

  /** Follows the connection's state, restarts ICE when media stops, and gives up when that does not help. */
  async #watchMedia(signal) {
    const { connection } = this.sections;
    const settled = (limit) => stateWithin(connection, limit, signal);
    let hasConnected = false;
    for (;;) {
      const state = await settled(hasConnected ? patience.restarted : patience.connecting);
      if (signal.aborted) return;
      if (state !== "connected") throw hasConnected ? new Lost("reconnecting") : new Lost("mediaBlocked");
      hasConnected = true;
      this.#setState("connected", null);
      await interruption(connection, patience.interrupted, signal, (wake) => (this.#restartNow = wake));
      if (signal.aborted) return;
      this.#setState("reconnecting", navigator.onLine === false ? "offline" : "reconnecting");
      await this.#restartICE(signal);
    }
  }

  #restartNow = () => {};

  async #restartICE(signal) {
    for (let attempts = 0; ; attempts += 1) {
      try {
        await this.sections.restart((fragment) => signalling.restart(this.session, fragment, signal));
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof signalling.Refusal && error.status < 500) throw new Lost("reconnecting");
        if (!(error instanceof signalling.Refusal) && !(error instanceof TypeError)) throw new Lost("reconnecting");
        this.#setState("reconnecting", troubleOf(error));
        await this.#pause(backOff(attempts));
      }
    }
  }

  /** Reads the room's events, resuming the stream when it breaks. */
  async #listen(signal) {
    let last = null;
    let attempts = 0;
    while (!signal.aborted) {
      try {
        for await (const event of signalling.events(this.session, last, signal)) {
          attempts = 0;
          last = event.id ?? last;
          this.#isListening = true;
          if (this.sections?.connection.connectionState === "connected") this.#setState("connected", null);
          this.#take(event);
        }
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof signalling.Refusal && error.status < 500) throw new Lost("reconnecting");
        if (error instanceof Lost) throw error;
        if (attempts > 0) this.#setState("reconnecting", troubleOf(error));
      }
      this.#isListening = false;
      if (signal.aborted) return;
      await this.#pause(backOff(attempts));
      attempts += 1;
    }
  }

  #take({ name, data }) {
    switch (name) {
      case "roster": {
        const before = this.roster;
        this.roster = new Map(data.participants.map((entry) => [entry.participant, entry]));
        // After joining again everybody is here under a new id or an old one; only a first list greets nobody.
        this.#rosterChanged({ joined: before.size ? data.participants.filter((one) => !knows(before, one)) : [] });
        break;
      }
      case "joined":
        this.roster.set(data.participant, data);
        this.#rosterChanged({ joined: [data] });
        break;
      case "changed":
        this.roster.set(data.participant, data);
        this.#rosterChanged({});
        break;
      case "left": {
        const entry = this.roster.get(data.participant);
        this.roster.delete(data.participant);
        this.speaking = this.speaking.filter((participant) => participant !== data.participant);
        this.#rosterChanged({ left: entry ? [entry] : [] });
        break;
      }
      case "speaking":
        this.speaking = data.participants;
        this.dispatchEvent(new Event("speaking"));
        break;
      case "slots":
        this.#slots = new Map(data.slots.map((slot) => [slot.mid, slot.participant ? slot : null]));
        this.dispatchEvent(new Event("slots"));
        break;
      case "codecs":
        // Somebody lacks a decoder for what we send. When nobody does any more, there is no need to change back.
        if (data.codecs.length) this.sections?.useCodec(data.source, data.codecs);
        break;
      case "ended":
        throw new Lost(data.reason === "shuttingDown" ? "relayGone" : "reconnecting");
    }
  }

  #rosterChanged({ joined = [], left = [] }) {
    this.sections?.fitCamera(this.others.length);
    const isOther = (entry) => entry.participant !== this.self;
    this.dispatchEvent(new CustomEvent("roster", { detail: { joined: joined.filter(isOther), left } }));
  }

  #networkChanged() {
    this.#wake();
    this.#restartNow();
  }

  // What we send

  async #sendTracks() {
    const sections = this.sections;
    if (!sections) return;
    for (const [source, track] of Object.entries(this.devices.tracks)) {
      if (sections.sending[source].sender.track !== track) await sections.fill(source, track);
    }
    this.#announce();
  }

  #switches() {
    const { tracks } = this.devices;
    return {
      microphone: tracks.microphone !== null, camera: tracks.camera !== null, screen: tracks.screen !== null,
    };
  }

  #announced = "";

  #announce() {
    const switches = this.#switches();
    const fingerprint = JSON.stringify([this.self, switches]);
    if (!this.session || this.#announced === fingerprint) return;
    this.#announced = fingerprint;
    signalling.announce(this.session, switches, this.#leaving.signal).catch(() => (this.#announced = ""));
  }

  // Ends

  #closeSession() {
    if (this.session && this.state !== "left") signalling.leave(this.session).catch(() => {});
    this.session = null;
    this.speaking = [];
    this.#slots = new Map();
    this.#isListening = false;
    this.sections?.close();
    this.sections = null;
    this.dispatchEvent(new Event("speaking"));
    this.dispatchEvent(new Event("slots"));
  }

  #farewell() {
    if (this.session) signalling.leave(this.session).catch(() => {});
    this.session = null;
  }

  #end(refusal) {
    this.#setState("left", null);
    this.#leaving.abort();
    this.#wake();
    this.#closeSession();
    this.dispatchEvent(new CustomEvent("ended", { detail: refusal }));
  }

  #setState(state, trouble) {
    if (this.state === "left" || (this.state === state && this.trouble === trouble)) return;
    this.state = state;
    this.trouble = trouble;
    this.dispatchEvent(new Event("state"));
  }

  /** Waits, or less when the network comes back or the meeting is left. */
  #pause(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** The session is over though nobody left; `message` is the key of the text to show meanwhile. */
class Lost extends Error {}

function knows(roster, entry) {
  return [...roster.values()].some((one) => one.participant === entry.participant || one.name === entry.name);
}

/** Refusals that trying again cannot mend. */
function isFinal(error) {
  return error instanceof signalling.Refusal && error.status < 500
    && !["room_full", "participant_gone", "nothing_published", "too_many_pending_joins"].includes(error.code);
}

function troubleOf(error) {
  if (error instanceof Lost) return error.message;
  if (error instanceof signalling.Refusal) {
    if (error.code === "room_full") return "roomFull";
    return ["relay_busy", "too_many_pending_joins"].includes(error.code) ? "relayBusy" : "reconnecting";
  }
  // A TypeError is what fetch throws when nothing answers; anything else is a surprise worth a trace.
  if (!(error instanceof TypeError)) console.warn(error);
  return navigator.onLine === false ? "offline" : error instanceof TypeError ? "relayGone" : "reconnecting";
}

/** Half a second, doubling up to eight, each spread so that a room does not come back in one blow. */
function backOff(attempts) {
  return Math.min(8_000, 500 * 2 ** attempts) * (0.75 + Math.random() / 2);
}

/** The connection's state once it is `connected`, becomes `failed` or `closed`, or whatever it is after `limit`. */
function stateWithin(connection, limit, signal) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      connection.removeEventListener("connectionstatechange", look);
      signal.removeEventListener("abort", done);
      resolve(connection.connectionState);
    };
    const look = () => {
      if (["connected", "failed", "closed"].includes(connection.connectionState)) done();
    };
    const timer = setTimeout(done, limit);
    connection.addEventListener("connectionstatechange", look);
    signal.addEventListener("abort", done);
    if (connection.connectionState === "connected") done();
  });
}

/** Resolves when media has been away for `limit`, has failed, or `hand` was given a reason not to wait. */
function interruption(connection, limit, signal, hand) {
  return new Promise((resolve) => {
    let timer = null;
    const done = () => {
      clearTimeout(timer);
      connection.removeEventListener("connectionstatechange", look);
      signal.removeEventListener("abort", done);
      hand(() => {});
      resolve();
    };
    const look = () => {
      clearTimeout(timer);
      if (["failed", "closed"].includes(connection.connectionState)) done();
      else if (connection.connectionState === "disconnected") timer = setTimeout(done, limit);
    };
    connection.addEventListener("connectionstatechange", look);
    signal.addEventListener("abort", done);
    hand(done);
    look();
  });
}
