import API
import Testing
import Wire

@testable import Settings

@Suite("A mesh")
struct MeshTests {
  private func published(_ sites: [String], without agentless: Set<String> = []) throws -> PublishedJobs {
    let lines = sites.enumerated().map { index, id in
      "  - {id: \(id), reflector: 10.0.\(index).1:862, agent: \(!agentless.contains(id))}\n"
    }
    return try PublishedJobs([
      JobFile(name: "sites.yaml", text: "sites:\n" + lines.joined()),
      JobFile(name: "probes/mesh.yaml", text: "kind: stamp\nmesh: hq\n"),
    ])
  }

  private func targets(_ published: PublishedJobs, _ site: String) -> [[ProbeJob.Target]] {
    published.jobs.map { $0.targets(from: site) }
  }

  @Test(
    "Each site measures the hub at full rate and its two neighbours with a packet a second; the hub measures nobody")
  func ring() throws {
    let published = try published(["hq", "a", "b", "c", "d"])
    #expect(published.jobs.map(\.rate) == [50, 1])
    #expect(published.jobs.map(\.pages) == [true, false])
    #expect(published.jobs.map(\.interval) == [.seconds(15), .seconds(60)])
    #expect(targets(published, "a") == [[.site("hq")], [.site("d"), .site("b")]])
    #expect(targets(published, "d") == [[.site("hq")], [.site("c"), .site("a")]])
    #expect(targets(published, "hq") == [[], []])
    #expect(published.jobs[1].packetStreams.map(\.interval) == [.seconds(1)])
    #expect(published.jobs[1].streams(to: .site("b"), from: "a").map(\.label) == ["mesh"])
  }

  @Test("Sixty sites have two paths along the ring each, and each is measured by two")
  func sixty() throws {
    let ids = (1...60).map { "s\($0)" }
    let ring = try published(["hq"] + ids).jobs[1]
    var measured: [String: Int] = [:]
    for site in ids {
      let targets = ring.targets(from: site)
      #expect(targets.count == 2 && !targets.contains(.site(site)))
      for target in targets { measured[target.id, default: 0] += 1 }
    }
    #expect(measured.count == 60 && measured.values.allSatisfy { $0 == 2 })
  }

  @Test("The ring closes around a site that has no agent, and small rings have no edge twice")
  func closing() throws {
    let published = try published(["hq", "a", "b", "c", "d"], without: ["b"])
    #expect(targets(published, "a")[1] == [.site("d"), .site("c")])
    #expect(targets(published, "b") == [[], []])
    #expect(targets(try self.published(["hq", "a", "b"]), "a")[1] == [.site("b")])
    #expect(targets(try self.published(["hq", "a"]), "a") == [[.site("hq")], []])
  }

  @Test(
    "What a mesh measures follows from its hub alone",
    arguments: [
      ("kind: stamp\nmesh: hq\nfrom: [hq]\n", "from"), ("kind: stamp\nmesh: hq\nto: [hq]\n", "to"),
      ("kind: icmp\nmesh: hq\n", "mesh"), ("kind: stamp\nmesh: nowhere\n", "mesh"),
    ])
  func wrong(text: String, key: String) throws {
    let files = [
      JobFile(name: "sites.yaml", text: "sites: [{id: hq, reflector: 10.0.0.1:862}]\n"),
      JobFile(name: "probes/mesh.yaml", text: text),
    ]
    let error = #expect(throws: JobError.self) { try PublishedJobs(files) }
    #expect(error?.problems.contains { $0.message.hasPrefix("\(key): ") } == true)
  }
}
