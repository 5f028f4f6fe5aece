// Talks to the relay over HTTP. A participant's secret travels in a header, never in an address.

/** The relay's refusal; its sentence in the reader's language is the text `refused_` and the code. */
export class Refusal extends Error {
  constructor(status, code, retryAfter) {
    super(`${status} ${code}`);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** Asks whether one may join a room with this token, or without one: resolves to the entrance (isOpen, name). */
export async function entrance(room, token) {
  const response = await request(`/v1/rooms/${encodeURIComponent(room)}`, { headers: bearer(token) });
  return response.json();
}

/** Takes part in a room: resolves to the session (participant, resource, token, answer, etag, perhaps pass). */
export async function join(room, token, { name, offer, microphone, camera }, signal) {
  const response = await request(`/v1/rooms/${encodeURIComponent(room)}/participants`, {
    method: "POST",
    headers: { ...bearer(token), "Content-Type": "application/json" },
    body: JSON.stringify({ name, offer, microphone, camera }),
    signal,
  });
  return response.json();
}

/** Restarts ICE: sends the new credentials, resolves to the relay's as an SDP fragment. */
export async function restart(session, fragment, signal) {
  const response = await request(session.resource, {
    method: "PATCH",
    headers: { ...authorization(session), "Content-Type": "application/trickle-ice-sdpfrag", "If-Match": "*" },
    body: fragment,
    signal,
  });
  return response.text();
}

/** Says how the microphone, camera and screen switches stand. */
export async function announce(session, switches, signal) {
  await request(session.resource, {
    method: "PATCH",
    headers: { ...authorization(session), "Content-Type": "application/json" },
    body: JSON.stringify(switches),
    signal,
  });
}

/** Leaves; outlives the page. */
export async function leave(session) {
  await request(session.resource, { method: "DELETE", headers: authorization(session), keepalive: true });
}

/** The room's events from just after `lastEventID`, until the stream breaks. A quiet half minute is a break. */
export async function* events(session, lastEventID, signal) {
  const headers = { ...authorization(session), Accept: "text/event-stream" };
  if (lastEventID) headers["Last-Event-ID"] = lastEventID;
  const quiet = new AbortController();
  let timer = setTimeout(() => quiet.abort(), quietLimit);
  try {
    const response = await request(`${session.resource}/events`, {
      headers,
      cache: "no-store",
      signal: AbortSignal.any([signal, quiet.signal]),
    });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const lines = new EventLines();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(() => quiet.abort(), quietLimit);
      yield* lines.read(value);
    }
  } finally {
    clearTimeout(timer);
    quiet.abort();
  }
}

/** Twice the server's heartbeat. */
const quietLimit = 30_000;

/** Reads an event stream however the network cuts it (our server ends lines by LF alone). */
export class EventLines {
  #rest = "";
  #id = null;
  #name = "message";
  #data = [];

  *read(piece) {
    const lines = (this.#rest + piece).split("\n");
    this.#rest = lines.pop();
    for (const line of lines) {
      if (line === "") {
        if (this.#data.length) yield { id: this.#id, name: this.#name, data: JSON.parse(this.#data.join("\n")) };
        this.#name = "message";
        this.#data = [];
        continue;
      }
      const colon = line.indexOf(":");
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (field === "id") this.#id = value;
      else if (field === "event") this.#name = value;
      else if (field === "data") this.#data.push(value);
    }
  }
}

function authorization(session) {
  return bearer(session.token);
}

function bearer(token) {
  return token ? { Authorization: `Bearer ${token}` } : {};
}

async function request(path, options) {
  const response = await fetch(path, { ...options, credentials: "omit", redirect: "error" });
  if (response.ok) return response;
  const body = await response.json().catch(() => null);
  const code = body?.error?.code ?? "internal";
  throw new Refusal(response.status, code, Number(response.headers.get("Retry-After")) || null);
}
