import Foundation
import Measurement
import Probes
import Testing
import Transport
import Wire

@testable import Agent

@Suite("The agent")
struct AgentServiceTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func configuration(_ monitor: AgentConfiguration.Monitor) -> AgentConfiguration {
    AgentConfiguration(site: "hq", name: "agent-hq", monitor: monitor, spoolFolder: folder.path + "/spool")
  }

  private var bodies: String { folder.path + "/bodies" }

  private func record(_ number: Int) -> PathRecord {
    PathRecord(
      id: PathRecord.ID(
        agent: "relay", boot: 1, path: Path(site: "hq", target: "relay", route: .relay, label: "p1"),
        origin: .call(.uplink), intervalStart: WallTime(seconds: 1_800_000_000 + Int64(number) * 15)),
      length: .seconds(15))
  }

  @Test("Records submitted are safe on disk, delivered in order, and forgotten once committed")
  func delivery() async throws {
    let server = try IngestServer(bodies: bodies)
    let agent = try AgentService(configuration(server.monitor))
    try await agent.submit((0..<300).map { record($0) })
    agent.post([record(300)])
    #expect(try await eventually { agent.status.deliveredRecords == 301 })
    #expect(try server.records.map(\.id) == (0...300).map { record($0).id })
    #expect(try await eventually { agent.status.waitingRecords == 0 })
    #expect(agent.status.deliveryError == nil)
    await agent.shutdown()
  }

  @Test("What the monitor cannot take now is sent again until it can, once")
  func retries() async throws {
    let server = try IngestServer(bodies: bodies, statuses: [503, 500])
    let agent = try AgentService(configuration(server.monitor))
    try await agent.submit([record(0), record(1)])
    #expect(try await eventually { agent.status.deliveredRecords == 2 })
    #expect(agent.status.deliveryError == nil)
    #expect(try server.records.map(\.id) == [record(0).id, record(1).id])
    await agent.shutdown()
  }

  @Test("While there is no monitor records wait on disk, and a successor delivers them")
  func outage() async throws {
    let gone = AgentConfiguration.Monitor(address: "http://127.0.0.1:1", token: "secret")
    let first = try AgentService(configuration(gone))
    try await first.submit([record(0), record(1)])
    #expect(try await eventually { first.status.deliveryError?.contains("refuses connections") == true })
    #expect(first.status.waitingRecords == 2)
    await first.shutdown()
    await #expect(throws: SpoolError.closed) { try await first.submit([record(2)]) }

    let server = try IngestServer(bodies: bodies)
    let second = try AgentService(configuration(server.monitor))
    #expect(try await eventually { second.status.deliveredRecords == 2 })
    #expect(try server.records.map(\.id) == [record(0).id, record(1).id])
    await second.shutdown()
  }

  @Test("A record the monitor refuses for itself is set aside, and the others go through")
  func poison() async throws {
    // Four records; the third is at fault: all four, then the first half (good), then the second half, then its first.
    let server = try IngestServer(bodies: bodies, statuses: [422, 204, 422, 422])
    let agent = try AgentService(configuration(server.monitor))
    try await agent.submit((0..<4).map { record($0) })
    #expect(try await eventually { agent.status.deliveredRecords == 3 })
    #expect(agent.status.refusedRecords == 1)
    #expect(try server.records.map(\.id) == [0, 1, 3].map { record($0).id })
    await agent.shutdown()
  }

  @Test("A wrong token is said, and nothing is given up")
  func wrongToken() async throws {
    let server = try IngestServer(bodies: bodies)
    var monitor = server.monitor
    monitor.token = "other"
    let agent = try AgentService(configuration(monitor))
    try await agent.submit([record(0)])
    #expect(try await eventually { agent.status.deliveryError?.contains("token") == true })
    #expect(agent.status.waitingRecords == 1)
    await agent.shutdown()
  }

  @Test("It measures its targets and its records arrive")
  func measurement() async throws {
    let server = try IngestServer(bodies: bodies)
    var far = configuration(server.monitor)
    far.spoolFolder += "-far"
    far.reflector = ReflectorConfiguration(listen: Endpoint(address: .loopbackV4, port: 0))
    let reflecting = try AgentService(far)
    var near = configuration(server.monitor)
    near.work.recordLength = .seconds(1)
    near.work.targets = [AgentConfiguration.Target(id: "tsu", endpoint: try #require(reflecting.reflectorEndpoint))]
    let measuring = try AgentService(near)
    try measuring.start()
    #expect(try await eventually { try server.records.count >= 4 })
    await measuring.shutdown()
    let records = try server.records
    #expect(Set(records.map(\.path.label)) == ["voice", "video"])
    for record in records {
      #expect(record.id.agent == "agent-hq")
      #expect(record.path.site == "hq")
      #expect(record.path.target == "tsu")
      #expect(record.loss.lost == 0)
      #expect(record.loss.received > 0)
    }
    #expect(Set(records.map(\.id)).count == records.count)
    #expect((reflecting.status.reflector?.answered ?? 0) > 0)
    await reflecting.shutdown()
  }

  @Test("What cannot start says why and leaves nothing behind")
  func refusedStart() async throws {
    let holder = try Reflector(ReflectorConfiguration(listen: Endpoint(address: .loopbackV4, port: 0)))
    var wrong = configuration(.init(address: "http://127.0.0.1:1"))
    wrong.reflector = ReflectorConfiguration(listen: holder.endpoint)
    #expect(throws: UDPSocketError.portInUse(holder.endpoint)) { _ = try AgentService(wrong) }
    wrong.reflector = nil
    let agent = try AgentService(wrong)
    #expect(throws: SpoolError.inUse(folder: wrong.spoolFolder)) { _ = try AgentService(wrong) }
    await agent.shutdown()
    let target = AgentConfiguration.Target(id: "tsu", endpoint: holder.endpoint)
    wrong.work.targets = [target, target]
    #expect(throws: AgentError.pathTwice(Path(site: "hq", target: "tsu", route: .direct, label: "voice"))) {
      _ = try AgentService(wrong)
    }
  }
}
