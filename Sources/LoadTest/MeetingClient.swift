import Association
import ICE
import SDP
import Synchronization
import Transport
import Wire

/// A simulated participant over a real socket, on a thread of its own. Signalling is handed in, so that it can be HTTP or
/// a call.
public final class MeetingClient: Sendable {
  /// The SDP offer, for whoever does the signalling.
  public let offer: String
  private let commands: Mailbox<ClientLine.Command>
  private let latest = Latest()
  private let thread: NamedThread

  /// Where the thread leaves what it has seen.
  private final class Latest: Sendable {
    private let value = Mutex(ParticipantStatistics())
    func put(_ statistics: ParticipantStatistics) { value.withLock { $0 = statistics } }
    func get() -> ParticipantStatistics { value.withLock { $0 } }
  }

  /// Binds a socket at `local` and starts the thread, which waits for `join`.
  public init(
    shape: ClientShape = ClientShape(), local: IPAddress = .anyV4, associations: AssociationService
  ) throws {
    let fingerprint = associations.identity.fingerprint
    guard let hash = Fingerprint.Hash(rawValue: fingerprint.hash.rawValue),
      let ours = Fingerprint(hash: hash, digest: fingerprint.digest)
    else { throw RelayAnswer.Unusable(description: "The client's certificate has no fingerprint.") }
    let credentials = ICECredentials(random: Entropy.bytes(ICECredentials.randomByteCount))
    offer = ClientOffer(shape, credentials: credentials, fingerprint: ours).text
    let wakeup = try Wakeup()
    let commands = Mailbox<ClientLine.Command>(capacity: 64, wakeup: wakeup)
    self.commands = commands
    let startup = try Startup<Void>()
    let latest = latest
    thread = try NamedThread("client") {
      do {
        var line = try ClientLine(local: local, associations: associations, commands: commands)
        startup.report(.success(()))
        line.run(shape, credentials) { latest.put($0) }
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

  /// Switches microphone and camera.
  public func send(voice: Bool, picture: Bool) {
    commands.post(.send(voice: voice, picture: picture))
  }

  /// Says close_notify, stops and waits for the thread's end.
  public func leave() {
    commands.post(.leave)
    thread.join()
  }

  /// What has been seen so far, at most 20 ms old.
  public var statistics: ParticipantStatistics {
    latest.get()
  }
}
