/// A table that owners find in the archive of their account, and which of its columns.
///
/// Columns are named one by one, so that a new one stays inside until somebody has decided that it
/// may go out.
package struct ExportTable: Sendable, Equatable {
  /// A column of the primary key behind `account_id`, in whose order rows come.
  package enum Key: Sendable, Equatable {
    /// smallint … bigint.
    case number(String)
    case text(String)
  }

  enum Content: Sendable, Equatable {
    /// A JSON object a row, a row a line.
    case rows(columns: [String])
    /// A file a row: SQL of its name below a folder called like the table, and of its bytes.
    case files(name: String, body: String)
  }

  package let name: String
  let key: [Key]
  let content: Content

  /// A table whose rows become lines of `name.jsonl`.
  /// - Parameters:
  ///   - key: what tells an account's rows apart; numbers unless said otherwise.
  ///   - columns: their names between spaces and lines, in the order in which lines have them.
  package static func rows(
    _ name: String, by key: [Key] = [.number("id")], _ columns: String
  ) -> ExportTable {
    let names = columns.split { $0 == " " || $0 == "\n" }.map(String.init)
    return ExportTable(name: name, key: key, content: .rows(columns: names))
  }

  /// A table whose rows become files of the folder `name`.
  /// - Parameters:
  ///   - file: SQL of the file's name, unique in the account.
  ///   - body: SQL of its bytes, at most as many as a message can have.
  package static func files(
    _ name: String, by key: [Key], named file: String, body: String
  ) -> ExportTable {
    ExportTable(name: name, key: key, content: .files(name: file, body: body))
  }

  /// The columns that go out as lines; none for files.
  package var columns: [String] {
    if case .rows(let columns) = content { columns } else { [] }
  }
}
