import Measurement
import Probes
import Testing
import Wire

@testable import Settings

@Suite("The folder of probe jobs")
struct ProbeJobsTests {
  private static let main =
    "site: a\nsites:\n  - {id: a, reflector: 10.0.0.1:862, uplink: 10 Mbit/s}\n  - {id: b, reflector: 10.0.0.2:862}\n"

  private func read(_ jobs: [String: String]) throws -> Settings {
    var files = ["/c/k.yaml": Self.main]
    for (name, text) in jobs { files["/c/probes/\(name).yaml"] = text }
    return try Settings(file: "/c/k.yaml", files: SettingsFiles(files))
  }

  @Test("A wrong job stops only itself, and is named by its own file, line and key")
  func wrongJob() throws {
    let settings = try read([
      "bad": "kind: stamp\nrate: 0\nto: [b]\n", "good": "kind: icmp\nto: [b]\n", "worse": "kind: [\n",
    ])
    #expect(settings.jobs.map(\.name) == ["good"])
    #expect(settings.jobFiles.count == 3)
    let said = settings.jobProblems.map(\.description)
    #expect(said[0] == "/c/probes/bad.yaml:2: rate: must be a whole number from 1 to 1000, not \"0\".")
    #expect(said[1].hasPrefix("/c/probes/worse.yaml:"))
  }

  @Test(
    "Where a job may name a site that was added at the monitor, it is said who knows those",
    arguments: [
      ("kind: stamp\nfrom: [added]\nto: [b]\n", true), ("kind: stamp\nto: [a, added]\n", true),
      ("kind: stamp\nmesh: added\n", true), ("kind: stamp\nto: [b]\nrate: 0\n", false),
    ])
  func addedSite(job: String, isSite: Bool) throws {
    let error = SettingsError(try read(["job": job]).jobProblems)
    #expect(!error.problems.isEmpty)
    #expect((error.siteHint?.contains("kakehashi jobs publish") ?? false) == isSite)
  }

  @Test(
    "Without an interval a path is judged over the shortest that holds 300 packets of each stream",
    arguments: [(50, 15), (40, 15), (39, 60), (10, 60), (9, 300), (2, 300), (1, 900)])
  func judgingInterval(rate: Int, seconds: Int) throws {
    let settings = try read(["j": "kind: stamp\nto: [b]\nrate: \(rate)\nforce: true\n"])
    #expect(settings.jobs.map(\.interval) == [.seconds(seconds)])
  }

  @Test("Each kind has its own interval; what is good is what the monitor says, for https what a request may take")
  func defaults() throws {
    let settings = try read([
      "a": "kind: stun\nto: [stun.example:3478]\n", "b": "kind: https\nto: [\"https://x.example/\"]\n",
      "c": "kind: stamp\nfrom: [b]\nrate: 20\n",
    ])
    #expect(settings.jobProblems.isEmpty)
    #expect(settings.jobs.map(\.interval) == [.seconds(60), .seconds(60), .seconds(60)])
    #expect(settings.jobs.map(\.objective.latency) == [.milliseconds(150), .seconds(1), .milliseconds(150)])
    #expect(settings.jobs.map(\.timeZone) == ["Asia/Tokyo", "Asia/Tokyo", "Asia/Tokyo"])
    #expect(settings.jobs[1].request(to: settings.jobs[1].targets[0], from: "a").count == 1)
  }

  @Test(
    "What would burden a line or somebody's server is refused in a sentence, unless force says it is meant",
    arguments: [
      ("kind: https\nto: [\"https://x/\"]\ninterval: 30 s\n", "interval"),
      ("kind: https\nto: [\"https://x/\"]\ncount: 2\n", "count"),
      ("kind: stun\nto: [x]\nrate: 2\n", "rate"),
      ("kind: stun\nto: [x]\ninterval: 9 s\ncount: 1\n", "interval"),
      ("kind: call\nto: [\"https://x/\"]\ninterval: 30 s\n", "interval"),
      ("kind: stamp\nfrom: [a]\nto: [b]\nrate: 100\n", "rate"),
    ])
  func caps(text: String, key: String) throws {
    let refused = try read(["j": text])
    #expect(refused.jobs.isEmpty)
    #expect(refused.jobProblems.map(\.key) == [key])
    #expect(refused.jobProblems.allSatisfy { $0.message.contains("force") })
    let forced = try read(["j": text + "force: true\n"])
    #expect(forced.jobProblems.isEmpty)
    #expect(forced.jobs.count == 1)
  }

  @Test(
    "A run whose target is silent ends before the next is due: what leaves it less is refused, even with force",
    arguments: [
      ("kind: stun\ninterval: 11 s\n", "interval", "12 s"),
      ("kind: dns\nip: both\ninterval: 12 s\n", "interval", "13 s"),
      ("kind: tcp\ninterval: 20 s\n", "interval", "21 s"),
      ("kind: icmp\ncount: 3\nrate: 10\nforce: true\ninterval: 3 s\n", "interval", "4 s"),
      ("kind: icmp\ncount: 59\ncron: \"* * * * *\"\n", "cron", "61 s"),
    ])
  func silence(text: String, key: String, least: String) throws {
    for force in ["", text.contains("force") ? "" : "force: true\n"] {
      let refused = try read(["j": text + "to: [x]\n" + force])
      #expect(refused.jobs.isEmpty)
      #expect(refused.jobProblems.map(\.key) == [key])
      #expect(
        refused.jobProblems.allSatisfy { $0.message.hasPrefix("must leave \(least) or more between runs, as long") })
    }
    let lines = text.split(separator: "\n").dropLast().joined(separator: "\n")
    #expect(try read(["j": lines + "\ninterval: \(least)\nto: [x]\n"]).jobProblems.isEmpty)
  }

  @Test("The share of a line counts all jobs together: the one that overfills it is out, the others stay")
  func shareOfUplink() throws {
    // 2 % of 10 Mbit/s is 200 kbit/s; 30 packets/s of 714 bytes are 171.
    let settings = try read([
      "a": "kind: stamp\nfrom: [a]\nto: [b]\nrate: 30\n", "b": "kind: stamp\nfrom: [a]\nto: [10.9.9.9:862]\nrate: 10\n",
      "c": "kind: icmp\nfrom: [a]\nto: [b]\n",
    ])
    #expect(settings.jobs.map(\.name) == ["a", "c"])
    #expect(settings.jobProblems.map(\.file) == ["/c/probes/b.yaml"])
    #expect(settings.jobProblems[0].message.contains("2 % of the uplink of \"a\""))
  }

  @Test("A provider is asked seldom by all jobs and sites together that come through one proxy")
  func provider() throws {
    let proxied = "route: proxy\nproxy: {url: \"http://proxy:3128\"}\n"
    let text = "kind: https\nfrom: [a, b]\nto: [\"https://Meet.example:443/\"]\n"
    // Straight, each site has a line of its own.
    #expect(try read(["j": text]).jobProblems.isEmpty)
    let refused = try read(["j": text + proxied])
    #expect(refused.jobProblems.map(\.key) == ["interval"])
    #expect(refused.jobProblems[0].message.hasPrefix("has meet.example asked more often than it may be"))
    #expect(try read(["j": text + proxied + "interval: 2 min\n"]).jobProblems.isEmpty)
    #expect(try read(["j": text + proxied + "force: true\n"]).jobProblems.isEmpty)
    // Another page of the same server.
    let page = "kind: https\nfrom: [a]\nto: [\"https://meet.example/login\"]\n"
    let both = try read(["j": text, "page": page])
    #expect(both.jobs.map(\.name) == ["j"])
    // Ten packets every 20 s are half of what a media server is sent at the most.
    let stun = "kind: stun\nfrom: [a]\ninterval: 20 s\n"
    let three = try read([
      "x": stun + "to: [\"m.example:3478\"]\n", "y": stun + "to: [\"m.example:3479\"]\n",
      "z": stun + "to: [\"m.example:3480\"]\n",
    ])
    #expect(three.jobs.map(\.name) == ["x", "y"])
    #expect(ProviderLoad.host(of: "[2001:db8::1]:3478") == "2001:db8::1")
    #expect(ProviderLoad.host(of: "2001:db8::1") == "2001:db8::1")
  }

  @Test("Answers to others take their share of a line, too")
  func answers() throws {
    let settings = try read(["a": "kind: stamp\nfrom: [b]\nto: [a]\nrate: 50\n"])
    #expect(settings.jobProblems.map(\.key) == ["rate"])
    #expect(settings.jobProblems[0].message.contains("2 % of the uplink of \"a\""))
  }

  @Test("Two jobs cannot measure one path")
  func twice() throws {
    let settings = try read(["a": "kind: icmp\nto: [b]\n", "b": "kind: icmp\nfrom: [a]\nto: [b]\n"])
    #expect(settings.jobs.map(\.name) == ["a"])
    #expect(settings.jobProblems.map(\.message) == ["measures what the job \"a\" measures already"])
  }

  @Test(
    "What does not fit together is said",
    arguments: [
      ("kind: stun\n", "to"), ("kind: stamp\nto: [b]\ncron: \"* * * * *\"\n", "cron"),
      ("kind: https\nto: [x]\nroute: proxy\n", "route"), ("kind: https\nto: [x]\ncron: \"61 * * * *\"\n", "cron"),
      ("kind: https\nto: [x]\ntimeZone: Asia/Edo\n", "timeZone"),
      ("kind: https\nto: [x]\nproxy: {url: \"http://me:pass@proxy\"}\n", "proxy.url"),
      ("kind: stamp\nto: [b]\nrate: 1\ninterval: 5 s\n", "interval"),
    ])
  func rules(text: String, key: String) throws {
    let settings = try read(["j": text])
    #expect(settings.jobProblems.map(\.key) == [key])
    #expect(!settings.jobProblems.contains { $0.message.contains("pass") })
  }

  @Test("A job alone is read by its file")
  func alone() throws {
    let job = try ProbeJob(
      file: "/x/teams.yaml", files: SettingsFiles(["/x/teams.yaml": "kind: stun\nto: [stun.example:3478]\n"]))
    #expect(job.name == "teams")
    #expect(job.targets == [.named("stun.example:3478")])
    #expect(throws: SettingsError.self) {
      try ProbeJob(file: "/x/no.yaml", files: SettingsFiles(["/x/teams.yaml": ""]))
    }
  }

  @Test("A call between sites is a part of both their agents, at one relay; neither needs a reflector for it")
  func callBetweenSites() throws {
    let files = [
      "/c/k.yaml": "site: a\nsites: [{id: a}, {id: b}, {id: c}]\n",
      "/c/probes/call.yaml": "kind: call\nfrom: [a]\nto: [a, b]\nrelay: https://kaigi.example:8443\n",
    ]
    let settings = try Settings(file: "/c/k.yaml", files: SettingsFiles(files))
    let job = try #require(settings.jobs.first)
    #expect(job.targets(from: "a") == [.site("b")])
    #expect(job.targets(from: "b") == [.site("a")])
    #expect(job.targets(from: "c") == [])
    let (one, other) = (job.request(to: .site("b"), from: "a"), job.request(to: .site("a"), from: "b"))
    #expect(one.target == "https://kaigi.example:8443" && other.target == one.target)
    #expect(one.place == CallPlace(name: "a", other: "b"))
    #expect(one.place?.roomName == other.place?.roomName)
  }

  @Test(
    "What is no call between sites names no relay, and such a call names neither other targets nor a room",
    arguments: [
      ("kind: icmp\nto: [b]\nrelay: https://x.example\n", "relay"),
      ("kind: call\nto: [b, \"https://x.example\"]\nrelay: https://x.example\n", "to"),
      ("kind: call\nto: [b]\nrelay: https://x.example\nroom: hall\n", "room"),
    ])
  func noCallBetweenSites(text: String, key: String) throws {
    #expect(try read(["j": text]).jobProblems.map(\.key) == [key])
  }

  @Test("A site without an agent is measured at its router, under labels of its own, and measures nobody")
  func routers() throws {
    let files = [
      "/c/k.yaml":
        "site: a\nsites: [{id: a, reflector: 10.0.0.1}, {id: b, reflector: 10.0.0.2}, {id: r, router: 10.9.0.1}]\n",
      "/c/probes/1.yaml": "kind: stamp\n", "/c/probes/2.yaml": "kind: stamp\nfrom: [a]\nto: [r]\n",
      "/c/probes/3.yaml": "kind: icmp\nfrom: [a]\nto: [r]\n",
    ]
    let settings = try Settings(file: "/c/k.yaml", files: SettingsFiles(files))
    #expect(settings.jobProblems.isEmpty)
    #expect(settings.jobs[0].from == ["a", "b"] && settings.jobs[0].targets == [.site("a"), .site("b")])
    #expect(settings.jobs[1].streams(to: .site("r"), from: "a").map(\.label) == ["router voice", "router video"])
    #expect(settings.jobs[1].packetStreams(to: .site("r")).map(\.label) == ["router voice", "router video"])
    #expect(settings.jobs[2].streams(to: .site("r"), from: "a").map(\.label) == ["router"])
    #expect(settings.sites[2].measuringPoint == Endpoint("10.9.0.1:862"))
    let both = ["/c/k.yaml": "site: a\nsites: [{id: a, router: 10.9.0.1, agent: true}]\n"]
    #expect(throws: SettingsError.self) { try Settings(file: "/c/k.yaml", files: SettingsFiles(both)) }
  }

  @Test("The plan says what each site sends and what is kept")
  func plan() throws {
    let settings = try read([
      "a": "kind: stamp\nfrom: [a]\nto: [b]\nrate: 30\ninterval: 15 s\n",
      "b": "kind: https\nfrom: [b]\nto: [\"https://x/\"]\n",
      "c": "kind: icmp\nfrom: [b]\nto: [a]\ncron: \"0 9 * * *\"\n",
    ])
    // Two streams every 15 s; 30 packets of (172 + 1200) / 2 + 28 bytes, which b's reflector answers; once a minute; once a
    // day.
    #expect(
      settings.plan == [
        "a: 30.00 packets/s, 171.36 kbit/s, 11520 records a day, 1.71 % of its uplink",
        "  a (stamp): 30.00 packets/s, 171.36 kbit/s, 11520 records a day",
        "b: 30.20 packets/s, 171.76 kbit/s, 1441 records a day",
        "  a (stamp): 30.00 packets/s, 171.36 kbit/s, 0 records a day",
        "  b (https): 0.20 packets/s, 0.40 kbit/s, 1440 records a day",
        "  c (icmp): 0.00 packets/s, 0.00 kbit/s, 1 records a day",
        "all sites: 60.20 packets/s, 343.12 kbit/s, 12961 records a day",
        "disk: about 0.13 GB for 14 d of records, 0.09 GB for roll-ups",
      ])
  }
}
