// Wires the page: the lobby before a meeting, the stage and the controls during one.

import { fillTexts, text } from "./strings.js";
import { entrance, isRefusal, takeInvitation } from "./access.js";
import { Devices } from "./devices.js";
import { Lobby } from "./lobby.js";
import { Meeting } from "./meeting.js";
import { People } from "./people.js";
import { Stage } from "./stage.js";

const element = (id) => document.getElementById(id);
/** Where a reload finds the meeting it interrupted; kept by the tab alone. */
const interrupted = "kakehashi.meeting";

fillTexts();
takeInvitation();
const devices = new Devices();
const lobby = new Lobby(devices);
const stage = new Stage(devices);
const people = new People();
let meeting = null;
/** Everybody may join, so that the bare link is an invitation. */
let isOpen = true;

// Entering and leaving

function enter(room, name) {
  lobby.hide();
  element("meeting").hidden = false;
  element("room-name").textContent = room;
  document.title = text("titleInRoom", { room });
  const address = `/r/${encodeURIComponent(room)}`;
  if (location.pathname !== address) history.pushState(null, "", address);
  sessionStorage.setItem(interrupted, JSON.stringify({ room, name }));

  meeting = new Meeting(room, name, devices);
  meeting.addEventListener("state", showState);
  meeting.addEventListener("state", playSound);
  meeting.addEventListener("roster", ({ detail }) => greet(detail));
  meeting.addEventListener("ended", ({ detail }) => exit(detail));
  stage.show(meeting);
  people.show(meeting);
  showState();
  meeting.run();
}

/** Asks at the door; resolves to the refusal, or null when this tab may join as far as one can tell. */
async function admit(room) {
  const answer = await entrance(room);
  if (isRefusal(answer)) return answer;
  isOpen = answer?.isOpen ?? true;
  lobby.giveName(answer?.name ?? null);
  element("copy-link").hidden = !isOpen;
  element("alone").textContent = text(isOpen ? "alone" : "aloneInvited");
  return null;
}

function exit(refusal) {
  const { room } = meeting;
  meeting = null;
  stage.show(null);
  people.show(null);
  sessionStorage.removeItem(interrupted);
  devices.stopScreen();
  element("sound").replaceChildren();
  element("meeting").hidden = true;
  document.title = text("product");
  if (!isRefusal(refusal) && !devices.tracks.microphone && !devices.tracks.camera) devices.open();
  if (isRefusal(refusal)) lobby.close(refusal.code);
  else lobby.show(room, refusal ? text("refused", { reason: text(`refused_${refusal.code}`) }) : text("youLeft"));
}

function roomInAddress() {
  const [, room] = location.pathname.match(/^\/r\/([^/]+)$/) ?? [];
  try {
    return room ? decodeURIComponent(room) : new URLSearchParams(location.search).get("room") ?? "";
  } catch {
    return "";
  }
}

// What the meeting says

let lastState = null;

function showState() {
  if (!meeting) return;
  const { state } = meeting;
  if (state === "connected" && lastState === "reconnecting") toast(text("backAgain"));
  lastState = state;
  element("meeting").dataset.state = state;
  showBanner();
}

function showBanner() {
  const { state, trouble } = meeting ?? {};
  const blocked = [...element("sound").children].some((audio) => audio.dataset.blocked);
  const banner = element("banner");
  const action = element("banner-action");
  const show = (kind, message, actionText = "", act = null) => {
    banner.hidden = false;
    banner.dataset.kind = kind;
    element("banner-text").textContent = message;
    action.hidden = !act;
    action.textContent = actionText;
    action.onclick = act;
  };
  if (trouble) show("trouble", text(trouble));
  else if (state === "joining") show("working", text("joining"));
  else if (blocked) show("hint", text("soundBlocked"), text("playSound"), playSound);
  else if (devices.problem) show("hint", text(devices.problem));
  else if (devices.tracks.screen) show("hint", text("sharing"), text("stopSharing"), () => devices.stopScreen());
  else banner.hidden = true;
}

function greet({ joined, left }) {
  if (joined.length) toast(text("hasJoined", { name: joined[0].name || text("unnamed") }));
  else if (left?.length) toast(text("hasLeft", { name: left[0].name || text("unnamed") }));
}

let toastTimer = null;

function toast(message) {
  element("toast").textContent = message;
  element("toast").classList.add("shown");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => element("toast").classList.remove("shown"), 4_000);
}

/** One element for each audio slot, made anew with each connection. */
function playSound() {
  const slots = meeting?.sections?.audio ?? [];
  const sound = element("sound");
  const streams = [...sound.children].map((audio) => audio.srcObject);
  if (slots.length !== streams.length || slots.some((slot, index) => slot.stream !== streams[index])) {
    sound.replaceChildren(...slots.map((slot) =>
      Object.assign(document.createElement("audio"), { autoplay: true, srcObject: slot.stream })));
  }
  for (const audio of sound.children) {
    audio.play().then(
      () => delete audio.dataset.blocked,
      (error) => error.name === "NotAllowedError" && (audio.dataset.blocked = "true"),
    ).finally(showBanner);
  }
}

// Controls

function showSwitches() {
  for (const button of document.querySelectorAll("[data-switch]")) {
    const source = button.dataset.switch;
    const on = devices.tracks[source] !== null;
    button.classList.toggle("off", !on);
    label(button, text(`${source}${on ? "Off" : "On"}`));
  }
  const sharing = devices.tracks.screen !== null;
  element("screen").classList.toggle("active", sharing);
  label(element("screen"), text(sharing ? "screenOff" : "screenOn"));
  element("screen").hidden = !devices.canShareScreen;
  showBanner();
}

function label(button, action) {
  const key = button.getAttribute("aria-keyshortcuts");
  button.setAttribute("aria-label", action);
  button.title = key ? text("withKey", { action, key }) : action;
}

const actions = {
  microphone: () => devices.set("microphone", devices.tracks.microphone === null),
  camera: () => devices.set("camera", devices.tracks.camera === null),
  screen: () => (devices.tracks.screen ? devices.stopScreen() : devices.shareScreen()),
  leave: () => meeting?.leave(),
};

for (const button of document.querySelectorAll("[data-switch]")) {
  button.addEventListener("click", () => actions[button.dataset.switch]());
}
element("screen").addEventListener("click", actions.screen);
element("leave").addEventListener("click", actions.leave);
element("people").addEventListener("toggled", () =>
  label(element("people"), text(people.isOpen ? "peopleHide" : "peopleShow")));
element("copy-link").addEventListener("click", async () => {
  const link = location.origin + location.pathname;
  try {
    await navigator.clipboard.writeText(link);
    toast(text("linkCopied"));
  } catch {
    toast(text("linkShown", { link }));
  }
});

document.addEventListener("keydown", (event) => {
  if (!meeting || event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
  if (event.target.closest?.("input, select, textarea")) return;
  const key = event.key.toLowerCase();
  if (key === "m") actions.microphone();
  else if (key === "v") actions.camera();
  else if (key === "s" && devices.canShareScreen) actions.screen();
  else if (key === "p") people.toggle();
  else if (key === "l" && event.shiftKey) actions.leave();
  else if (key === "escape" && people.isOpen) people.toggle(false);
  else return;
  event.preventDefault();
});

label(element("leave"), text("leaveMeeting"));
label(element("people"), text("peopleShow"));
label(element("people-close"), text("peopleHide"));
devices.addEventListener("change", showSwitches);
lobby.addEventListener("join", async ({ detail }) => {
  element("join").disabled = true;
  const refusal = await admit(detail.room);
  element("join").disabled = false;
  if (refusal) {
    const [title, advice] = [text(`closed_${refusal.code}`), text(`refused_${refusal.code}`)];
    lobby.notice(text("titled", { title, advice }));
  } else {
    enter(detail.room, element("name").value.trim());
  }
});
window.addEventListener("popstate", () => (meeting ? meeting.leave() : start()));
// Another link to the room that is open already changes the fragment alone.
window.addEventListener("hashchange", () => takeInvitation() && !meeting && start());
// A page taken from the browser's cache has lost its connection and its place in the meeting.
window.addEventListener("pageshow", (event) => event.persisted && location.reload());

/** For tests and for people who look under the bonnet. */
window.kakehashi = {
  get meeting() { return meeting; },
  get state() { return meeting?.state ?? "lobby"; },
  get connection() { return meeting?.sections?.connection ?? null; },
  get participant() { return meeting?.self ?? null; },
  get roster() { return [...meeting?.roster.values() ?? []]; },
  get speaking() { return meeting?.speaking ?? []; },
  get slots() {
    return (meeting?.sections?.video ?? []).map((slot) => {
      const shown = meeting.shown(slot);
      return { mid: slot.mid, participant: shown?.entry.participant ?? null, source: shown?.source ?? null };
    });
  },
  devices,
};

/** Opens the lobby, or goes straight back into the meeting that a reload interrupted. */
async function start() {
  const room = roomInAddress();
  if (!window.RTCPeerConnection?.prototype.addTransceiver) {
    lobby.show(room, text("unsupported"));
    element("join").disabled = true;
    return;
  }
  const refusal = room ? await admit(room) : null;
  if (refusal) {
    lobby.close(refusal.code);
    return;
  }
  const before = JSON.parse(sessionStorage.getItem(interrupted) ?? "null");
  const opened = devices.tracks.microphone || devices.tracks.camera ? null : devices.open();
  if (before && before.room === room) {
    await opened;
    enter(before.room, before.name);
  } else {
    lobby.show(room);
  }
}

showSwitches();
start();
