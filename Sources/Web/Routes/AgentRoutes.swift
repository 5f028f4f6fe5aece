import API
import HTTPTypes
import Hummingbird
import Monitor
import Wire

/// What agents ask for beside delivering: their identity, and their jobs.
struct AgentRoutes: Sendable {
  let registry: AgentRegistry
  let clock: @Sendable () -> WallTime
  private let attempts = AttemptLimiter()
  /// Reports name what is wrong with jobs, line by line.
  private static let reportLimit = 64 << 10

  func add(to table: inout RouteTable) {
    table.on(.post, Paths.enrolments, .enrolment, enrol)
    table.on(.post, Paths.agentReport, .agent, report)
  }

  @Sendable private func enrol(_ request: Request, _ context: WebContext) async throws -> Response {
    guard attempts.admits(context.clientAddress) else { throw Refusal.tooManyAttempts }
    try request.requireAcceptedVersion()
    let body = try await request.json(EnrolmentBody.self, upTo: 1 << 10)
    do {
      return try JSONAnswer.response(try await registry.enrol(body))
    } catch let error as RegistryError {
      throw Refusal(error)
    }
  }

  @Sendable private func report(_ request: Request, _ context: WebContext) async throws -> Response {
    let version = try request.requireAcceptedVersion()
    let report = try await request.json(AgentReport.self, upTo: Self.reportLimit)
    guard context.caller.covers(site: report.site) else { throw Refusal.forbidden(wanted: [.agent]) }
    guard report.isPlausible else { throw Refusal.reportImplausible }
    do {
      let wanted = try await registry.take(report, ofKey: context.caller.agentKey, version: version)
      return try (wanted.map { try JSONAnswer.response($0) } ?? Response(status: .noContent)).telling(clock())
    } catch let error as RegistryError {
      throw Refusal(error)
    }
  }
}

extension Response {
  /// With the server's time, by which an agent reckons how far its clock is off.
  func telling(_ now: WallTime) -> Response {
    var response = self
    let microseconds = now.nanoseconds / 1_000
    let digits = String(microseconds % 1_000_000)
    response.headers[.time] =
      "\(microseconds / 1_000_000).\(String(repeating: "0", count: max(6 - digits.count, 0)))\(digits)"
    return response
  }
}

extension Request {
  /// The version of the agent that calls, or a refusal of one that is too old.
  @discardableResult
  func requireAcceptedVersion() throws -> ProgramVersion {
    let shown = headers[.version].map { ProgramVersion($0) } ?? ProgramVersion.untold
    guard let version = shown, ProgramVersion.current.accepts(version) else {
      throw Refusal.agentOutdated(shown: headers[.version] ?? "")
    }
    return version
  }
}

extension Refusal {
  static let tooManyAttempts = Refusal(
    .tooManyRequests, .tooManyAttempts, "Too many codes were tried from this address; try again in a minute.",
    ja: "このアドレスから試されたコードが多すぎます。1分ほど後にもう一度試してください。"
  ).with(.retryAfter, "60")

  static let reportImplausible = Refusal(
    .unprocessableContent, .badRequest, "A report's versions, counts and times cannot be these.",
    ja: "報告の版・件数・時刻がありえない値です。")

  static func agentOutdated(shown: String) -> Refusal {
    let own = ProgramVersion.current
    let oldest = "\(own.major).\(max(own.minor - ProgramVersion.acceptedMinors, 0))"
    return Refusal(
      .upgradeRequired, .agentOutdated,
      "This monitor is version \(own) and takes agents from \(oldest) on: install \(own) at the site.",
      ja: "この監視サーバーは \(own) 版で、\(oldest) 版以降のエージェントを受け付けます。拠点に \(own) 版を入れてください。")
  }

  static func agentRevoked(_ reason: String) -> Refusal {
    Refusal(
      .forbidden, .agentRevoked,
      "This agent's key is not accepted any more: \(reason). If that is wrong, ask for a code and join again.",
      ja: "このエージェントの鍵は取り消されました（\(EndReason(rawValue: reason)?.japanese ?? reason)）。心当たりがなければ、コードを受け取って登録し直してください。")
  }

  init(_ error: RegistryError) {
    let (status, code): (HTTPResponse.Status, ErrorCode) =
      switch error.reason {
      case .badSites: (.unprocessableContent, .badSites)
      case .badJobs: (.unprocessableContent, .badJobs)
      case .codeInvalid: (.forbidden, .codeInvalid)
      case .unknownSite: (.notFound, .notFound)
      case .conflict: (.conflict, .conflict)
      case .unstored: (.serviceUnavailable, .internalError)
      }
    self.init(status, code, error.description, ja: error.japanese)
    if error.reason == .unstored { headers[.retryAfter] = "10" }
  }
}
