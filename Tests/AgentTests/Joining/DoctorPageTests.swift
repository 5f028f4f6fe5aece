import Testing

@testable import Agent

@Suite("The doctor's page")
struct DoctorPageTests {
  private let page = DoctorPage(
    site: SiteText("Tsu office (tsu)", ja: "津地域庁舎（tsu）"), host: "tsu-agent", time: "2026-11-22 17:30:00+09:00",
    sections: [
      .init(
        SiteText("The monitor", ja: "監視サーバー"),
        [
          SiteFinding(.monitor, .good, SiteText("It answers.", ja: "応答しました。")),
          SiteFinding(
            .clock, .note, SiteText("It is off.", ja: "ずれています。"),
            advice: SiteText("Install chrony.", ja: "chrony を入れてください。")),
        ]),
      .init(
        SiteText("To hq, 10.1.0.5:862", ja: "hq（10.1.0.5:862）まで"),
        [
          SiteFinding(
            .reflector, .blocked, SiteText("Nothing came back.", ja: "返ってきません。"),
            advice: SiteText("Let UDP through.", ja: "UDPを許可してください。"))
        ]),
    ])

  @Test("It says what was found of what, and gathers what to ask for, the blocked first")
  func english() {
    #expect(
      page.text(in: .en) == """
        Kakehashi at the site Tsu office (tsu)
        2026-11-22 17:30:00+09:00, on tsu-agent, version 0.1.0
        3 things were tried: 1 blocked, 1 to note.

        The monitor
          [good] Monitor (HTTPS): It answers.
          [note] Clock: It is off.
              → Install chrony.

        To hq, 10.1.0.5:862
          [BLOCKED] Measuring (UDP): Nothing came back.
              → Let UDP through.

        To ask for
          1. Let UDP through.
          2. Install chrony.
        """)
    #expect(page.isBlocked)
  }

  @Test("It is the same page in Japanese")
  func japanese() {
    #expect(
      page.text(in: .ja) == """
        Kakehashi 診断結果 — 拠点 津地域庁舎（tsu）
        2026-11-22 17:30:00+09:00　端末 tsu-agent　0.1.0 版
        3 項目を確認: 不通 1、注意 1

        監視サーバー
          [良好] 監視サーバー（HTTPS）: 応答しました。
          [注意] 時計: ずれています。
              → chrony を入れてください。

        hq（10.1.0.5:862）まで
          [不通] 計測（UDP）: 返ってきません。
              → UDPを許可してください。

        依頼事項
          1. UDPを許可してください。
          2. chrony を入れてください。
        """)
  }
}
