// SPDX-License-Identifier: Apache-2.0
//
// Schema::pack and Schema::unpack. One list of members serves both directions, so they can't disagree:
//
//   format (varint) | hash64 of the rest (u64) | number | tables
//
// Numbers and enumerations are zigzag varints, texts have their length before them, optionals a 0 or 1, vectors their count.
// A store keeps what a program of its time packed, so what was packed once must be read for ever: a new member goes behind
// the others of its struct and is taken only from a format that has it.
#include <concepts>
#include <type_traits>

#include "base/bytes.h"
#include "base/hash.h"
#include "model/schema.h"

namespace satchel::model {

namespace {

constexpr std::uint64_t kFormat = 1;

// Either T or const T: a reader fills it, a writer looks at it.
template <class Given, class T>
concept Either = std::same_as<std::remove_const_t<Given>, T>;

template <class T>
concept Number = std::is_enum_v<T> || std::is_integral_v<T>;

class Writer {
 public:
  template <class... Members>
  void operator()(const Members&... members) {
    (put(members), ...);
  }

  ByteWriter out;

 private:
  template <Number T>
  void put(T number) {
    out.zigzag(static_cast<std::int64_t>(number));
  }
  void put(TableNumber number) { out.zigzag(number.value); }
  void put(const std::string& text) { out.text(text); }
  template <class T>
  void put(const std::optional<T>& value) {
    out.u8(value ? 1 : 0);
    if (value) put(*value);
  }
  template <class T>
  void put(const std::vector<T>& items) {
    out.varint(items.size());
    for (const auto& item : items) put(item);
  }
  template <class T>
    requires(std::is_class_v<T>)
  void put(const T& part) {
    visit(*this, part);
  }
};

// What is damaged comes out as zeros and empty; the caller asks `in` at the end.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : in(bytes) {}

  template <class... Members>
  void operator()(Members&... members) {
    (take(members), ...);
  }

  ByteReader in;

 private:
  template <Number T>
  void take(T& number) {
    number = static_cast<T>(in.zigzag());
  }
  void take(TableNumber& number) { number.value = static_cast<std::int32_t>(in.zigzag()); }
  void take(std::string& text) { text = in.text(); }
  template <class T>
  void take(std::optional<T>& value) {
    if (in.u8() != 0) take(value.emplace());
  }
  template <class T>
  void take(std::vector<T>& items) {
    const auto count = in.varint();
    if (count > in.left()) return (void)in.raw(count);  // Each item has a byte at least.
    items.resize(count);
    for (auto& item : items) take(item);
  }
  template <class T>
    requires(std::is_class_v<T>)
  void take(T& part) {
    visit(*this, part);
  }
};

void visit(auto& archive, Either<Option> auto& option) { archive(option.value, option.label, option.state); }

void visit(auto& archive, Either<Column> auto& column) {
  archive(column.name, column.label, column.index, column.type, column.required, column.origin, column.length_max,
          column.scale, column.min, column.max, column.format, column.options, column.targets,
          column.participation_mask, column.folded, column.hidden, column.on_delete, column.relationship,
          column.navigation, column.relationships, column.base_of, column.base_of_index, column.join_columns,
          column.join_separators, column.default_value, column.unique, column.one_of);
}

void visit(auto& archive, Either<ViewOrder> auto& order) { archive(order.column, order.descending); }

void visit(auto& archive, Either<View> auto& view) {
  archive(view.name, view.label, view.columns, view.filter, view.order, view.is_default);
}

void visit(auto& archive, Either<ImageColumns> auto& image) {
  archive(image.image, image.id, image.timestamp, image.url);
}

void visit(auto& archive, Either<FormSection> auto& section) { archive(section.label, section.columns); }

void visit(auto& archive, Either<RelatedList> auto& list) {
  archive(list.relationship, list.label, list.table, list.lookup, list.columns);
}

void visit(auto& archive, Either<Form> auto& form) {
  archive(form.header, form.sections, form.related, form.has_timeline, form.quick_create);
}

void visit(auto& archive, Either<Chart> auto& chart) {
  archive(chart.name, chart.label, chart.kind, chart.filter, chart.category, chart.period, chart.sum);
}

void visit(auto& archive, Either<Table> auto& table) {
  archive(table.number, table.name, table.set, table.label, table.plural, table.ownership, table.is_activity,
          table.is_intersect, table.is_derived, table.columns, table.primary_name, table.quick_find, table.views,
          table.form, table.charts, table.menu_rank, table.load_rank, table.on_every_device, table.owner,
          table.owning_unit, table.state, table.status, table.currency, table.exchange_rate, table.created_on,
          table.created_by, table.modified_on, table.modified_by, table.version, table.computed, table.images);
}

Error damaged(std::string_view reason) {
  return Error{ErrorCode::schema_invalid, "A packed schema can't be read: " + std::string(reason) + "."};
}

}  // namespace

std::string Schema::pack() const {
  Writer body;
  body(number_, tables_);
  ByteWriter out;
  out.varint(kFormat);
  out.u64(hash64(body.out.bytes()));
  out.raw(body.out.bytes());
  return out.take();
}

Result<Schema> Schema::unpack(std::string_view bytes) {
  ByteReader head(bytes);
  const auto format = head.varint();
  const auto sum = head.u64();
  if (head.failed()) return damaged("it is too short");
  if (format > kFormat) return damaged("a newer program made it");
  Reader body(bytes.substr(bytes.size() - head.left()));
  if (hash64(bytes.substr(bytes.size() - head.left())) != sum) return damaged("its bytes were changed");
  Schema schema;
  body(schema.number_, schema.tables_);
  if (body.in.failed() || !body.in.at_end()) return damaged("it doesn't end where its tables do");
  for (auto& table : schema.tables_)
    for (const auto& column : table.columns) table.column_by_name.emplace(column.name, column.index);
  schema.index_names();
  return schema;
}

}  // namespace satchel::model
