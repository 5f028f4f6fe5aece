import Hummingbird
import Testing

@testable import Web

@Suite struct PageRoutesTests {
  @Test("A browser that has the file already is told so")
  func notModified() {
    let file = PageFile(Array("body{}".utf8), type: "text/css")
    let request = { (headers: HTTPFields) in
      Request(
        head: .init(method: .get, scheme: "https", authority: "localhost", path: "/", headerFields: headers),
        body: .init(buffer: .init()))
    }
    let first = file.response(to: request([:]))
    #expect(first.status == .ok)
    #expect(first.headers[.contentType] == "text/css")
    let again = file.response(to: request([.ifNoneMatch: file.etag]))
    #expect(again.status == .notModified)
    #expect(again.body.contentLength == 0)
    #expect(PageFile(Array("body{ }".utf8), type: "text/css").etag != file.etag)
  }
}
