import API
import Testing

@testable import Settings

@Suite("Published jobs")
struct PublishedJobsTests {
  private let sites = JobFile(
    name: "sites.yaml",
    text: "sites:\n  - {id: \"hq\", reflector: \"10.1.0.5:862\"}\n  - {id: \"tsu\", reflector: \"10.7.0.5:862\"}\n")

  @Test("Sites and jobs are read by the rules of the configuration")
  func read() throws {
    let published = try PublishedJobs([sites, JobFile(name: "probes/sites.yaml", text: "kind: stamp\nrate: 20\n")])
    #expect(published.sites.map(\.id) == ["hq", "tsu"])
    #expect(published.jobs.map(\.rate) == [20])
    #expect(published.jobs.first?.targets(from: "tsu") == [.site("hq")])
  }

  @Test("What is wrong is named by the file as it was published, and by line")
  func wrong() throws {
    let wrong = JobFile(name: "probes/mesh.yaml", text: "kind: stamp\nrate: many\n")
    let error = #expect(throws: JobError.self) { try PublishedJobs([sites, wrong]) }
    #expect(error?.problems.map(\.file) == ["probes/mesh.yaml"])
    #expect(error?.problems.first?.line == 2)
    #expect(error?.description.hasPrefix("probes/mesh.yaml:2: rate: must be a whole number") == true)
    let missing = #expect(throws: JobError.self) { try PublishedJobs([wrong]) }
    #expect(missing?.problems.contains { $0.file == "sites.yaml" } == true)
  }
}
