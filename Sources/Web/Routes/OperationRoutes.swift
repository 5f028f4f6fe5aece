import API
import HTTPTypes
import Hummingbird
import Monitor
import Relay
import Transport
import Wire

/// For those who run the server: is it alive, and its figures.
struct OperationRoutes {
  let relay: RelayService?
  let feed: OverviewFeed
  let streams: [EventStreams]
  let monitor: MonitorService?
  let access: Access
  let clock: @Sendable () -> WallTime

  func add(to table: inout RouteTable) {
    table.get(Paths.health, .open) { _, _ in
      // Open to everybody: what is wrong in a word; the sentences are for who may see the overview.
      let reasons = await monitor?.troubles().map(\.kind.word) ?? []
      return try JSONAnswer.response(
        HealthStatus(
          status: reasons.isEmpty ? "ok" : "degraded", reasons: reasons,
          roles: [relay.map { _ in "relay" }, monitor.map { _ in "monitor" }].compactMap(\.self),
          epoch: feed.epoch)
      ).telling(clock())
    }
    table.get(Paths.metrics, .operate) { _, _ in
      let text = MetricsText.text(
        relay: await relay?.statistics(), overview: await feed.overview(),
        eventStreams: streams.reduce(0) { $0 + $1.open }, heapBytes: HeapUse.bytes, refusals: access.refusals)
      return Response(
        status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
        body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
  }
}
