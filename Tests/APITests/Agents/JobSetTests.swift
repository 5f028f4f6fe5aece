import Foundation
import Testing

@testable import API

@Suite("Job sets")
struct JobSetTests {
  private let files = [
    JobFile(name: "sites.yaml", text: "sites: []\n"), JobFile(name: "probes/a.yaml", text: "kind: stamp\n"),
  ]

  @Test("The digest is SHA-256 over names and texts, each with its length")
  func digest() {
    // printf '10:sites.yaml10:sites: []\n13:probes/a.yaml12:kind: stamp\n' | sha256sum
    #expect(JobSet.digest(of: files) == "e93edc2f94bf58d7591ae9b5f6640e788f4740e77317f0bf3bebe3ae65c5a145")
  }

  @Test("A set that was changed on the way, in its order or in what is whose, is not whole")
  func whole() throws {
    let set = JobSet(version: 3, files: files)
    #expect(set.isWhole)
    let copy = try JSONDecoder().decode(JobSet.self, from: JSONEncoder().encode(set))
    #expect(copy == set && copy.isWhole)
    var changed = set
    changed.files.reverse()
    #expect(!changed.isWhole)
    changed = set
    changed.files[0].name += "s"
    changed.files[0].text.removeFirst()
    #expect(!changed.isWhole)
  }

  @Test("A problem is named by file and line")
  func problems() {
    #expect(
      JobProblem(file: "probes/a.yaml", line: 3, message: "rate: must be a number.").description
        == "probes/a.yaml:3: rate: must be a number.")
    #expect(JobProblem(file: "sites.yaml", message: "cannot be read.").description == "sites.yaml: cannot be read.")
  }
}
