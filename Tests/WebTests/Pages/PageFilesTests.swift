import Foundation
import Testing

@testable import Web

/// The page's files as they lie in the source tree.
enum PageSource {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../Sources/Web/Pages").standardizedFileURL

  static func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  static func text(_ name: String) throws -> String {
    try String(contentsOf: folder.appending(path: name), encoding: .utf8)
  }

  static func scripts() throws -> [(name: String, text: String)] {
    try names().filter { $0.hasSuffix(".js") }.map { ($0, try text($0)) }
  }
}

@Suite struct PageFilesTests {
  @Test("Every file of the page is served, and as it lies in the tree")
  func everyFileIsServed() throws {
    let names = try PageSource.names()
    #expect(Set(names) == Set(PageRoutes.files.keys).union(["index.html"]))
    for (name, file) in PageRoutes.files {
      #expect(String(buffer: file.bytes) == (try PageSource.text(name)))
    }
  }

  @Test("The page fetches nothing from elsewhere")
  func noExternalReferences() throws {
    for name in try PageSource.names() {
      let addresses = try PageSource.text(name).matches(of: /(https?:)?\/\/[\w.-]+\.\w+[^\s"'<>)]*/).map {
        String($0.output.0)
      }
      #expect(addresses.allSatisfy { $0 == "http://www.w3.org/2000/svg" }, "\(name): \(addresses)")
    }
  }

  @Test("Scripts and styles stand in files of their own, so that the policy can forbid the rest")
  func nothingInline() throws {
    let page = try PageSource.text("index.html")
    #expect(page.matches(of: /<script(?![^>]*\bsrc=)/).isEmpty)
    #expect(!page.contains("<style"))
    #expect(page.matches(of: /\s(style|on\w+)=/).isEmpty)
    for (name, text) in try PageSource.scripts() {
      for word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"] {
        #expect(!text.contains(word), "\(name) uses \(word)")
      }
    }
  }

  @Test("Every file that the page or a script names exists")
  func referencesExist() throws {
    let names = Set(try PageSource.names())
    let page = try PageSource.text("index.html").matches(of: /\/pages\/([\w.-]+)/).map { String($0.output.1) }
    let imports = try PageSource.scripts().flatMap {
      $0.text.matches(of: /from "\.\/([\w.-]+)"/).map { String($0.output.1) }
    }
    #expect(page.count >= 3)
    #expect(imports.count >= 5)
    #expect(Set(page + imports).subtracting(names).isEmpty)
  }

  @Test("Every element and icon that a script looks for stands in the page")
  func elementsExist() throws {
    let ids = Set(try PageSource.text("index.html").matches(of: /\sid="([\w-]+)"/).map { String($0.output.1) })
    for (name, text) in try PageSource.scripts() {
      let wanted = text.matches(of: /(?:getElementById|element)\("([\w-]+)"\)/).map { String($0.output.1) }
      #expect(Set(wanted).subtracting(ids).isEmpty, "\(name): \(Set(wanted).subtracting(ids))")
    }
    let icons = try PageSource.text("index.html").matches(of: /href="#(icon-[\w-]+)"/).map { String($0.output.1) }
    #expect(Set(icons).subtracting(ids).isEmpty)
  }

  @Test("The elements by which tests and people's scripts find their way keep their ids")
  func stableIDs() throws {
    let page = try PageSource.text("index.html")
    for id in [
      "lobby", "join-form", "name", "room", "join", "meeting", "banner", "stage", "grid", "spotlight", "roster",
      "try-again", "microphone", "camera", "screen", "people", "leave", "copy-link", "toast",
    ] {
      #expect(page.contains("id=\"\(id)\""), "\(id)")
    }
  }
}
