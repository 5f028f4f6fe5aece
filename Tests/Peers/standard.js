// A WHIP and WHEP client in a browser that knows nothing but the standards: it offers, trickles, restarts and leaves, and
// tells what it was answered.
window.standard = (() => {
  const line = (sdp, name) => sdp.match(new RegExp(`^a=${name}:(.*)$`, "m"))[1].trim();

  class Session {
    constructor(connection) {
      this.connection = connection;
    }

    /** Sends the offer before there are any candidates. */
    async open(endpoint) {
      const gathered = this.#gather();
      await this.connection.setLocalDescription();
      const response = await fetch(endpoint, {
        method: "POST", headers: { "Content-Type": "application/sdp" }, body: this.connection.localDescription.sdp,
      });
      this.answer = await response.text();
      this.etag = response.headers.get("ETag");
      this.resource = new URL(response.headers.get("Location"), endpoint).href;
      await this.connection.setRemoteDescription({ type: "answer", sdp: this.answer });
      this.candidates = await gathered;
      return { status: response.status, acceptsPatch: response.headers.get("Accept-Patch") };
    }

    async trickle() {
      const response = await this.#patch(this.etag, this.candidates.map((one) => `a=${one}\r\n`).join(""));
      return { status: response.status, etag: response.headers.get("ETag"), count: this.candidates.length };
    }

    async restart() {
      const gathered = this.#gather();
      await this.connection.setLocalDescription(await this.connection.createOffer({ iceRestart: true }));
      const candidates = await gathered;
      const response = await this.#patch("*", candidates.map((one) => `a=${one}\r\n`).join(""));
      const fragment = await response.text();
      const former = this.etag;
      this.etag = response.headers.get("ETag");
      const sdp = ["ice-ufrag", "ice-pwd"].reduce((sdp, name) =>
        sdp.replaceAll(new RegExp(`^a=${name}:.*$`, "gm"), `a=${name}:${line(fragment, name)}`), this.answer);
      await this.connection.setRemoteDescription({ type: "answer", sdp });
      return { status: response.status, isNew: this.etag !== former, type: response.headers.get("Content-Type") };
    }

    /** What the transport says, and the user name that it checks with. */
    async state() {
      const reports = [...(await this.connection.getStats()).values()];
      const transport = reports.find((report) => report.type === "transport");
      return {
        connection: this.connection.connectionState, dtls: transport?.dtlsState,
        isRestarted: transport?.iceLocalUsernameFragment === line(this.connection.localDescription.sdp, "ice-ufrag"),
        frames: reports.find((report) => report.type === "inbound-rtp" && report.kind === "video")?.framesDecoded ?? 0,
      };
    }

    async leave() {
      return (await fetch(this.resource, { method: "DELETE" })).status;
    }

    #gather() {
      const candidates = [];
      return new Promise((resolve) => {
        this.connection.onicecandidate = ({ candidate }) => {
          if (!candidate) resolve(candidates);
          else if (candidate.candidate) candidates.push(candidate.candidate);
        };
      });
    }

    #patch(etag, candidates) {
      const { sdp } = this.connection.localDescription;
      const body = `m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:${line(sdp, "mid")}\r\na=ice-ufrag:${line(sdp, "ice-ufrag")}\r\n`
        + `a=ice-pwd:${line(sdp, "ice-pwd")}\r\n${candidates}`;
      return fetch(this.resource, {
        method: "PATCH", headers: { "Content-Type": "application/trickle-ice-sdpfrag", "If-Match": etag }, body,
      });
    }
  }

  const connection = () => new RTCPeerConnection({ bundlePolicy: "max-bundle" });

  return {
    async publisher() {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
      const made = connection();
      for (const track of stream.getTracks()) made.addTransceiver(track, { direction: "sendonly", streams: [stream] });
      window.session = new Session(made);
    },
    viewer() {
      const made = connection();
      for (const kind of ["audio", "video"]) made.addTransceiver(kind, { direction: "recvonly" });
      window.session = new Session(made);
    },
  };
})();
