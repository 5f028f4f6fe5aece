import Foundation
import Testing
import Wire

@testable import Settings

@Suite("Configuration")
struct SettingsTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static var invalidFiles: [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: "config").path)) ?? []
    return names.filter { $0.hasPrefix("invalid-") }.sorted()
  }

  @Test("The sample is valid, and shows the default of every key it has")
  func sample() throws {
    let settings = try Settings(file: Self.root.appending(path: "config/kakehashi.yaml").path)
    #expect(settings.sites.map(\.id) == ["hq", "branch"])
    #expect(settings.jobs.map(\.name) == ["sites"])
    let minimal = "site: hq\nsites:\n  - {id: hq}\n"
    let defaults = try Settings(file: "/c/k.yaml", files: SettingsFiles(["/c/k.yaml": minimal])).effective
    // Keys whose default the sample says in a comment, because it must show something else.
    let said: Set = ["site", "data", "probes", "up.secondSite"]
    for setting in defaults where !setting.key.hasPrefix("sites[") && !said.contains(setting.key) {
      let shown = settings.effective.first { $0.key == setting.key }
      #expect(shown?.value == setting.value, "\(setting.key)")
    }
  }

  @Test("Every key of the configuration stands in the sample")
  func everyKeyIsDocumented() throws {
    let settings = try Settings(file: Self.root.appending(path: "config/kakehashi.yaml").path)
    let text = try String(contentsOf: Self.root.appending(path: "config/kakehashi.yaml"), encoding: .utf8)
    let jobs = try String(contentsOf: Self.root.appending(path: "probes/sites.yaml"), encoding: .utf8)
    for setting in settings.effective {
      let isJob = setting.key.hasPrefix("probes/")
      let word = setting.key.split(whereSeparator: { $0 == "." || $0 == ":" }).last.map(String.init) ?? setting.key
      let name = word.prefix { $0 != "[" }
      #expect((isJob ? jobs : text).contains("\(name):"), "\(setting.key)")
    }
    for name in ["kind", "url", "authority", "token", "severities", "sites", "to"] {
      #expect(text.contains("\(name):"), "notify's \(name)")
    }
  }

  @Test("Each invalid file gives exactly the sentence in its first line", arguments: invalidFiles)
  func invalid(name: String) throws {
    let path = Self.root.appending(path: "config/\(name)").path
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let expected = text.prefix { $0 != "\n" }.dropFirst(2)
    #expect(throws: SettingsError.self) { try Settings(file: path) }
    do {
      _ = try Settings(file: path)
    } catch {
      let message = error.description.replacingOccurrences(of: path, with: name)
      #expect(message == expected)
    }
  }

  @Test("A file that is not there is a sentence")
  func missing() {
    do {
      _ = try Settings(file: "/nowhere/k.yaml")
      Issue.record("it was read")
    } catch {
      #expect(error.description == "/nowhere/k.yaml: cannot be read: there is no such file.")
    }
  }

  @Test("Relative paths count from the configuration file's folder")
  func paths() throws {
    let text = "site: hq\ndata: d\nsites:\n  - {id: hq}\nhttp: {certificate: /etc/c.pem, key: tls/k.pem}\n"
    let settings = try Settings(file: "/etc/k/k.yaml", files: SettingsFiles(["/etc/k/k.yaml": text]))
    #expect(settings.dataFolder == "/etc/k/d")
    #expect(settings.http.certificate == "/etc/c.pem")
    #expect(settings.http.key == "/etc/k/tls/k.pem")
  }

  @Test("What is shown of the configuration holds no secret, and says where each is")
  func secretsAreNotShown() throws {
    let text = """
      site: hq
      sites: [{id: hq}]
      http: {keys: [{id: a, secret: a.key}, {id: b, secret: env:KEY}]}
      notify: {channels: {team: {url: "https://me:pass@chat.example/hooks/T0/s3cret?x=s3cret", token: t}}}
      """
    let settings = try Settings(file: "/c/k.yaml", files: SettingsFiles(["/c/k.yaml": text]))
    let shown = Dictionary(settings.effective.map { ($0.key, $0.value) }) { $1 }
    #expect(shown["http.keys[0].secret"] == "/c/a.key")
    #expect(shown["http.keys[1].secret"] == "env:KEY")
    #expect(shown["notify.channels.team.url"] == "https://chat.example/(secret)")
    #expect(settings.notify.channels.first?.url == "https://me:pass@chat.example/hooks/T0/s3cret?x=s3cret")
    #expect(!shown.values.contains { $0.contains("s3cret") || $0.contains("pass") })
  }

  @Test("A wrong value where a secret may stand is not repeated")
  func wrongSecrets() {
    let text = "site: hq\nsites: [{id: hq}]\nagent: {token: \"env:s3 cret\"}\nnotify: {channels: {t: {url: s3cret}}}\n"
    do {
      _ = try Settings(file: "/c/k.yaml", files: SettingsFiles(["/c/k.yaml": text]))
      Issue.record("it was read")
    } catch {
      #expect(error.problems.count == 2)
      #expect(!error.description.contains("s3"))
    }
  }

  @Test("How STAMP is authenticated, and what a reflector answers")
  func stamp() throws {
    let text = """
      site: a
      sites:
        - {id: a, reflector: 10.0.0.1, stamp: {secret: a.key, protect: extensions, ssid: 700}}
        - {id: b, reflector: 10.0.0.2}
      agent:
        stamp:
          keys: [{ssid: 42, secret: "env:ROUTER"}]
          sessions: [{ssid: 42, from: [10.7.0.0/16]}, {ssid: 0}]
          stateful: false
          dscp: [0, 46]
          packetsPerSource: 50
      """
    let settings = try Settings(file: "/c/k.yaml", files: SettingsFiles(["/c/k.yaml": text]))
    let site = try #require(settings.siteSettings("a")?.stamp)
    #expect(site.secret == .file("/c/a.key"))
    #expect(site.protection == .extensions)
    #expect(site.ssid == 700)
    let other = try #require(settings.siteSettings("b")?.stamp)
    #expect(other.secret == nil && other.protection == .packets && other.ssid == nil)
    let reflector = settings.agent.stamp
    #expect(reflector.keys == [.init(ssid: 42, secret: .environment("ROUTER"))])
    let block = try #require(AddressBlock("10.7.0.0/16"))
    #expect(reflector.sessions == [.init(ssid: 42, from: [block]), .init(ssid: 0, from: [])])
    #expect(!reflector.isStateful && reflector.dscp == [0, 46] && reflector.packetsPerSource == 50)
  }

  @Test("Two keys for one session are refused, and a secret is never repeated")
  func stampProblems() {
    let text = """
      site: a
      sites:
        - {id: a, stamp: {protect: all}}
      agent: {stamp: {keys: [{ssid: 1, secret: k}, {ssid: 1, secret: k}], dscp: [64]}}
      """
    do {
      _ = try Settings(file: "/c/k.yaml", files: SettingsFiles(["/c/k.yaml": text]))
      Issue.record("it was read")
    } catch {
      #expect(
        error.problems.map(\.key).sorted() == ["agent.stamp.dscp[0]", "agent.stamp.keys", "sites[0].stamp.protect"])
    }
  }

  @Test("An agent measures a job's targets but never its own site")
  func jobTargets() throws {
    let sites = "site: a\nsites:\n  - {id: a, reflector: 10.0.0.1:862}\n  - {id: b, reflector: 10.0.0.2:862}\n"
    let files = SettingsFiles(["/c/k.yaml": sites, "/c/probes/j.yaml": "kind: stamp\nfrom: [a]\n"])
    let job = try #require(try Settings(file: "/c/k.yaml", files: files).jobs.first)
    #expect(job.targets(from: "a") == [.site("b")])
    #expect(job.targets(from: "b") == [])
  }
}
