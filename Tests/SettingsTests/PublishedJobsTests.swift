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

  @Test("Jobs of every kind are published, held to what the monitor finds good")
  func kinds() throws {
    var objective = ObjectiveSettings()
    objective.latency = .milliseconds(80)
    let files = [
      sites, JobFile(name: "probes/a.yaml", text: "kind: icmp\nto: [tsu, printer.example]\ncron: \"0 9 * * *\"\n"),
      JobFile(name: "probes/b.yaml", text: "kind: https\nfrom: [tsu]\nto: [meet.example]\n"),
    ]
    let published = try PublishedJobs(files, objective: objective)
    #expect(published.jobs.map(\.kind) == ["icmp", "https"])
    #expect(published.jobs[0].targets(from: "hq") == [.site("tsu"), .named("printer.example")])
    #expect(published.jobs.map(\.objective.latency) == [.milliseconds(80), .seconds(1)])
  }

  @Test(
    "A published job names nothing of a machine but what its folder secrets holds",
    arguments: [
      ("secrets/proxy", true), ("/etc/k/secrets/proxy", true), ("proxy", false), ("/etc/shadow", false),
      ("secrets/../agent.token", false), ("env:HOME", false),
    ])
  func secrets(path: String, isRight: Bool) throws {
    let text =
      "kind: https\nfrom: [hq]\nto: [meet.example]\nproxy: {url: \"http://proxy:1\", credentials: \"\(path)\"}\n"
    let files = [sites, JobFile(name: "probes/a.yaml", text: text)]
    if isRight {
      let job = try #require(try PublishedJobs(files, folder: "/etc/k").jobs.first)
      #expect(job.proxy?.credentials == .file("/etc/k/secrets/proxy"))
    } else {
      let error = #expect(throws: JobError.self) { try PublishedJobs(files, folder: "/etc/k") }
      #expect(error?.problems.map(\.file) == ["probes/a.yaml"])
      #expect(error?.description.contains("proxy.credentials: must name a file in the folder secrets") == true)
    }
  }
}
