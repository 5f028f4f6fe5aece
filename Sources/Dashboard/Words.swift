import API
import Fetch

/// The dashboard's texts in both languages, one word per term.
struct Words: Sendable, Equatable {
  typealias Language = DashboardConfiguration.Language

  let language: Language

  init(_ language: Language) {
    self.language = language
  }

  private func choose(_ ja: String, _ en: String) -> String {
    language == .ja ? ja : en
  }

  func name(_ name: LocalizedName) -> String { choose(name.ja, name.en) }

  // Screens.
  var overview: String { choose("概要", "Overview") }
  var paths: String { choose("経路", "Paths") }
  var sitesAndPaths: String { choose("拠点と経路（悪い順）", "Sites and paths, worst first") }
  var meetings: String { choose("会議", "Meetings") }
  var incidents: String { choose("障害", "Incidents") }
  var history: String { choose("履歴", "History") }
  var help: String { choose("操作", "Help") }
  var quit: String { choose("終了", "Quit") }

  func length(_ length: SpanOfHistory.Length) -> String {
    switch length {
    case .day: choose("24時間", "24 hours")
    case .week: choose("7日間", "7 days")
    case .month: choose("31日間", "31 days")
    }
  }
  var historyKeys: String {
    choose("d 日  w 週  m 月   ↑↓ 拠点   PgUp PgDn 経路", "d day  w week  m month   ↑↓ site   PgUp PgDn path")
  }
  var reading: String { choose("読み込んでいます…", "Reading …") }
  var noHistory: String { choose("この期間の計測はありません。", "Nothing was measured in this time.") }

  // Columns.
  var verdict: String { choose("判定", "Verdict") }
  var site: String { choose("拠点", "Site") }
  var target: String { choose("相手", "Target") }
  var kind: String { choose("種別", "Kind") }
  var loss: String { choose("損失", "Loss") }
  var jitter: String { choose("揺らぎ", "Jitter") }
  var latency: String { choose("遅延", "Latency") }
  // With the figures' unit, where there is no room for it beside each.
  var lossPercent: String { choose("損失%", "Loss %") }
  var jitterMilliseconds: String { choose("揺らぎms", "Jit ms") }
  var latencyMilliseconds: String { choose("遅延ms", "Lat ms") }
  var trend: String { choose("推移", "Trend") }
  var since: String { choose("開始", "Since") }

  func verdict(_ verdict: VerdictName) -> String {
    switch verdict {
    case .good: choose("● 良好", "● good")
    case .bad: choose("✖ 不良", "✖ bad")
    case .unknown: choose("? 不明", "? unknown")
    case .planned: choose("◇ 計画", "◇ planned")
    }
  }

  /// `probe stamp`, `call uplink`, … in a word.
  func kind(_ origin: String) -> String {
    switch origin {
    case "call uplink": choose("上り", "uplink")
    case "call downlink": choose("下り", "downl.")
    default: String(origin.split(separator: " ").last ?? "")
    }
  }

  /// `PathStatus.origin` in full.
  func origin(_ origin: String) -> String {
    switch origin {
    case "call uplink": choose("通話の上り", "call uplink")
    case "call downlink": choose("通話の下り", "call downlink")
    case "capture": choose("キャプチャー", "capture")
    default: choose(origin.replacing("probe ", with: "プローブ "), origin)
    }
  }

  /// Of what is measured at a router.
  var lowerConfidence: String { choose("参考値（ルーターで計測）", "lower confidence (measured at the router)") }

  func route(_ route: String) -> String {
    switch route {
    case "direct": choose("直接", "direct")
    case "proxy": choose("プロキシ経由", "through the proxy")
    case "relay": choose("中継サーバー経由", "through the relay")
    default: route
    }
  }

  /// What tells paths apart that share the rest.
  func label(_ label: String) -> String {
    switch label {
    case "voice": choose("音声", "voice")
    case "video": choose("映像", "video")
    default: label
    }
  }

  var delayVariation: String { choose("遅延変動（95%値−最小）", "PDV (95th percentile − minimum)") }

  func state(_ state: String) -> String {
    switch state {
    case "pending": choose("確認中", "pending")
    case "firing": choose("発生中", "firing")
    case "resolved": choose("復旧", "resolved")
    case "silenced": choose("抑止中", "silenced")
    default: state
    }
  }

  func metric(_ metric: String) -> String {
    switch metric {
    case "loss": loss
    case "jitter": jitter
    case "latency": latency
    case "unknown": choose("計測なし", "no measurement")
    default: metric
    }
  }

  // Sentences.
  func connecting(_ address: String) -> String {
    choose("\(address) に接続しています…", "Connecting to \(address) …")
  }
  func lost(_ reason: String) -> String {
    choose("監視サーバーに届きません: \(reason)", "The monitor cannot be reached: \(reason)")
  }
  var ended: String { choose("監視サーバーが接続を終えました。", "The monitor ended the connection.") }
  var unreadable: String {
    choose("監視サーバーの応答を読めません。バージョンが同じか確かめてください。", "The monitor's answer cannot be read; are both of the same version?")
  }

  func refused(_ body: ErrorBody?, status: Int) -> String {
    body.map { choose($0.error.messageJa, $0.error.message) }
      ?? choose("監視サーバーは状態 \(status) を返しました。", "The monitor answered with status \(status).")
  }

  /// Why nothing came, in a sentence.
  func reason(_ error: any Error) -> String {
    guard language == .ja, let error = error as? FetchError else { return "\(error)" }
    switch error {
    case .invalidURL(let url): return "\(url) は https://ホスト:ポート の形のアドレスではありません。"
    case .nameNotFound: return "ホスト名が見つかりません。名前と DNS の設定を確かめてください。"
    case .refused: return "ホストは応答しますが、そのポートで何も動いていません。"
    case .unreachable(_, let reason): return "ネットワークの先に届きません（\(reason)）。"
    case .timedOut: return "時間内に応答がありませんでした。"
    case .untrusted(_, let reason):
      return "証明書を信頼できません（\(reason)）。--authority で認証局のファイルを、または --pin で公開鍵を指定してください。"
    case .proxyRefused(let proxy, let status): return "プロキシ \(proxy) が接続を拒みました（状態 \(status)）。"
    case .wrongPublicKey: return "公開鍵が --pin の値と違います。証明書が新しくなったのなら、新しい値を指定してください。"
    case .authoritiesUnreadable(let file): return "認証局のファイル \(file) を読めません。PEM 形式のファイルが必要です。"
    case .certificateUnusable(let file, let problem): return "サーバーの証明書 \(file) を使えません（\(problem)）。"
    case .tlsFailed(_, let reason): return "TLS の接続に失敗しました（\(reason)）。"
    case .bodyTooLarge: return "応答が長すぎます。"
    case .connectionLost(_, let reason): return "接続が切れました（\(reason)）。"
    case .status(_, let status): return refused(nil, status: status)
    case .readerTooSlow: return "読み取りが間に合わず、接続を終えました。"
    case .tooManyRequests: return "要求が多すぎます。"
    case .cancelled: return "要求を取り消しました。"
    case .failed(_, let reason): return "取得できませんでした（\(reason)）。"
    }
  }

  /// What is wrong with the monitoring itself.
  func trouble(_ trouble: TroubleStatus) -> String {
    switch trouble.kind {
    case "history":
      return choose("履歴を保存できません。ディスクを確認してください。", "The history cannot be kept: look at the monitor's disk.")
    case "damage":
      return choose("履歴が壊れていました。監視サーバーのログを確認してください。", "The history was damaged: the monitor's log says more.")
    case "late":
      let count = trouble.waiting ?? 0
      return choose("保存期間を過ぎた記録が\(count)件届きました。個別には保存されません。", "\(count) records came too late to be kept one by one.")
    case "crowded":
      let count = trouble.waiting ?? 0
      return choose(
        "記録の多すぎる拠点があります（\(count)件は判定なし）。エージェントを確認",
        "A site sends more than is judged (\(count) left out): look at its agent.")
    case "delivery":
      let (channel, waiting) = (trouble.channel ?? "", trouble.waiting ?? 0)
      return choose(
        "通知が「\(channel)」に届いていません（\(waiting)件待機中）", "Channel \(channel) takes no notifications: \(waiting) wait.")
    default:
      return choose("監視に問題があります。ログを確認してください。", "Something is wrong with the monitoring: its log says more.")
    }
  }
  var live: String { choose("● 接続中", "● live") }
  var stale: String { choose("▲ 切断", "▲ lost") }
  var noPaths: String {
    choose("計測中の経路はありません。probes/ にジョブを置くと始まります。", "Nothing is measured yet. Put a job into probes/ to begin.")
  }
  var noMeetings: String { choose("進行中の会議はありません。", "No meeting is running.") }
  var plannedWork: String { choose("計画作業", "Planned work") }
  var allPaths: String { choose("すべての経路", "all paths") }
  var route: String { choose("経路", "Route") }
  func localized(_ name: LocalizedName) -> String { choose(name.ja, name.en) }
  func lastGoodRoute(_ hops: String) -> String { choose("良好時  \(hops)", "when good  \(hops)") }
  var noIncidents: String { choose("障害はありません。", "No incidents.") }
  func more(_ count: Int) -> String { choose("ほか \(count) 件", "\(count) more") }
  func count(_ count: Int, _ kind: String) -> String { choose("\(kind) \(count) 件", "\(count) \(kind)") }
  var likelyCause: String { choose("推定原因", "Likely cause") }
  func asOf(_ moment: String) -> String { choose("\(moment) 時点", "as of \(moment)") }
  func people(_ count: Int) -> String { choose("\(count)人", count == 1 ? "1 person" : "\(count) people") }
  var tooSmall: String { choose("画面が小さすぎます（最小 60×12）", "The terminal is too small (60×12 at least)") }
  var incoming: String { choose("受信", "in") }
  var outgoing: String { choose("送信", "out") }
  var microphoneOn: String { choose("マイク", "mic") }
  var cameraOn: String { choose("カメラ", "cam") }

  var helpLines: [String] {
    switch language {
    case .ja:
      [
        "1 概要   2 経路   3 会議   4 障害   5 履歴   ? この画面   q 終了",
        "↑ ↓ または k j で行を選び、PageUp PageDown で頁を送ります。",
        "",
        "判定: ● 良好  すべての値が基準内",
        "      ✖ 不良  ひとつでも基準を超えた",
        "      ? 不明  送信がないか、計測が無効（良好とは数えません）",
        "      ◇ 計画  計画作業の時間（良好とも不良とも数えず、通知しません）",
        "基準: 損失 ≤ 1 %、揺らぎ ≤ 30 ms、遅延 ≤ 150 ms（設定で変わります）",
        "推移: 区間ごとに、基準に対して最も悪い値。棒が満ちれば基準どおり。",
        "揺らぎ: 隣り合うパケットの伝送時間差（RFC 3550 の |D|）の平均。",
      ]
    case .en:
      [
        "1 overview  2 paths  3 meetings  4 incidents  5 history  ? this page  q quit",
        "↑ ↓ or k j select a line, PageUp and PageDown turn pages.",
        "",
        "Verdict: ● good     every figure is within its limit",
        "         ✖ bad      at least one figure is over its limit",
        "         ? unknown  nothing was sent, or the measurement is invalid",
        "         ◇ planned  during planned work: neither good nor bad, nobody is paged",
        "Limits:  loss ≤ 1 %, jitter ≤ 30 ms, latency ≤ 150 ms, unless set otherwise",
        "Trend:   each interval's worst figure; a full bar is at its limit.",
        "Jitter:  mean |D| of RFC 3550: how much neighbours' transit times differ.",
      ]
    }
  }
}
