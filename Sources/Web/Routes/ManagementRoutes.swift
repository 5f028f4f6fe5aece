import API
import HTTPTypes
import Hummingbird
import Monitor

/// For those who add sites, let agents in and out, and publish their jobs.
struct ManagementRoutes: Sendable {
  let registry: AgentRegistry
  private static let sitesLimit = 1 << 20
  private static let jobsLimit = 2 * JobSet.maximumBytes

  func add(to table: inout RouteTable) {
    table.get(Paths.sites, .manage) { _, _ in
      let sites = await registry.sites
      return try JSONAnswer.response(SitesBody(configured: sites.configured, added: sites.added))
    }
    table.on(.put, Paths.sites, .manage) { request, _ in
      let body = try await request.json(SitesChangeBody.self, upTo: Self.sitesLimit)
      return try await answer { () async throws in
        try await registry.put(body.sites)
        return body
      }
    }
    table.on(.post, "\(Paths.sites)/:site/code", .manage) { request, context in
      let body = try await request.json(CodeRequestBody.self, upTo: 1 << 10)
      guard (60...30 * 86_400).contains(body.validSeconds) else {
        throw Refusal.badRequest("A code works for 1 minute to 30 days.", ja: "コードの有効期間は1分～30日です。")
      }
      let site = context.parameters.get("site") ?? ""
      return try await answer { try await registry.makeCode(for: site, validFor: .seconds(body.validSeconds)) }
    }
    table.get(Paths.agents, .operate) { _, _ in try JSONAnswer.response(await registry.statuses()) }
    table.on(.delete, "\(Paths.agents)/:site", .manage) { request, context in
      let body = try await request.json(RevocationBody.self, upTo: 4 << 10)
      let site = context.parameters.get("site") ?? ""
      do {
        try await registry.revoke(site, because: body.reason)
      } catch let error as RegistryError {
        throw Refusal(error)
      }
      return Response(status: .noContent)
    }
    table.get(Paths.jobs, .operate) { _, _ in try JSONAnswer.response(await registry.jobs()) }
    table.on(.post, Paths.jobs, .manage) { request, _ in
      let body = try await request.json(JobPublication.self, upTo: Self.jobsLimit)
      return try await answer { try await registry.publish(body) }
    }
    table.on(.post, Paths.jobPromotion, .manage) { _, _ in try await answer { try await registry.promote() } }
    table.on(.post, Paths.jobRollback, .manage) { _, _ in try await answer { try await registry.rollBack() } }
  }

  private func answer(_ body: () async throws -> some Encodable) async throws -> Response {
    do {
      return try JSONAnswer.response(try await body())
    } catch let error as RegistryError {
      throw Refusal(error)
    }
  }
}
