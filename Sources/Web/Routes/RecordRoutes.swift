import API
import HTTPTypes
import Hummingbird
import Measurement
import Monitor

/// Ingest: agents hand in what they measured. 204 means committed.
struct RecordRoutes {
  let monitor: MonitorService
  let limit: Int

  func add(to table: inout RouteTable) {
    table.on(.post, Paths.records, .agent, take)
  }

  @Sendable private func take(_ request: Request, _ context: WebContext) async throws -> Response {
    guard request.mediaType == MediaTypes.records else {
      throw Refusal.unsupportedMediaType(accepted: MediaTypes.records)
    }
    let body = try await request.bytes(upTo: limit)
    let records: [PathRecord]
    do {
      records = try PathRecordCodec.decodeAll(body.readableBytesView)
    } catch {
      throw Refusal(
        .badRequest, .badRecords, "The body holds no records that can be read: \(error)",
        ja: "本文の記録を読めません: \(error)")
    }
    if let claims = context.caller.claims {
      guard records.allSatisfy({ claims.covers(site: $0.id.path.site) }) else {
        throw Refusal.forbidden(wanted: [.agent])
      }
    }
    do {
      try await monitor.ingest(records)
    } catch {
      // Not committed, so not acknowledged: the agent keeps them and comes again.
      throw Refusal(
        .serviceUnavailable, .internalError, "The records could not be stored: \(error)", ja: "記録を保存できません: \(error)"
      ).with(.retryAfter, "10")
    }
    return Response(status: .noContent)
  }
}
