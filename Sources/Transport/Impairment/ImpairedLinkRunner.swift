import Wire

/// The thread behind an `ImpairedLink`.
struct ImpairedLinkRunner: ~Copyable {
  // Not private: the compiler (6.3.1) then loses its metadata in other files.
  struct Client: ~Copyable {
    var socket: UDPSocket
    /// Where its answers go.
    var source: Endpoint
  }

  static let clientCapacity = 256
  static let waitingCapacity = 65_536

  private static let nearToken: UInt64 = .max
  private static let wakeupToken: UInt64 = .max - 1

  private let target: Endpoint
  private let shared: ImpairedLink.Shared
  private let loop: EventLoop
  private var near: UDPSocket
  private var clients = Slab<Client>(capacity: clientCapacity)
  private var clientIndexes: [Endpoint: Slab<Client>.Handle] = [:]
  private var forward: Impairment
  private var reverse: Impairment
  private var queue = DepartureQueue()
  private var received = ReceiveBatch(messages: 64, bytesPerMessage: 65_536)

  var endpoint: Endpoint { near.localEndpoint }

  init(listeningOn endpoint: Endpoint, target: Endpoint, seed: UInt64, shared: ImpairedLink.Shared) throws {
    self.target = target
    self.shared = shared
    var random = SplitMix64(seed: seed)
    forward = Impairment(seed: random.next())
    reverse = Impairment(seed: random.next())
    let loop = try EventLoop()
    let near = try UDPSocket(bindingTo: endpoint, options: Self.options)
    try loop.watch(near.descriptor, token: Self.nearToken)
    try loop.watch(shared.wakeup.descriptor, token: Self.wakeupToken)
    self.loop = loop
    self.near = near
  }

  private static var options: UDPSocket.Options {
    var options = UDPSocket.Options()
    options.tellsTrafficClass = true
    return options
  }

  mutating func run() {
    var outgoing = SendBatch(datagrams: 1, bytes: 65_536)
    while takeOrders() {
      let events = loop.wait(until: queue.earliest)
      for index in 0..<events {
        let token = loop.event(at: index).token
        if token == Self.wakeupToken {
          shared.wakeup.clear()
          // Orders count from the next datagram on, also for those that wait behind this event.
          if !takeOrders() { return }
        } else if token == Self.nearToken {
          receiveForward()
        } else if let handle = clients.handle(at: Int(token)) {
          receiveReverse(handle)
        }
      }
      sendDue(&outgoing)
    }
  }

  private mutating func takeOrders() -> Bool {
    let (forwardConditions, reverseConditions, isStopped) = shared.state.withLock {
      ($0.forward, $0.reverse, $0.isStopped)
    }
    forward.conditions = forwardConditions
    reverse.conditions = reverseConditions
    return !isStopped
  }

  private mutating func receiveForward() {
    while near.receive(into: &received) {
      while let datagram = received.next() {
        guard let client = client(for: datagram.source) else { continue }
        let fate = forward.decide(bytes: datagram.byteCount, now: datagram.arrival)
        take(datagram, .forward, client: Int(client.index), fate)
      }
    }
  }

  private mutating func receiveReverse(_ handle: Slab<Client>.Handle) {
    while clients[handle].socket.receive(into: &received) {
      while let datagram = received.next() {
        let fate = reverse.decide(bytes: datagram.byteCount, now: datagram.arrival)
        take(datagram, .reverse, client: Int(handle.index), fate)
      }
    }
  }

  private mutating func client(for source: Endpoint) -> Slab<Client>.Handle? {
    if let known = clientIndexes[source] { return known }
    let any = Endpoint(address: target.address.isV4 ? .anyV4 : .anyV6, port: 0)
    guard !clients.isFull, let socket = try? UDPSocket(bindingTo: any, options: Self.options) else { return nil }
    let descriptor = socket.descriptor
    guard let handle = clients.insert(Client(socket: socket, source: source)) else { return nil }
    do {
      try loop.watch(descriptor, token: UInt64(handle.index))
    } catch {
      _ = clients.remove(handle)
      return nil
    }
    clientIndexes[source] = handle
    return handle
  }

  private mutating func take(
    _ datagram: ReceivedDatagram, _ direction: ImpairedLink.Direction, client: Int, _ decided: Impairment.Fate
  ) {
    let fate = queue.count < Self.waitingCapacity ? decided : .queueFull
    let bytes = received.bytes(of: datagram)
    let passage = log(
      ImpairedLink.Passage(
        direction: direction, tag: bytes.byteCount >= 4 ? bytes.u32(at: 0) : 0, byteCount: bytes.byteCount,
        arrival: datagram.arrival, fate: fate))
    let (copies, departure) =
      switch fate {
      case .lost, .queueFull: (0, MonotonicTime.never)
      case .departs(let instant): (1, instant)
      case .departsTwice(let instant): (2, instant)
      }
    for _ in 0..<copies {
      queue.insert(
        DepartureQueue.Item(
          departure: departure, order: 0, direction: direction, client: client, trafficClass: datagram.trafficClass,
          passage: passage, bytes: bytes.bytes()))
    }
  }

  private func log(_ passage: ImpairedLink.Passage) -> Int? {
    shared.state.withLock { state in
      guard state.passages.count < ImpairedLink.loggedPassages else {
        state.unlogged += 1
        return nil
      }
      state.passages.append(passage)
      return state.passages.count - 1
    }
  }

  private mutating func sendDue(_ outgoing: inout SendBatch) {
    while let item = queue.popDue(SystemClock.now) {
      guard let handle = clients.handle(at: item.client) else { continue }
      let isForward = item.direction == .forward
      let destination = isForward ? target : clients[handle].source
      guard outgoing.append(item.bytes.span.bytes, to: destination, trafficClass: item.trafficClass) else { continue }
      let departure = SystemClock.now
      if isForward { clients[handle].socket.flush(&outgoing) } else { near.flush(&outgoing) }
      guard let passage = item.passage else { continue }
      shared.state.withLock { state in
        if state.passages[passage].departure == nil { state.passages[passage].departure = departure }
      }
    }
  }
}
