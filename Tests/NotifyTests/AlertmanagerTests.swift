import Foundation
import Testing
import Wire

@testable import Notify

struct AlertmanagerTests {
  func alert(_ notification: Notify.Notification, now: WallTime, url: String = "http://am:9093") throws -> [String: Any]
  {
    let channel = Channel(name: "am", kind: .alertmanager, url: url)
    let request = try channel.kind.request(notification, channel, now)
    #expect(request.url == "http://am:9093/api/v2/alerts")
    let list = try JSONSerialization.jsonObject(with: Data(request.body ?? []))
    return try #require((list as? [[String: Any]])?.first)
  }

  @Test("A firing alert ends some minutes ahead, so that it goes by itself should the monitor die")
  func firing() throws {
    let now = WallTime(seconds: 1_795_310_760)
    let alert = try alert(.example(label: "night"), now: now)
    #expect(
      alert["labels"] as? [String: String] == [
        "alertname": "MeetingQuality", "incident": "k", "severity": "page", "site": "tsu", "target": "hq",
        "route": "direct", "origin": "probe stamp", "label": "night",
      ])
    #expect(alert["startsAt"] as? String == "2026-11-22T01:25:00.000Z")
    #expect(alert["endsAt"] as? String == "2026-11-22T01:30:00.000Z")
    let annotations = try #require(alert["annotations"] as? [String: String])
    #expect(annotations["value"] == "3.13 %")
    #expect(annotations["summary_ja"]?.hasPrefix("【障害】") == true)
  }

  @Test("The resolved alert has the labels of the firing one, without which it would be another alert")
  func resolved() throws {
    let now = WallTime(seconds: 1_795_312_000)
    let firing = try alert(.example(), now: now)
    let resolved = try alert(
      .example(key: "k-resolved", status: .resolved, endedAt: WallTime(seconds: 1_795_311_000)), now: now)
    #expect(firing["labels"] as? [String: String] == resolved["labels"] as? [String: String])
    #expect(resolved["endsAt"] as? String == "2026-11-22T01:30:00.000Z")
  }

  @Test("A slash at the end of the address makes no difference")
  func slash() throws {
    _ = try alert(.example(), now: .unixEpoch, url: "http://am:9093/")
  }
}
