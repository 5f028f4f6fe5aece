import Foundation
import Testing
import Wire

@testable import Notify

struct WebhookTests {
  func body(_ notification: Notify.Notification) throws -> [String: Any] {
    let channel = Channel(name: "team", kind: .webhook, url: "http://127.0.0.1/hook")
    let request = try channel.kind.request(notification, channel, .unixEpoch)
    #expect(request.method == "POST")
    #expect(request.url == "http://127.0.0.1/hook")
    #expect(request.headers == [.init("Content-Type", "application/json")])
    let object = try JSONSerialization.jsonObject(with: Data(request.body ?? []))
    return try #require(object as? [String: Any])
  }

  @Test("The posted object has the facts for machines and a sentence in each language")
  func firing() throws {
    let body = try body(.example())
    #expect(body["version"] as? Int == 1)
    #expect(body["key"] as? String == "k-firing")
    #expect(body["incident"] as? String == "k")
    #expect(body["status"] as? String == "firing")
    #expect(body["severity"] as? String == "page")
    #expect(body["site"] as? [String: String] == ["id": "tsu", "ja": "津地域庁舎", "en": "Tsu office"])
    #expect(body["target"] as? [String: String] == ["id": "hq", "ja": "県庁", "en": "Headquarters"])
    #expect(body["metric"] as? String == "loss")
    #expect(body["value"] as? String == "3.13 %")
    #expect(body["limit"] as? String == "1 %")
    #expect(body["startedAt"] as? String == "2026-11-22T01:25:00.000Z")
    #expect(body["endedAt"] == nil)
    #expect((body["likelyCause"] as? [String: String])?.keys.sorted() == ["en", "ja"])
    #expect((body["text"] as? [String: String])?["ja"]?.hasPrefix("【障害】津地域庁舎 → 県庁") == true)
  }

  @Test("A resolved one says when it ended")
  func resolved() throws {
    let body = try body(.example(status: .resolved, endedAt: WallTime(seconds: 1_795_311_000)))
    #expect(body["status"] as? String == "resolved")
    #expect(body["endedAt"] as? String == "2026-11-22T01:30:00.000Z")
  }

  @Test("Where nothing was measured there is no value and no limit")
  func unknown() throws {
    let body = try body(.example(breach: .unknown, cause: .measurement))
    #expect(body["metric"] as? String == "unknown")
    #expect(body["value"] == nil)
    #expect(body["limit"] == nil)
  }
}
