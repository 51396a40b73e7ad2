import Foundation
import JSON
import Testing

extension SecretJourney {
  /// The files of the archive of an account that has keys of sites and of providers.
  func archive() async throws -> [URL] {
    let asked = try await staff.post("/api/v1/account/export/", [:])
    let path = "/api/v1/account/export/\(try #require(asked["id"]?.int))/"
    for _ in 0..<300 where ["queued", "running"].contains(try await state(of: path)) {
      try await Task.sleep(for: .milliseconds(100))
    }
    #expect(try await state(of: path) == "ready")
    let archive = try await staff.expect("GET", path + "download/")
    let (file, folder) = (
      system.folder.appending(path: "archive.zip"), system.folder.appending(path: "archive")
    )
    try archive.body.write(to: file)
    _ = try RunningSystem.output(
      of: "python3", ["-m", "zipfile", "-e", file.path, folder.path], allowed: [0])
    let found = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    let files = (found?.allObjects as? [URL] ?? []).filter { !$0.hasDirectoryPath }
    #expect(files.count > 10)
    return files
  }

  private func state(of path: String) async throws -> String {
    try await staff.get(path)["state"]?.string ?? ""
  }
}
