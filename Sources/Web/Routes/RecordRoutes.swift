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
    try request.requireAcceptedVersion()
    let body = try await request.bytes(upTo: limit)
    let records: [PathRecord]
    do {
      records = try PathRecordCodec.decodeAll(body.readableBytesView)
    } catch {
      throw Refusal(
        .badRequest, .badRecords, "The body holds no records that can be read: \(error)",
        ja: "本文の記録を読めません: \(error)")
    }
    guard records.allSatisfy(\.isPlausible) else {
      throw Refusal(
        .badRequest, .badRecords, "The body holds a record of more than anything could have measured.",
        ja: "計測できる量を超えた記録があります。")
    }
    guard records.allSatisfy({ context.caller.covers(site: $0.id.path.site) }) else {
      guard let own = context.caller.agentSite else { throw Refusal.forbidden(wanted: [.agent]) }
      // Not for want of a right, which another token could mend: these records are at fault, and no others.
      throw Refusal(
        .unprocessableContent, .badRecords, "Of this agent only records of the site \"\(own)\" are taken.",
        ja: "このエージェントから受け取れるのは、拠点「\(own)」の記録だけです。")
    }
    do {
      if let site = context.caller.agentSite {
        try await monitor.ingest(records, ofAgentAt: site)
      } else {
        try await monitor.ingest(records)
      }
    } catch {
      // Not committed, so not acknowledged: the agent keeps them and comes again.
      throw Refusal(
        .serviceUnavailable, .internalError, "The records could not be stored: \(error)", ja: "記録を保存できません: \(error)"
      ).with(.retryAfter, "10")
    }
    return Response(status: .noContent)
  }
}
