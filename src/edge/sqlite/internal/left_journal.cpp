// SPDX-License-Identifier: Apache-2.0
//
// Both formats (all numbers big-endian; https://sqlite.org/fileformat2.html, 3 and 4):
//
//   "-journal"  header, one sector long: magic 8, records 4, nonce 4, pages of the database 4, sector 4, page size 4
//               record: page number 4, page as it was, checksum 4        further headers begin at the next sector
//   "-wal"      header 32: magic 4, format 4, page size 4, number 4, salts 8, checksums 8
//               frame: page number 4, pages of the database 4, salts 8, checksums 8, page
//
// They are read through the cipher's shim, as SQLite does: a page comes decrypted or as an error; anything else comes as it is.
// In "-journal" the shim learns the page's number from the four bytes that were read just before.
#include "edge/sqlite/internal/left_journal.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "edge/sqlite/internal/files.h"
#include "edge/sqlite/limits.h"

namespace satchel::edge::sqlite {
namespace {

constexpr std::string_view kJournalMagic = "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7";
constexpr std::int64_t kRecordSize = 4 + kPageSize + 4;
constexpr std::int64_t kLogHeaderSize = 32;
constexpr std::int64_t kFrameHeaderSize = 24;
constexpr std::int64_t kFrameSize = kFrameHeaderSize + kPageSize;
constexpr std::uint32_t kUntilTheEnd = 0xffffffff;  // in place of the number of records
constexpr std::size_t kSaltSize = 16;               // the cipher's, in the clear at the beginning of page 1

using Page = std::array<std::uint8_t, kPageSize>;
using Salt = std::array<std::uint8_t, kSaltSize>;

std::uint32_t number_at(const std::uint8_t* bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 | bytes[3];
}

// What a page 1 tells.
struct FirstPage {
  Salt salt{};
  std::uint32_t mark = 0;
  bool has_log = false;  // the database is one with a write-ahead log
};

FirstPage first_page_of(const Page& page, const Salt& salt) { return {salt, number_at(&page[60]), page[18] == 2}; }

// A file of SQLite's; one that was opened here is closed again.
class File {
 public:
  // The database's own.
  explicit File(sqlite3_file* borrowed) : file_(borrowed) {}
  // `name` is what SQLite calls it, for by the pointer the shim finds the key.
  File(sqlite3_vfs* vfs, const char* name, int kind)
      : memory_(static_cast<std::size_t>(vfs->szOsFile)), file_(reinterpret_cast<sqlite3_file*>(memory_.data())) {
    int flags = 0;
    if (vfs->xOpen(vfs, name, file_, SQLITE_OPEN_READONLY | kind, &flags) != SQLITE_OK) file_ = nullptr;
  }
  File(const File&) = delete;
  ~File() {
    if (!memory_.empty() && file_ != nullptr && file_->pMethods != nullptr) file_->pMethods->xClose(file_);
  }

  bool is_open() const { return file_ != nullptr && file_->pMethods != nullptr; }
  std::int64_t size() const {
    sqlite3_int64 size = 0;
    return file_->pMethods->xFileSize(file_, &size) == SQLITE_OK ? size : 0;
  }
  template <std::size_t N>
  bool read(std::array<std::uint8_t, N>& bytes, std::int64_t offset) const {
    return file_->pMethods->xRead(file_, bytes.data(), static_cast<int>(N), offset) == SQLITE_OK;
  }

 private:
  std::vector<char> memory_;
  sqlite3_file* file_;
};

enum class Verdict { ours, not_ours, damaged, wrong_key };

// ---- the database --------------------------------------------------------------------------------------------------------------

struct Main {
  std::int64_t pages = 0;
  Salt salt{};
  std::optional<FirstPage> first;  // none if the key doesn't open it: another key, or a write that was torn
};

Main look_at(const File& file) {
  Main main;
  main.pages = file.size() / kPageSize;
  Page page;
  if (main.pages > 0 && file.read(main.salt, 0) && file.read(page, 0)) main.first = first_page_of(page, main.salt);
  return main;
}

// ---- "-journal" ----------------------------------------------------------------------------------------------------------------

struct JournalHeader {
  std::uint32_t records, nonce, pages, sector;
};

std::optional<JournalHeader> read_journal_header(const File& file, std::int64_t offset) {
  std::array<std::uint8_t, 28> bytes;
  if (!file.read(bytes, offset)) return std::nullopt;
  const auto at = [&](std::size_t place) { return number_at(&bytes[place]); };
  const bool is_header = std::equal(kJournalMagic.begin(), kJournalMagic.end(), bytes.begin(),
                                    [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
  const auto sector = at(20);
  const bool is_possible = at(24) == kPageSize && sector >= 32 && sector <= 65536 && (sector & (sector - 1)) == 0;
  if (!is_header || !is_possible) return std::nullopt;
  return JournalHeader{at(8), at(12), at(16), sector};
}

// SQLite's own: it covers every 200th byte, from the end.
std::uint32_t checksum_of(const Page& page, std::uint32_t nonce) {
  for (int i = kPageSize - 200; i > 0; i -= 200) nonce += page[static_cast<std::size_t>(i)];
  return nonce;
}

struct JournalContent {
  JournalHeader header{};
  std::int64_t records = 0;        // that SQLite would put back
  bool first_is_readable = false;  // the very first record, also where it wouldn't be put back
  bool is_whole = true;
  std::optional<FirstPage> first_page;
};

// True if the record is readable with our key.
bool read_record(const File& file, std::int64_t offset, std::uint32_t nonce, JournalContent& into) {
  Page page;
  Salt salt;
  std::array<std::uint8_t, 4> number, checksum;
  if (!file.read(salt, offset + 4) || !file.read(checksum, offset + 4 + kPageSize)) return false;
  if (!file.read(number, offset) || number_at(number.data()) == 0 || !file.read(page, offset + 4)) return false;
  if (number_at(number.data()) == 1 && !into.first_page) into.first_page = first_page_of(page, salt);
  return number_at(checksum.data()) == checksum_of(page, nonce);
}

std::optional<JournalContent> read_journal(const File& file) {
  const auto size = file.size();
  JournalContent content;
  std::int64_t offset = 0;
  for (auto header = read_journal_header(file, 0); header; header = read_journal_header(file, offset)) {
    const bool is_first = offset == 0;
    offset += header->sector;
    if (is_first) {
      content.header = *header;
      content.first_is_readable = read_record(file, offset, header->nonce, content);
    }
    const auto there = std::max<std::int64_t>(size - offset, 0) / kRecordSize;
    const auto records = header->records == kUntilTheEnd ? there : std::int64_t{header->records};
    for (std::int64_t i = 0; i < records && content.is_whole; ++i, offset += kRecordSize)
      content.is_whole = i < there && read_record(file, offset, header->nonce, content);
    content.records += records;
    if (!content.is_whole || records == 0) break;
    offset = (offset + header->sector - 1) / header->sector * header->sector;
  }
  if (offset == 0) return std::nullopt;
  return content;
}

// The file mark in the journal is that of before the transaction; the database has it still, or has the next one.
bool goes_before(const FirstPage& before, const FirstPage& now) {
  return now.salt == before.salt && (now.mark == before.mark || now.mark == before.mark + 1);
}

// SQLite would put nothing back, and cut the database to the header's length.
Verdict judge_without_records(const File& file, const Main& main, const JournalContent& content) {
  const bool has_record = file.size() >= content.header.sector + kRecordSize;
  if (has_record && !content.first_is_readable) return Verdict::not_ours;
  const bool cuts_nothing =
      main.pages == content.header.pages || main.pages <= 1;  // one page: a store that is being made
  return cuts_nothing ? Verdict::ours : Verdict::not_ours;
}

Verdict judge_journal(const File& file, const Main& main) {
  const auto content = read_journal(file);
  if (!content) return Verdict::not_ours;
  if (main.pages > 0 && !main.first) {  // the journal may mend it, if it's for this very file
    const bool is_torn = content->first_page && content->first_page->salt == main.salt;
    if (!is_torn) return Verdict::wrong_key;
    return content->is_whole ? Verdict::ours : Verdict::damaged;
  }
  if (content->records == 0) return judge_without_records(file, main, *content);
  if (main.pages == 0 || !content->first_is_readable) return Verdict::not_ours;
  if (content->first_page && !goes_before(*content->first_page, *main.first)) return Verdict::not_ours;
  // A database that has a log has another journal only while it changes over, and then with nothing but page 1.
  const bool changes_over = content->records == 1 && content->first_page && main.pages == content->header.pages;
  if (main.first->has_log && !changes_over) return Verdict::not_ours;
  return content->is_whole ? Verdict::ours : Verdict::damaged;
}

// ---- "-wal" --------------------------------------------------------------------------------------------------------------------

Verdict judge_log(const File& file, const Main& main) {
  std::array<std::uint8_t, kLogHeaderSize> header;
  if (!file.read(header, 0) || (number_at(&header[0]) & ~1u) != 0x377f0682 || number_at(&header[8]) != kPageSize)
    return Verdict::not_ours;
  std::optional<FirstPage> oldest, newest;  // of those in the log
  const auto size = file.size();
  for (std::int64_t at = kLogHeaderSize; at + kFrameSize <= size; at += kFrameSize) {
    std::array<std::uint8_t, kFrameHeaderSize> frame;
    // Frames of an earlier round follow those that count; their salts are others.
    if (!file.read(frame, at) || !std::equal(&header[16], &header[24], &frame[8])) break;
    const bool is_first_page = number_at(&frame[0]) == 1;
    const bool is_proof = at == kLogHeaderSize;
    if (!is_first_page && !is_proof) continue;
    Page page;
    Salt salt;
    const bool is_readable = file.read(salt, at + kFrameHeaderSize) && file.read(page, at + kFrameHeaderSize);
    if (is_proof && main.pages == 0) return Verdict::not_ours;
    if (is_proof && !is_readable) return main.first ? Verdict::not_ours : Verdict::wrong_key;
    if (!is_first_page || !is_readable) continue;
    newest = first_page_of(page, salt);
    if (!oldest) oldest = newest;
  }
  if (!oldest) return Verdict::ours;
  if (oldest->salt != main.salt) return Verdict::not_ours;
  if (!main.first) return Verdict::ours;  // torn while the log went into it
  // A connection raises the mark once, so the database is one behind the log at most; and never ahead of it.
  const bool fits = main.first->mark + 1 >= oldest->mark && main.first->mark <= newest->mark;
  return fits ? Verdict::ours : Verdict::not_ours;
}

// ---- what follows from it ------------------------------------------------------------------------------------------------------

// The file as if it were being written, while its journals are judged: another process may be at work on both.
class Owned {
 public:
  explicit Owned(sqlite3_file* file) : file_(file) {}
  Owned(const Owned&) = delete;
  ~Owned() { file_->pMethods->xUnlock(file_, SQLITE_LOCK_NONE); }

  bool acquire() {
    constexpr int kPause = 5;  // milliseconds
    for (int waited = 0;; waited += kPause) {
      if (is_ours_now()) return true;
      file_->pMethods->xUnlock(file_, SQLITE_LOCK_NONE);
      if (waited >= kDeviceBusyMilliseconds) return false;
      sqlite3_sleep(kPause);
    }
  }

 private:
  bool is_ours_now() {
    return file_->pMethods->xLock(file_, SQLITE_LOCK_SHARED) == SQLITE_OK &&
           file_->pMethods->xLock(file_, SQLITE_LOCK_RESERVED) == SQLITE_OK &&
           file_->pMethods->xLock(file_, SQLITE_LOCK_EXCLUSIVE) == SQLITE_OK;
  }
  sqlite3_file* file_;
};

Result<void> set_aside(const Connection& connection, const std::string& journal, const Tell& tell) {
  const auto kept = TRY(move_aside(journal));
  if (tell)
    tell("The file \"" + journal + "\" beside \"" + connection.path() +
         "\" belongs to another store or to another day of this one, so nothing of it was taken. It is kept as \"" +
         kept + "\"; delete it once nothing is missing.");
  return {};
}

Error damaged_journal(const Connection& connection, const std::string& journal) {
  return {ErrorCode::store_damaged, "\"" + connection.path() + "\" was being written when its process ended, and \"" +
                                        journal +
                                        "\", which would undo the half of it, is damaged. Nothing was changed: keep a "
                                        "copy of both files, then sign in to a "
                                        "new store, which loads everything from the server."};
}

struct Left {
  const char* name;
  int kind;
  Verdict (*judge)(const File&, const Main&);
};

bool is_there(sqlite3_vfs* vfs, const Left& left) {
  int exists = 0;
  if (vfs->xAccess(vfs, left.name, SQLITE_ACCESS_EXISTS, &exists) != SQLITE_OK || exists == 0) return false;
  const File file(vfs, left.name, left.kind);
  return file.is_open() && file.size() > 0;
}

sqlite3_vfs* vfs_of(const Connection& connection) {
  sqlite3_vfs* vfs = nullptr;
  sqlite3_file_control(connection.handle(), "main", SQLITE_FCNTL_VFS_POINTER, &vfs);
  return vfs;
}

std::array<Left, 2> journals_of(const Connection& connection) {
  const char* path = sqlite3_db_filename(connection.handle(), "main");
  return {Left{sqlite3_filename_journal(path), SQLITE_OPEN_MAIN_JOURNAL, judge_journal},
          Left{sqlite3_filename_wal(path), SQLITE_OPEN_WAL, judge_log}};
}

Result<void> act_on(Verdict verdict, const Connection& connection, const std::string& journal, const Tell& tell) {
  switch (verdict) {
    case Verdict::ours: return {};
    case Verdict::not_ours: return set_aside(connection, journal, tell);
    case Verdict::damaged: return damaged_journal(connection, journal);
    case Verdict::wrong_key: return connection.fail(SQLITE_NOTADB);
  }
  return {};
}

}  // namespace

bool has_left_journals(const Connection& connection) {
  sqlite3_vfs* vfs = vfs_of(connection);
  const auto journals = journals_of(connection);
  return std::any_of(journals.begin(), journals.end(), [&](const Left& left) { return is_there(vfs, left); });
}

Result<void> judge_left_journals(Connection& connection, const Tell& tell) {
  sqlite3_vfs* vfs = vfs_of(connection);
  sqlite3_file* file = nullptr;
  sqlite3_file_control(connection.handle(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
  Owned owned(file);
  if (!owned.acquire()) return connection.fail(SQLITE_BUSY);
  const auto main = look_at(File(file));
  for (const auto& left : journals_of(connection)) {
    if (!is_there(vfs, left)) continue;
    const auto verdict = left.judge(File(vfs, left.name, left.kind), main);
    TRY(act_on(verdict, connection, left.name, tell));
  }
  return {};
}

}  // namespace satchel::edge::sqlite
