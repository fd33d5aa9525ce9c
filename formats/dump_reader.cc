#include "formats/dump_reader.h"

#include "formats/dump_scan.h"

namespace haul {

DumpReader DumpReader::Open(const std::filesystem::path& path, const Options& options) {
  return DumpScan(path, options).Run();
}

std::string DumpReader::ServerVersion(std::string_view database) const {
  const auto own = server_versions_.find(database);
  if (own != server_versions_.end()) return own->second;
  const auto of_root = server_versions_.find(std::string_view());
  return of_root != server_versions_.end() ? of_root->second : std::string();
}

void DumpReader::Verify() const {
  for (const DumpedCollection& collection : collections_) {
    if (collection.data.has_value()) DataFileReader check(*collection.data);
  }
  for (const DumpedAdminData& admin : admin_data_) DataFileReader check(admin.data);
  if (oplog_.has_value()) DataFileReader check(*oplog_);
}

}  // namespace haul
