// Every text people read, in both languages side by side. `{name}` marks what is filled in.
const texts = {
  product: { ja: "架け橋", en: "Kakehashi" },
  lead: { ja: "庁内のネットワークの中でつながる会議です。", en: "Meetings that stay inside your own network." },
  welcome: { ja: "会議に参加", en: "Join a meeting" },
  welcomeTo: { ja: "「{room}」に参加", en: "Join “{room}”" },
  titleInRoom: { ja: "{room} – 架け橋", en: "{room} – Kakehashi" },
  nameLabel: { ja: "お名前", en: "Your name" },
  roomLabel: { ja: "会議室", en: "Room" },
  nameMissing: { ja: "お名前を入力してください（64文字まで）。", en: "Enter your name (at most 64 characters)." },
  roomMissing: { ja: "会議室の名前を入力してください（64文字まで）。", en: "Enter a room name (at most 64 characters)." },
  roomReserved: { ja: "会議室の名前に / \\ ? # % は使えません。", en: "A room name cannot contain / \\ ? # or %." },
  join: { ja: "参加する", en: "Join" },
  joining: { ja: "接続しています…", en: "Connecting…" },
  devices: { ja: "マイクとカメラを選ぶ", en: "Choose microphone and camera" },
  unnamedDevice: { ja: "機器 {number}", en: "Device {number}" },
  previewTitle: { ja: "あなたの映像の確認", en: "Your own picture" },
  previewOff: { ja: "カメラはオフです", en: "Your camera is off" },
  previewStarting: { ja: "カメラを準備しています…", en: "Starting your camera…" },
  level: { ja: "マイクの音量", en: "Microphone level" },
  microphone: { ja: "マイク", en: "Microphone" },
  microphoneShort: { ja: "マイク", en: "Mic" },
  camera: { ja: "カメラ", en: "Camera" },
  screen: { ja: "画面共有", en: "Share" },
  people: { ja: "参加者", en: "People" },
  leave: { ja: "退出", en: "Leave" },
  controls: { ja: "会議の操作", en: "Meeting controls" },
  stageTitle: { ja: "参加者の映像", en: "Pictures of the participants" },
  microphoneOff: { ja: "マイクをオフにする", en: "Turn the microphone off" },
  microphoneOn: { ja: "マイクをオンにする", en: "Turn the microphone on" },
  cameraOff: { ja: "カメラをオフにする", en: "Turn the camera off" },
  cameraOn: { ja: "カメラをオンにする", en: "Turn the camera on" },
  screenOn: { ja: "画面を共有する", en: "Share your screen" },
  screenOff: { ja: "画面の共有をやめる", en: "Stop sharing your screen" },
  peopleShow: { ja: "参加者の一覧を開く", en: "Show who is here" },
  peopleHide: { ja: "参加者の一覧を閉じる", en: "Hide who is here" },
  leaveMeeting: { ja: "会議から退出する", en: "Leave the meeting" },
  withKey: { ja: "{action}（{key}キー）", en: "{action} ({key})" },
  copyLink: { ja: "リンクをコピー", en: "Copy link" },
  linkCopied: { ja: "会議のリンクをコピーしました。", en: "The link to this meeting was copied." },
  linkShown: { ja: "このリンクを送ってください: {link}", en: "Send this link: {link}" },
  alone: { ja: "まだほかの参加者はいません。リンクを送って招待できます。", en: "Nobody else is here yet. Send the link to invite people." },
  you: { ja: "{name}（あなた）", en: "{name} (you)" },
  viewer: { ja: "{name}（視聴のみ）", en: "{name} (watching)" },
  unnamed: { ja: "名前なし", en: "No name" },
  screenOf: { ja: "{name}さんの画面", en: "Screen of {name}" },
  undecodable: { ja: "このブラウザーでは、この形式の映像を表示できません。", en: "This browser cannot show pictures of this format." },
  more: { ja: "ほか {count} 人", en: "{count} more" },
  count: { ja: "{count}人", en: "{count}" },
  stateMicrophoneOff: { ja: "マイクはオフです", en: "microphone off" },
  stateMicrophoneOn: { ja: "マイクはオンです", en: "microphone on" },
  stateCameraOff: { ja: "カメラはオフです", en: "camera off" },
  stateCameraOn: { ja: "カメラはオンです", en: "camera on" },
  stateSpeaking: { ja: "発言中", en: "speaking" },
  hasJoined: { ja: "{name}さんが参加しました。", en: "{name} has joined." },
  hasLeft: { ja: "{name}さんが退出しました。", en: "{name} has left." },
  youLeft: { ja: "会議から退出しました。", en: "You have left the meeting." },
  sharing: { ja: "画面を共有しています。", en: "You are sharing your screen." },
  stopSharing: { ja: "共有をやめる", en: "Stop sharing" },
  soundBlocked: { ja: "ブラウザーが音声を止めています。", en: "The browser is holding back the sound." },
  playSound: { ja: "音声を再生する", en: "Play the sound" },
  reconnecting: { ja: "接続が切れました。自動でつなぎ直しています…", en: "The connection was lost. Reconnecting by itself…" },
  relayGone: { ja: "中継サーバーに届きません。復旧しだい自動で戻ります。", en: "The relay cannot be reached. You will be back by yourself when it is." },
  offline: { ja: "この端末はネットワークにつながっていません。つながりしだい自動で戻ります。", en: "This device is offline. You will be back by yourself once it is online." },
  mediaBlocked: { ja: "中継サーバーには届きますが、音声と映像（UDP）が通りません。ファイアウォールの設定をネットワーク担当者に確認してください。自動で試し続けます。", en: "The relay answers, but sound and picture (UDP) do not get through. Ask your network team about the firewall. Trying again by itself." },
  roomFull: { ja: "会議室は満員です。空きしだい入れるよう、試し続けます。", en: "The room is full. Trying again until there is a place." },
  relayBusy: { ja: "中継サーバーが混み合っています。自動で試し続けます。", en: "The relay is busy. Trying again by itself." },
  backAgain: { ja: "つながりました。", en: "You are connected again." },
  refused: { ja: "参加できませんでした。{reason}", en: "You could not join. {reason}" },
  refused_bad_request: { ja: "ページを読み込み直して、もう一度試してください。", en: "Load the page again and try once more." },
  refused_bad_room_name: { ja: "この会議室の名前は使えません。", en: "This room name cannot be used." },
  refused_bad_display_name: { ja: "お名前は1～64文字で入力してください。", en: "Enter a name of 1 to 64 characters." },
  refused_bad_offer: { ja: "ブラウザーの申し出を中継サーバーが読めませんでした。ブラウザーを最新にして、もう一度試してください。", en: "The relay could not read this browser's offer. Update the browser and try again." },
  refused_unsupported_offer: { ja: "このブラウザーの音声と映像の方式には対応していません。新しい Chrome、Edge、Firefox、Safari を使ってください。", en: "This browser's kinds of sound and picture are not supported. Use a current Chrome, Edge, Firefox or Safari." },
  refused_bad_records: { ja: "計測記録を読めませんでした。", en: "The records could not be read." },
  refused_unauthorized: { ja: "この会議室には招待された人だけが入れます。会議の主催者に招待リンクを頼んでください。", en: "Only those who were invited can enter this room. Ask whoever runs the meeting for a link." },
  refused_token_invalid: { ja: "リンクが途中で切れていないか確かめてください。正しくても入れないときは、会議の主催者に新しいリンクを頼んでください。", en: "Check that the link is complete. If it is, ask whoever runs the meeting for a new one." },
  refused_token_expired: { ja: "会議の主催者に新しい招待リンクを頼んでください。", en: "Ask whoever runs the meeting for a new invitation link." },
  refused_token_not_yet_valid: { ja: "始まる時間になってから、もう一度開いてください。", en: "Open it again when the meeting is about to begin." },
  refused_forbidden: { ja: "届いたリンクをもう一度開くか、この会議室の招待リンクを会議の主催者に頼んでください。", en: "Open the link you were sent again, or ask whoever runs the meeting for one to this room." },
  refused_not_found: { ja: "このアドレスには何もありません。", en: "There is nothing at this address." },
  refused_participant_gone: { ja: "接続が切れていました。もう一度参加してください。", en: "Your connection had ended. Join again." },
  refused_method_not_allowed: { ja: "ページを読み込み直して、もう一度試してください。", en: "Load the page again and try once more." },
  refused_unsupported_media_type: { ja: "ページを読み込み直して、もう一度試してください。", en: "Load the page again and try once more." },
  refused_body_too_large: { ja: "送る内容が大きすぎました。ページを読み込み直して、もう一度試してください。", en: "What was sent was too large. Load the page again and try once more." },
  refused_precondition_required: { ja: "ページを読み込み直して、もう一度試してください。", en: "Load the page again and try once more." },
  refused_precondition_failed: { ja: "ページを読み込み直して、もう一度試してください。", en: "Load the page again and try once more." },
  refused_nothing_published: { ja: "この会議室ではまだ何も配信されていません。", en: "Nothing is published in this room yet." },
  refused_room_full: { ja: "会議室は満員です。", en: "The room is full." },
  refused_relay_busy: { ja: "中継サーバーが混み合っています。しばらくしてからもう一度試してください。", en: "The relay is busy. Try again in a while." },
  refused_too_many_pending_joins: { ja: "同じネットワークから参加した人がまだ大勢つながっていません。しばらくしてからもう一度試してください。", en: "Many others from your network have joined and are not connected yet. Try again in a while." },
  refused_request_timeout: { ja: "送信に時間がかかりすぎました。もう一度試してください。", en: "Sending took too long. Try once more." },
  refused_too_many_listeners: { ja: "接続が多すぎます。1分ほど後にもう一度試してください。", en: "Too many connections are open. Try again in a minute." },
  refused_not_served: { ja: "このサーバーでは会議を開けません。", en: "This server holds no meetings." },
  refused_internal: { ja: "サーバーで問題が起きました。しばらくしてからもう一度試してください。", en: "The server made a mistake. Try again in a while." },
  closed_unauthorized: { ja: "招待リンクが必要です", en: "An invitation is needed" },
  closed_token_invalid: { ja: "この招待リンクは正しくありません", en: "This invitation link is not right" },
  closed_token_expired: { ja: "この招待リンクは期限切れです", en: "This invitation link has expired" },
  closed_token_not_yet_valid: { ja: "この招待リンクはまだ使えません", en: "This invitation link is not valid yet" },
  closed_forbidden: { ja: "この会議室の招待リンクではありません", en: "This invitation is for another room" },
  titled: { ja: "{title}。{advice}", en: "{title}. {advice}" },
  tryAgain: { ja: "もう一度試す", en: "Try again" },
  nameGiven: { ja: "招待リンクで決められたお名前です。", en: "The invitation link gives this name." },
  aloneInvited: { ja: "まだほかの参加者はいません。", en: "Nobody else is here yet." },
  insecure: { ja: "このアドレスではマイクとカメラを使えません。https:// で始まるアドレスで開いてください。", en: "Microphone and camera work only at an address that begins with https://. Open that address." },
  unsupported: { ja: "このブラウザーでは会議に参加できません。新しい Chrome、Edge、Firefox、Safari を使ってください。", en: "This browser cannot join meetings. Use a current Chrome, Edge, Firefox or Safari." },
  noCamera: { ja: "カメラが見つかりません。音声だけで参加できます。", en: "No camera was found. You can take part with sound only." },
  noMicrophone: { ja: "マイクが見つかりません。聞くことはできますが、話すことはできません。", en: "No microphone was found. You can listen but not speak." },
  noDevices: { ja: "マイクもカメラも見つかりません。視聴だけで参加できます。", en: "No microphone and no camera were found. You can still watch and listen." },
  cameraRefused: { ja: "カメラの使用が許可されていません。アドレスバーの左のアイコンから許可できます。音声だけでも参加できます。", en: "The camera is not allowed. Allow it at the icon left of the address, or take part with sound only." },
  microphoneRefused: { ja: "マイクの使用が許可されていません。アドレスバーの左のアイコンから許可できます。", en: "The microphone is not allowed. Allow it at the icon left of the address." },
  devicesRefused: { ja: "マイクとカメラの使用が許可されていません。アドレスバーの左のアイコンから許可してください。視聴だけでも参加できます。", en: "Microphone and camera are not allowed. Allow them at the icon left of the address; until then you can watch and listen." },
  cameraBusy: { ja: "カメラを使えません。ほかのアプリが使っていれば終了してください。", en: "The camera cannot be used. Close other programs that may be using it." },
  microphoneBusy: { ja: "マイクを使えません。ほかのアプリが使っていれば終了してください。", en: "The microphone cannot be used. Close other programs that may be using it." },
  cameraLost: { ja: "カメラが外れました。", en: "The camera was disconnected." },
  microphoneLost: { ja: "マイクが外れました。", en: "The microphone was disconnected." },
  screenRefused: { ja: "画面の共有は始まりませんでした。", en: "Screen sharing was not started." },
};

/** The language of the page: Japanese where the browser prefers it to English, else English. */
export const language = choose(navigator.languages?.length ? navigator.languages : [navigator.language ?? "en"]);

function choose(preferred) {
  for (const tag of preferred) {
    const primary = tag.toLowerCase().split("-")[0];
    if (primary === "ja" || primary === "en") return primary;
  }
  return "en";
}

/** The text under `key` with its marks filled in. */
export function text(key, values = {}) {
  return texts[key][language].replace(/\{(\w+)\}/g, (mark, name) => values[name] ?? mark);
}

/** Fills every element that names its text by `data-text`. */
export function fillTexts(root = document) {
  document.documentElement.lang = language;
  document.title = text("product");
  for (const element of root.querySelectorAll("[data-text]")) element.textContent = text(element.dataset.text);
  for (const element of root.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", text(element.dataset.label));
  }
}
