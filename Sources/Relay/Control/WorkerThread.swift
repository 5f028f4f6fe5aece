import Association
import Glibc
import SDP
import Transport
import Wire

/// A running Worker as the control plane sees it: its mailboxes, its thread, and where clients find it.
struct WorkerThread: Sendable {
  let inbox: WorkerInbox
  let thread: NamedThread
  /// Where its sockets are bound.
  let endpoints: [Endpoint]
  /// What its clients are told, best first.
  let candidates: [Candidate]

  /// Starts all Workers, or none.
  static func start(
    _ configuration: RelayConfiguration, associations: AssociationService, outbox: WorkerEventOutbox
  ) throws(RelayStartError) -> [WorkerThread] {
    let processors = max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1)
    let count = max(configuration.workers ?? processors - 1, 1)
    guard configuration.basePort == 0 || Int(configuration.basePort) + count - 1 <= Int(UInt16.max) else {
      throw RelayStartError(
        message: "\(count) Workers from port \(configuration.basePort) on need ports above 65535; choose a lower port.")
    }
    var started: [WorkerThread] = []
    do {
      for index in 0..<count {
        // Below four processors a pinned Worker would only be in the way of everything else.
        let processor = processors >= 4 ? index + 1 : nil
        started.append(
          try start(index, configuration, processor: processor, associations: associations, outbox: outbox))
      }
      return started
    } catch {
      for worker in started {
        worker.inbox.close()
        worker.thread.join()
      }
      throw error
    }
  }

  private static func start(
    _ index: Int, _ configuration: RelayConfiguration, processor: Int?, associations: AssociationService,
    outbox: WorkerEventOutbox
  ) throws(RelayStartError) -> WorkerThread {
    let port = configuration.basePort == 0 ? 0 : configuration.basePort + UInt16(index)
    let own = WorkerConfiguration(
      endpoints: configuration.listen.map { Endpoint(address: $0, port: port) }, bounds: configuration.bounds,
      audioClass: configuration.audioDSCP << 2, videoClass: configuration.videoDSCP << 2, associations: associations)
    do {
      let inbox = try WorkerInbox()
      let report = Mailbox<Result<[Endpoint], RelayStartError>>(capacity: 1, wakeup: try Wakeup())
      let loop = try EventLoop()
      try loop.watch(report.wakeup.descriptor, token: 0)
      let thread = try NamedThread("relay-\(index)", processor: processor) {
        do throws(RelayStartError) {
          var worker = try Worker(own, inbox: inbox, outbox: outbox)
          report.post(.success(worker.localEndpoints))
          worker.run()
        } catch {
          report.post(.failure(error))
        }
      }
      var reports: [Result<[Endpoint], RelayStartError>] = []
      while reports.isEmpty {
        _ = loop.wait(until: .never)
        report.drain(into: &reports)
      }
      let endpoints = try reports[0].get()
      return WorkerThread(
        inbox: inbox, thread: thread, endpoints: endpoints,
        candidates: try candidates(configuration.advertise, endpoints))
    } catch let error as RelayStartError {
      throw error
    } catch {
      throw RelayStartError(message: "\(error)")
    }
  }

  /// Each advertised address with the port of the socket that receives what is sent to it.
  private static func candidates(
    _ advertised: [IPAddress], _ endpoints: [Endpoint]
  ) throws(RelayStartError) -> [Candidate] {
    let addresses = advertised.isEmpty ? endpoints.map(\.address) : advertised
    var candidates: [Candidate] = []
    for address in addresses {
      guard address != .anyV4, address != .anyV6 else {
        throw RelayStartError(
          message: "The relay listens on every address; configure which of them to advertise to clients.")
      }
      let socket =
        endpoints.first { $0.address == address } ?? endpoints.first { $0.address.isV4 == address.isV4 }
      guard let socket else {
        throw RelayStartError(
          message: "\(address) is advertised, but the relay listens on no \(address.isV4 ? "IPv4" : "IPv6") address.")
      }
      candidates.append(
        Candidate(
          host: Endpoint(address: address, port: socket.port), preference: UInt16(truncatingIfNeeded: candidates.count))
      )
    }
    return candidates
  }

  /// Posts a command that is answered with an error or `nil`, and waits for that.
  func ask(_ command: (@escaping @Sendable (RelayError?) -> Void) -> WorkerCommand) async -> RelayError? {
    await withCheckedContinuation { continuation in
      switch inbox.commands.post(command { continuation.resume(returning: $0) }) {
      case .posted: break
      case .full: continuation.resume(returning: .busy)
      case .closed: continuation.resume(returning: .shuttingDown)
      }
    }
  }

  /// What it has counted; nothing when it is too busy to say.
  func survey() async -> WorkerSurvey {
    await withCheckedContinuation { continuation in
      let result = inbox.commands.post(.survey { continuation.resume(returning: $0) })
      if result != .posted { continuation.resume(returning: WorkerSurvey()) }
    }
  }
}
