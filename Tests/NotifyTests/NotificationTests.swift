import Foundation
import Notify
import Testing
import Wire

struct NotificationTests {
  let japan = TimeZone(identifier: "Asia/Tokyo") ?? .gmt

  @Test("A firing notification says what, where, since when, value against limit and likely cause, in both languages")
  func firing() {
    let notification = Notify.Notification.example()
    #expect(
      notification.japaneseText(timeZone: japan)
        == "【障害】津地域庁舎 → 県庁（直接）: パケット損失 3.13 %（上限 1 %）、2026-11-22 10:25:00+09:00 から。推定原因: "
        + "津地域庁舎 と 県庁 の間。往路だけでパケットが失われています。")
    #expect(
      notification.englishText(timeZone: japan)
        == "FIRING Tsu office → Headquarters (direct): packet loss 3.13 % (limit 1 %) since 2026-11-22 10:25:00+09:00. "
        + "Likely cause: Somewhere between Tsu office and Headquarters. Packets are lost on the way there only.")
  }

  @Test("A resolved notification says from when to when")
  func resolved() {
    let notification = Notify.Notification.example(
      status: .resolved, breach: .unknown, label: "night", cause: .measurement,
      endedAt: WallTime(seconds: 1_795_311_000))
    #expect(
      notification.englishText(timeZone: japan)
        == "RESOLVED Tsu office → Headquarters (direct, night): nothing measured from 2026-11-22 10:25:00+09:00 to "
        + "2026-11-22 10:30:00+09:00. Likely cause: Packets are lost on the way there only.")
  }

  @Test(
    "A figure is rounded up, so that a breach never reads like its limit",
    arguments: [
      (Notify.Notification.Breach.loss(value: 10_001, limit: 10_000), "1.01 %", "1 %"),
      (.loss(value: 1_000_000, limit: 500), "100 %", "0.05 %"),
      (.jitter(value: 30_000_001, limit: 30_000_000), "30.1 ms", "30 ms"),
      (.latency(value: 203_450_000, limit: 150_500_000), "203.5 ms", "150.5 ms"),
    ])
  func figures(breach: Notify.Notification.Breach, value: String, limit: String) {
    #expect(breach.figures?.value == value)
    #expect(breach.figures?.limit == limit)
  }

  @Test("What lies in the outbox reads back as it was")
  func encoding() throws {
    let notification = Notify.Notification.example(endedAt: WallTime(nanoseconds: 1_795_311_000_000_000_001))
    #expect(try Notify.Notification(encoded: notification.encoded()) == notification)
  }
}
