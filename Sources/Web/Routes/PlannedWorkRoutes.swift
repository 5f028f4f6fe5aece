import API
import Alerting
import Foundation
import HTTPTypes
import Hummingbird
import Monitor
import Wire

/// Announcing work on the network, and taking it back.
struct PlannedWorkRoutes {
  let monitor: MonitorService

  func add(to table: inout RouteTable) {
    table.get(Paths.planned, .operate) { _, _ in try await all() }
    table.on(.post, Paths.planned, .manage) { request, _ in
      let work = try PlannedWork(try await request.json(PlannedWorkBody.self, upTo: 64 << 10), now: await monitor.now)
      if let unknown = await monitor.unknownPlaces(in: work.scopes).first {
        throw Refusal.unknownPlace(unknown, sites: await monitor.siteIDs)
      }
      guard try await monitor.plan(work) else {
        let limit = MonitorService.plannedWorksLimit
        throw Refusal(
          .conflict, .badRequest, "There are \(limit) announced works already: take some back first.",
          ja: "予定された計画作業がすでに \(limit) 件あります。先にいくつか取り消してください。")
      }
      return try await all()
    }
    table.on(.delete, "\(Paths.planned)/:id", .manage) { _, context in
      guard let id = context.parameters.get("id").flatMap({ Int64($0) }), try await monitor.endPlannedWork(id) else {
        throw Refusal(
          .notFound, .notFound, "No announced work that is not over has this number.",
          ja: "この番号の、終わっていない計画作業はありません。")
      }
      return try await all()
    }
  }

  private func all() async throws -> Response {
    try JSONAnswer.response(await monitor.plannedWorks().map(PlannedWorkBody.init))
  }
}

extension Refusal {
  /// So many sites are named to whoever mistyped one.
  private static let namedSites = 20

  fileprivate static func unknownPlace(_ place: String, sites: [String]) -> Refusal {
    let more = sites.count - namedSites
    let names = sites.prefix(namedSites).joined(separator: ", ")
    return Refusal(
      .badRequest, .badRequest,
      "There is no site \"\(place.prefix(64))\" and nothing of that name is measured to. The sites are: "
        + names + (more > 0 ? " and \(more) more (`kakehashi site list`)." : "."),
      ja: "「\(place.prefix(64))」という拠点はなく、計測の相手にもありません。拠点: "
        + names + (more > 0 ? " ほか \(more) 件（`kakehashi site list`）。" : "。"))
  }
}

extension PlannedWork {
  init(_ body: PlannedWorkBody, now: WallTime) throws {
    guard [body.from, body.to].allSatisfy({ $0.isFinite && abs($0) < 9e9 }), body.from < body.to,
      body.to - body.from <= PlannedWorkBody.longest, body.to > now.unixSeconds
    else {
      throw Refusal.badRequest(
        "Work ends after it begins, after now, and lasts 31 days at most.", ja: "計画作業の終了は、開始および現在より後で、期間は31日以内です。")
    }
    guard body.from <= now.unixSeconds + PlannedWorkBody.farthest else {
      throw Refusal.badRequest("Work begins within 400 days: look at the year.", ja: "計画作業の開始は400日以内です。年を確かめてください。")
    }
    let reason = body.reason.trimmingCharacters(in: .whitespacesAndNewlines)
    guard (1...PlannedWorkBody.longestReason).contains(reason.count),
      reason.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
    else {
      throw Refusal.badRequest("Work has a reason of 1 to 200 characters on one line.", ja: "計画作業の理由は1行、1～200文字です。")
    }
    let scopes = body.scopes.map { Scope($0) }
    guard scopes.count <= PlannedWorkBody.mostScopes, scopes.allSatisfy({ $0 != nil }) else {
      throw Refusal.badRequest(
        "Work touches up to 100 paths, each written SITE or SITE/TARGET.", ja: "対象は100件以内で、「拠点」または「拠点/相手」の形で指定します。")
    }
    func time(_ seconds: Double) -> WallTime { WallTime(nanoseconds: Int64(seconds * 1_000) * 1_000_000) }
    self.init(start: time(body.from), end: time(body.to), reason: reason, scopes: scopes.compactMap(\.self))
  }
}

extension PlannedWorkBody {
  init(_ work: PlannedWork) {
    self.init(
      id: work.id, from: work.start.unixSeconds, to: work.end.unixSeconds, reason: work.reason,
      scopes: work.scopes.map(\.description))
  }
}
