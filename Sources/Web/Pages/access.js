// What entitles this tab to a room: the invitation of the link it was opened by, then the pass that joining gave. Kept
// by the tab alone, and never put into an address.

import * as signalling from "./signalling.js";

const stored = "kakehashi.access";
const prefix = "#invitation=";

/** Takes the invitation out of the address, so that no history, bookmark or shared screen shows it. */
export function takeInvitation() {
  if (!location.hash.startsWith(prefix)) return false;
  keep({ invitation: location.hash.slice(prefix.length), passes: {} });
  history.replaceState(null, "", location.pathname + location.search);
  return true;
}

/** What to show the relay for this room; null where there is nothing. */
export function tokenFor(room) {
  const { invitation, passes } = read();
  return passes[room] ?? invitation ?? null;
}

/** Joining gave a pass, good for coming back into this room. */
export function keepPass(room, pass) {
  const { invitation, passes } = read();
  keep({ invitation, passes: { ...passes, [room]: pass } });
}

/**
 * Asks whether this tab may join: resolves to the entrance (isOpen, name), to the relay's refusal as it is, or to null
 * when nothing answers: joining will say more.
 */
export async function entrance(room) {
  try {
    return await signalling.entrance(room, tokenFor(room));
  } catch (error) {
    return isRefusal(error) ? error : null;
  }
}

/** The relay wants another token than the one it was shown; trying again cannot mend that. */
export function isRefusal(error) {
  return error instanceof signalling.Refusal && (error.status === 401 || error.status === 403);
}

function read() {
  return JSON.parse(sessionStorage.getItem(stored)) ?? { passes: {} };
}

function keep(access) {
  sessionStorage.setItem(stored, JSON.stringify(access));
}
