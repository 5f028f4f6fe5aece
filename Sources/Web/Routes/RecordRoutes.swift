import API
import Cipher
import HTTPTypes
import Hummingbird
import Measurement
import Monitor

/// Ingest: agents hand in what they measured. 204 means committed.
struct RecordRoutes {
  let monitor: MonitorService
  /// What agents must show; `nil` lets anybody in.
  let token: String?
  let limit: Int

  func add(to table: inout RouteTable) {
    table.on(.post, Paths.records, take)
  }

  @Sendable private func take(_ request: Request, _ context: WebContext) async throws -> Response {
    if let token {
      guard let shown = request.bearerToken, Self.areEqual(shown, token) else { throw Refusal.unauthorized }
    }
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

  /// In a time that says nothing of where two tokens differ.
  static func areEqual(_ shown: String, _ token: String) -> Bool {
    constantTimeEqual(Array(shown.utf8).span.bytes, Array(token.utf8).span.bytes)
  }
}
