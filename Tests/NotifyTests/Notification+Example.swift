import Notify
import Wire

extension Notify.Notification {
  /// 3.125 % loss from Tsu to headquarters since 2026-11-22 10:25 in Japan.
  static func example(
    key: String = "k-firing", status: Status = .firing, severity: Severity = .page,
    breach: Breach = .loss(value: 31_250, limit: 10_000), label: String = "", cause: Cause = .path,
    endedAt: WallTime? = nil
  ) -> Self {
    Self(
      key: key, incident: "k", status: status, severity: severity,
      site: Place(id: "tsu", ja: "津地域庁舎", en: "Tsu office"), target: Place(id: "hq", ja: "県庁", en: "Headquarters"),
      route: "direct", label: label, origin: "probe stamp", breach: breach, cause: cause,
      evidence: Text(ja: "往路だけでパケットが失われています。", en: "Packets are lost on the way there only."),
      startedAt: WallTime(seconds: 1_795_310_700), endedAt: endedAt)
  }
}
