import Association
import ICE
import SDP
import Synchronization
import Transport
import Wire

/// A simulated participant over a real socket, on a thread of its own. Signalling is handed in, so that it can be HTTP or
/// a call.
public final class MeetingClient: Sendable {
  /// How something said out of turn travels.
  public enum Wrapping: Sendable {
    /// As it is.
    case none
    /// As an RTP or RTCP packet under the participant's keys.
    case rtp, rtcp
  }

  /// The SDP offer, for whoever does the signalling.
  public let offer: String
  public let credentials: ICECredentials
  private let commands: Mailbox<ClientLine.Command>
  private let latest = Latest()
  private let thread: NamedThread

  /// Where the thread leaves what it has seen.
  private final class Latest: Sendable {
    private struct State {
      var statistics = ParticipantStatistics()
      /// How often they were left.
      var count = 0
      var waiting: [CheckedContinuation<Void, Never>] = []
      var isOver = false
    }

    private let state = Mutex(State())

    func put(_ statistics: ParticipantStatistics) {
      let waiting = state.withLock { state in
        state.statistics = statistics
        state.count += 1
        defer { state.waiting = [] }
        return state.waiting
      }
      for continuation in waiting { continuation.resume() }
    }

    func end() {
      state.withLock { $0.isOver = true }
      put(get())
    }

    func get() -> ParticipantStatistics { state.withLock { $0.statistics } }

    var count: Int { state.withLock { $0.count } }

    func wait(since count: Int) async {
      await withCheckedContinuation { continuation in
        let isNew = state.withLock { state in
          let isNew = state.isOver || state.count != count
          if !isNew { state.waiting.append(continuation) }
          return isNew
        }
        if isNew { continuation.resume() }
      }
    }
  }

  /// Binds a socket at `local` and starts the thread, which waits for `join`.
  public init(
    shape: ClientShape = ClientShape(), local: IPAddress = .anyV4, associations: AssociationService,
    witness: Witness? = nil
  ) throws {
    let fingerprint = associations.identity.fingerprint
    guard let hash = Fingerprint.Hash(rawValue: fingerprint.hash.rawValue),
      let ours = Fingerprint(hash: hash, digest: fingerprint.digest)
    else { throw RelayAnswer.Unusable(description: "The client's certificate has no fingerprint.") }
    let credentials = ICECredentials(random: Entropy.bytes(ICECredentials.randomByteCount))
    self.credentials = credentials
    offer = ClientOffer(shape, credentials: credentials, fingerprint: ours).text
    let wakeup = try Wakeup()
    let commands = Mailbox<ClientLine.Command>(capacity: 1_024, wakeup: wakeup)
    self.commands = commands
    let startup = try Startup<Void>()
    let latest = latest
    thread = try NamedThread("client") {
      defer { latest.end() }
      do {
        var line = try ClientLine(local: local, associations: associations, commands: commands)
        startup.report(.success(()))
        line.run(shape, credentials, witness) { latest.put($0) }
      } catch {
        startup.report(.failure(error))
      }
    }
    try startup.wait()
  }

  deinit {
    commands.post(.leave)
  }

  /// Exchanges the offer for the relay's answer and begins to connect.
  public func join(_ exchange: (String) async throws -> String) async throws {
    let answer = try RelayAnswer(parsing: try await exchange(offer))
    commands.post(.accept(answer))
  }

  /// Restarts ICE from another port, under new credentials that the relay was told of and gave.
  public func restart(local: ICECredentials, remote: ICECredentials) {
    commands.post(.restart(local: local, remote: remote))
  }

  /// Switches microphone and camera.
  public func send(voice: Bool, picture: Bool) {
    commands.post(.send(voice: voice, picture: picture))
  }

  /// Says something out of turn, from the socket its media comes from; the same datagram so many times. False when more is
  /// waiting than can.
  @discardableResult
  public func say(_ packet: [UInt8], _ wrapping: Wrapping, times: Int = 1) -> Bool {
    commands.post(.say(packet, wrapping, times: times)) == .posted
  }

  /// Says close_notify, stops and waits for the thread's end.
  public func leave() {
    commands.post(.leave)
    thread.join()
  }

  /// Stops without a word, like a machine that lost its network, and waits for the thread's end.
  public func vanish() {
    commands.post(.vanish)
    thread.join()
  }

  /// What has been seen so far, at most 20 ms old.
  public var statistics: ParticipantStatistics {
    latest.get()
  }

  /// Counts the changes of `statistics`.
  public var changeCount: Int { latest.count }

  /// Returns when `statistics` have changed since there were so many changes, at once when they never will again.
  public func change(since count: Int) async {
    await latest.wait(since: count)
  }
}
