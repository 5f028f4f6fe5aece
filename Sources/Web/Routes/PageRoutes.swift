import API
import HTTPTypes
import Hummingbird

/// The meeting page: one document for the lobby and for every room, and its files, all inside the executable.
struct PageRoutes {
  func add(to table: inout RouteTable) {
    for path in ["/", Paths.meeting + "/:room"] {
      table.get(path, .open) { request, _ in Self.document.response(to: request) }
    }
    for (name, file) in Self.files {
      table.get("/pages/\(name)", .open) { request, _ in file.response(to: request) }
    }
  }

  static let document = PageFile(PackageResources.index_html, type: "text/html; charset=utf-8")
  static let files: [String: PageFile] = [
    "access.js": .script(PackageResources.access_js),
    "devices.js": .script(PackageResources.devices_js),
    "icon.svg": PageFile(PackageResources.icon_svg, type: "image/svg+xml"),
    "lobby.js": .script(PackageResources.lobby_js),
    "main.js": .script(PackageResources.main_js),
    "meeting.js": .script(PackageResources.meeting_js),
    "people.js": .script(PackageResources.people_js),
    "sections.js": .script(PackageResources.sections_js),
    "signalling.js": .script(PackageResources.signalling_js),
    "stage.js": .script(PackageResources.stage_js),
    "strings.js": .script(PackageResources.strings_js),
    "style.css": PageFile(PackageResources.style_css, type: "text/css; charset=utf-8"),
  ]
}

/// A file of the page as it is served: browsers keep it and ask each time whether it is still the same.
struct PageFile: Sendable {
  let bytes: ByteBuffer
  let type: String
  let etag: String

  init(_ bytes: [UInt8], type: String) {
    self.bytes = ByteBuffer(bytes: bytes)
    self.type = type
    // FNV-1a: tells versions of our own files apart.
    let hash = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    etag = "\"\(String(hash, radix: 16))\""
  }

  static func script(_ bytes: [UInt8]) -> PageFile {
    PageFile(bytes, type: "text/javascript; charset=utf-8")
  }

  func response(to request: Request) -> Response {
    var headers: HTTPFields = [.eTag: etag, .cacheControl: "no-cache"]
    if request.headers[.ifNoneMatch] == etag { return Response(status: .notModified, headers: headers) }
    headers[.contentType] = type
    return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: bytes))
  }
}
