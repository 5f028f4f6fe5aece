import CCurl
import Synchronization

/// The thread that owns libcurl's multi handle and every transfer.
final class FetchLoop: Sendable {
  private enum Order: Sendable {
    case start(UInt64, FetchRequest, Transfer.Sink)
    case cancel(UInt64)
  }

  private struct State {
    var orders: [Order] = []
    var isStopped = false
    var lastID: UInt64 = 0
    /// Given out and neither started nor cancelled: a task may be cancelled before its request gets here.
    var unstarted: Set<UInt64> = []
  }

  private let state = Mutex(State())
  /// Only `curl_multi_wakeup` is called from other threads, which libcurl allows; the thread itself frees it, and
  /// `isStopped` is set before that.
  private nonisolated(unsafe) let multi: UnsafeMutableRawPointer

  /// Once, before any thread.
  private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  init() {
    guard Self.isReady, let multi = curl_multi_init() else {
      preconditionFailure("libcurl cannot start: the machine is out of memory")
    }
    self.multi = multi
    let context = Unmanaged.passRetained(self)
    let result = fetch_start_thread(
      "fetch",
      { context in
        guard let context else { preconditionFailure("the thread is started with its loop") }
        Unmanaged<FetchLoop>.fromOpaque(context).takeRetainedValue().run()
      }, context.toOpaque())
    precondition(result == 0, "the machine has a thread left for libcurl")
  }

  func newID() -> UInt64 {
    state.withLock {
      $0.lastID += 1
      $0.unstarted.insert($0.lastID)
      return $0.lastID
    }
  }

  func start(_ id: UInt64, _ request: FetchRequest, sink: Transfer.Sink) {
    let isTaken = state.withLock { state in
      guard state.unstarted.remove(id) != nil, !state.isStopped else { return false }
      state.orders.append(.start(id, request, sink))
      curl_multi_wakeup(multi)
      return true
    }
    if !isTaken { sink.fail(.cancelled) }
  }

  func cancel(_ id: UInt64) {
    state.withLock { state in
      guard state.unstarted.remove(id) == nil, !state.isStopped else { return }
      state.orders.append(.cancel(id))
      curl_multi_wakeup(multi)
    }
  }

  func stop() {
    state.withLock {
      if $0.isStopped { return }
      $0.isStopped = true
      curl_multi_wakeup(multi)
    }
  }

  // MARK: On the thread

  private func run() {
    var transfers: [UInt64: Transfer] = [:]
    var isRunning = true
    while isRunning {
      let orders = state.withLock { state in
        isRunning = !state.isStopped
        defer { state.orders.removeAll() }
        return state.orders
      }
      for order in orders { obey(order, &transfers) }
      var active: Int32 = 0
      curl_multi_perform(multi, &active)
      finishDone(&transfers)
      if isRunning { curl_multi_poll(multi, nil, 0, 60_000, nil) }
    }
    for transfer in transfers.values { end(transfer, .failure(.cancelled)) }
    // Nobody can post any more: `isStopped` is set under the lock that posting takes.
    curl_multi_cleanup(multi)
  }

  private func obey(_ order: Order, _ transfers: inout [UInt64: Transfer]) {
    switch order {
    case .start(let id, let request, let sink):
      guard transfers.count < Fetcher.capacity else { return sink.fail(.tooManyRequests) }
      guard let transfer = Transfer(id: id, request: request, sink: sink) else {
        return sink.fail(.invalidURL(request.url))
      }
      if let error = transfer.ownError { return sink.fail(error) }
      transfers[id] = transfer
      curl_multi_add_handle(multi, transfer.easy)
    case .cancel(let id):
      if let transfer = transfers.removeValue(forKey: id) { end(transfer, .failure(.cancelled)) }
    }
  }

  private func finishDone(_ transfers: inout [UInt64: Transfer]) {
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle,
        let context = fetch_get_private(easy)
      else { continue }
      let code = message.pointee.data.result
      let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
      transfers[transfer.id] = nil
      end(transfer, transfer.outcome(code))
    }
  }

  private func end(_ transfer: Transfer, _ result: Result<FetchResponse, FetchError>) {
    curl_multi_remove_handle(multi, transfer.easy)
    transfer.sink.finish(result)
  }
}
