import Association
import ICE
import Measurement
import SDP
import Synchronization
import Transport
import Wire

/// The media relay: its Workers, their sockets, DTLS and the rooms on them.
///
/// Safe to use from anywhere; nothing here is on the packet path.
public final class RelayService: Sendable {
  private let configuration: RelayConfiguration
  private let workers: [WorkerThread]
  private let associations: AssociationService
  private let fingerprint: Fingerprint
  private let outbox: WorkerEventOutbox
  private let records: CallRecords
  private let directory: Mutex<RoomDirectory>
  private let isShuttingDown = Atomic(false)

  /// Binds every Worker's sockets and starts the threads; throws before anything is left half started.
  public init(configuration: RelayConfiguration) throws(RelayStartError) {
    let epoch = Entropy().next()
    self.configuration = configuration
    outbox = WorkerEventOutbox()
    do {
      associations = try AssociationService(threads: configuration.associationThreads)
    } catch {
      throw RelayStartError(message: "\(error)")
    }
    guard let fingerprint = Fingerprint(associations.identity.fingerprint) else {
      throw RelayStartError(message: "The relay's DTLS certificate has no fingerprint; start again.")
    }
    self.fingerprint = fingerprint
    workers = try WorkerThread.start(configuration, associations: associations, outbox: outbox)
    records = CallRecords(agent: configuration.agent, boot: epoch, site: configuration.site)
    directory = Mutex(RoomDirectory(workers: workers.count, epoch: epoch, bounds: configuration.bounds))
    Task { [weak self, outbox] in
      for await _ in outbox.signals { self?.takeEvents() }
    }
  }

  deinit {
    for worker in workers { worker.inbox.close() }
    outbox.close()
  }

  /// The UDP ports in use, one for each Worker.
  public var ports: [UInt16] { workers.compactMap { $0.endpoints.first?.port } }

  // MARK: Taking part

  /// Takes a client into a room, which is opened when it does not exist.
  public func join(_ request: JoinRequest) async throws(RelayError) -> JoinAnswer {
    try checkNames(request)
    let offer = try Offer(request.offer, kind: request.kind, bounds: configuration.bounds)
    let resource = Self.token(bytes: 16)
    let etag = "\"\(Self.token(bytes: 8))\""
    let place = try reserve(request, resource: resource, etag: etag, offer: offer)
    let worker = workers[place.worker]
    var entropy = Entropy()
    let session = Session(
      offer, participant: place.participant, name: request.name, kind: request.kind, candidates: worker.candidates,
      fingerprint: fingerprint, random: &entropy)
    let admission = WorkerAdmission(
      participant: place.participant, room: place.room, address: request.clientAddress,
      credentials: session.credentials, remoteFragment: offer.negotiation.remote.usernameFragment,
      fingerprints: offer.negotiation.remote.fingerprints.compactMap(CertificateFingerprint.init),
      admission: session.admission)
    let refusal = await worker.ask { .admit(admission, reply: $0) }
    if let refusal {
      directory.withLock { $0.remove(place.participant, .failed) }
      throw refusal
    }
    return JoinAnswer(
      resource: resource, participant: place.participant.description, answer: session.answer, etag: etag)
  }

  private func checkNames(_ request: JoinRequest) throws(RelayError) {
    let limit = configuration.bounds.nameLength
    guard !request.room.isEmpty, request.kind != .meeting || !request.name.isEmpty else { throw .nameMissing }
    guard request.room.count <= limit, request.name.count <= limit else { throw .nameTooLong(limit: limit) }
  }

  private func reserve(
    _ request: JoinRequest, resource: String, etag: String, offer: Offer
  ) throws(RelayError) -> RoomDirectory.Place {
    guard !isShuttingDown.load(ordering: .acquiring) else { throw .shuttingDown }
    return try directory.withLock { directory throws(RelayError) in
      guard request.kind != .whep || directory.hasPublisher(room: request.room) else { throw .nothingPublished }
      let entropy = Entropy()
      return try directory.admit(
        room: request.room, from: request.clientAddress,
        as: { number in
          Member(
            number: number, resource: resource, name: request.name, kind: request.kind,
            clientAddress: request.clientAddress, etag: etag,
            clientFragment: offer.negotiation.remote.usernameFragment,
            firstSection: offer.negotiation.sections.first.map { ($0.isAudio ? "audio" : "video", $0.mid) }
              ?? ("audio", "0"))
        }, draw: { UInt32(truncatingIfNeeded: entropy.next()) })
    }
  }

  /// A PATCH by the participant: candidates are read and ignored; new credentials restart ICE.
  ///
  /// - Parameter ifMatch: the header's value: an ETag for candidates, `*` or an ETag for a restart.
  public func patch(
    room: String, resource: String, fragment: String, ifMatch: String?
  ) async throws(RelayError) -> PatchAnswer {
    let (member, index) = try find(room, resource)
    guard let ifMatch else { throw .preconditionRequired }
    // RFC 9725's own example quotes the asterisk.
    guard ["*", "\"*\"", member.etag].contains(ifMatch) else { throw .preconditionFailed(current: member.etag) }
    let wanted: SessionFragment
    do {
      wanted = try SessionFragment(parsing: fragment)
    } catch {
      throw .offerMalformed("\(error).")
    }
    guard let clientFragment = wanted.usernameFragment, clientFragment != member.clientFragment else {
      return .trickled
    }
    guard (4...256).contains(clientFragment.utf8.count), (22...256).contains(wanted.password?.utf8.count ?? 0) else {
      throw .offerMalformed("a restart needs 'a=ice-ufrag' of 4 to 256 and 'a=ice-pwd' of 22 to 256 characters.")
    }
    return try await restart(member, to: clientFragment, on: workers[index])
  }

  private func restart(
    _ member: Member, to clientFragment: String, on worker: WorkerThread
  ) async throws(RelayError) -> PatchAnswer {
    var entropy = Entropy()
    let credentials = ICECredentials(random: &entropy)
    let refusal = await worker.ask {
      .restart(member.number, local: credentials, remoteFragment: clientFragment, reply: $0)
    }
    if let refusal { throw refusal }
    let etag = "\"\(Self.token(bytes: 8))\""
    directory.withLock { directory in
      directory.change(member.number) {
        $0.etag = etag
        $0.clientFragment = clientFragment
      }
    }
    var answer = SessionFragment()
    answer.usernameFragment = credentials.usernameFragment
    answer.password = credentials.password
    answer.candidates = worker.candidates.map(\.description)
    answer.isEndOfCandidates = true
    return .restarted(
      fragment: answer.serialized(media: member.firstSection.media, mid: member.firstSection.mid), etag: etag)
  }

  /// What the page says of its own switches; packets alone cannot tell a muted microphone from silence.
  public func announce(
    room: String, resource: String, microphone: Bool?, camera: Bool?, screen: Bool? = nil
  ) async throws(RelayError) {
    let (member, index) = try find(room, resource)
    if let microphone { try post(.announce(member.number, .microphone, isOn: microphone), to: index) }
    if let camera { try post(.announce(member.number, .camera, isOn: camera), to: index) }
    if let screen { try post(.announce(member.number, .screen, isOn: screen), to: index) }
  }

  /// Ends a participation; its packets are dropped from here on.
  public func leave(room: String, resource: String) async throws(RelayError) {
    let (member, index) = try find(room, resource)
    try post(.leave(member.number), to: index)
    directory.withLock { $0.remove(member.number, .left) }
  }

  /// The id by which everybody knows the participant whose resource this is.
  public func participant(room: String, resource: String) throws(RelayError) -> String {
    try find(room, resource).member.number.description
  }

  /// Whether the resource is there, and its ETag.
  public func etag(room: String, resource: String) throws(RelayError) -> String {
    try find(room, resource).member.etag
  }

  private func find(_ room: String, _ resource: String) throws(RelayError) -> (member: Member, worker: Int) {
    try directory.withLock { directory throws(RelayError) in try directory.member(room: room, resource: resource) }
  }

  private func post(_ command: WorkerCommand, to worker: Int) throws(RelayError) {
    switch workers[worker].inbox.commands.post(command) {
    case .posted: break
    case .full: throw .busy
    case .closed: throw .shuttingDown
    }
  }

  // MARK: Watching

  /// What happens in the room, for one participant: first the missed events after `last`, or a roster when there
  /// is no `last`, it is of another epoch or too long ago. Ends with `.ended`, or when the caller stops reading.
  public func events(
    room: String, resource: String, after last: EventID?
  ) throws(RelayError) -> AsyncStream<RoomEvent> {
    try directory.withLock { directory throws(RelayError) in
      try directory.listen(room: room, resource: resource, after: last) { [weak self] listener in
        // A stream may end while the directory is locked.
        Task { self?.directory.withLock { $0.stopListening(room: room, listener: listener) } }
      }
    }
  }

  /// All rooms with somebody in them, by name.
  public func meetings() async -> [MeetingSnapshot] {
    var rates: [RoomNumber: WorkerSurvey.Rates] = [:]
    for survey in await surveys() { rates.merge(survey.rates) { $1 } }
    return directory.withLock { directory in
      directory.meetings.map { meeting in
        let rates = rates[meeting.number] ?? WorkerSurvey.Rates()
        return MeetingSnapshot(
          room: meeting.room,
          participants: meeting.members.map { ParticipantSnapshot($0, site: configuration.siteOf($0.address)) },
          receivedBitrate: rates.received, sentBitrate: rates.sent)
      }
    }
  }

  public func statistics() async -> RelayStatistics {
    var total = RelayStatistics()
    for survey in await surveys() { total.add(survey.statistics) }
    directory.withLock { directory in
      total.rooms = directory.roomCount
      total.participants = directory.participantCount
      total.listeners = directory.listenerCount
    }
    (total.tables.associations, total.tables.handshakes) = associations.counts
    total.coalescedEvents = outbox.coalesced
    return total
  }

  private func surveys() async -> [WorkerSurvey] {
    var surveys: [WorkerSurvey] = []
    for worker in workers { surveys.append(await worker.survey()) }
    return surveys
  }

  // MARK: What Workers say

  private func takeEvents() {
    var closed: [CallInterval] = []
    let events = outbox.drain()
    directory.withLock { directory in
      for event in events {
        switch event {
        case .connected(let participant): directory.connect(participant)
        case .presence(let participant, let media): directory.present(participant, media)
        case .address(let participant, let address): directory.change(participant) { $0.mediaAddress = address }
        case .speaking(let room, let participants): directory.speaking(participants, in: room)
        case .slots(let participant, let slots): directory.slots(slots, of: participant)
        case .codecs(let participant, let kind, let codecs): directory.codecs(codecs, of: kind, by: participant)
        case .ended(let participant, let reason): directory.remove(participant, reason)
        case .intervals(let intervals): closed += intervals
        }
      }
    }
    if !closed.isEmpty { deliver(closed) }
  }

  private func deliver(_ intervals: [CallInterval]) {
    var made: [PathRecord] = []
    var uplinks: [(ParticipantNumber, PathRecord)] = []
    for interval in intervals {
      // The site is of no account for what the meeting's own list shows.
      let site = configuration.siteOf(interval.address)
      let all = records.records(interval, site: site ?? "")
      if let uplink = all.first(where: { $0.origin == .call(.uplink) }) {
        uplinks.append((interval.participant, uplink))
      }
      if site != nil { made += all }
    }
    directory.withLock { directory in
      for (participant, uplink) in uplinks { directory.change(participant) { $0.note(uplink) } }
    }
    if !made.isEmpty { configuration.records(made) }
  }

  // MARK: Ending

  /// Ends all participations and streams, closes the interval's records, and joins the threads.
  public func shutdown() async {
    guard !isShuttingDown.exchange(true, ordering: .acquiringAndReleasing) else { return }
    for worker in workers { worker.inbox.close() }
    for worker in workers { worker.thread.join() }
    takeEvents()
    directory.withLock { directory in
      for participant in directory.participants { directory.remove(participant, .shuttingDown) }
    }
    outbox.close()
  }

  private static func token(bytes count: Int) -> String {
    Entropy.bytes(count).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
  }
}

/// Why the relay could not start, as a sentence that says what to do.
public struct RelayStartError: Error, Sendable, CustomStringConvertible {
  public var message: String
  public var description: String { message }
}
