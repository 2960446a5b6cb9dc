// SPDX-License-Identifier: Apache-2.0
//
// Pictures as values: what is taken, what follows from one. The pictures here are their first bytes.
#include "model/image.h"

#include <doctest/doctest.h>

#include <string>

#include "base/bytes.h"
#include "model/rules.h"

namespace satchel::model {
namespace {

const Schema& schema() { return Schema::standard(); }
const Table& contacts() { return *schema().find("contact"); }
const Column& picture() { return *contacts().find_column("entityimage"); }

const std::string kPng = to_base64("\x89PNG\r\n\x1A\n and more");
const std::string kJpeg = to_base64("\xFF\xD8\xFF\xE0 and more");
const std::string kGif = to_base64("GIF89a and more");

std::string refusal_of(const Value& value) {
  const auto checked = check_value(schema(), contacts(), picture(), value);
  REQUIRE_FALSE(checked.ok());
  CHECK(checked.error().code == ErrorCode::bad_value);
  CHECK(checked.error().target == "entityimage");
  return checked.error().message;
}

Record with_picture(std::uint8_t id, Value image) {
  Record record{contacts().number, {}, {}, std::vector<Value>(contacts().columns.size())};
  record.id.uuid.bytes[15] = id;
  record.values[picture().index] = std::move(image);
  compute(schema(), record);
  return record;
}

std::string text_at(const Record& record, std::string_view column) {
  const auto* text = text_in(record.values[contacts().find_column(column)->index]);
  return text != nullptr ? *text : "";
}

TEST_SUITE("image") {
  TEST_CASE("PNG, JPEG and GIF are taken, and told apart") {
    for (const auto& image : {kPng, kJpeg, kGif}) CHECK(check_value(schema(), contacts(), picture(), image).ok());
    CHECK(image_type(kPng) == "image/png");
    CHECK(image_type(kJpeg) == "image/jpeg");
    CHECK(image_type(kGif) == "image/gif");
    CHECK(image_type("").empty());
  }

  TEST_CASE("what is no picture is refused with the reason") {
    CHECK(refusal_of(to_base64("<svg/>")) == "Picture must be a PNG, JPEG or GIF picture; this is something else.");
    CHECK(refusal_of("iVBORw0KGgo") == "Picture isn't a picture in base64.");
    CHECK(refusal_of("/9j/not base64") == "Picture isn't a picture in base64.");
    CHECK(refusal_of("data:image/png;base64," + kPng) == "Picture isn't a picture in base64.");
    CHECK(refusal_of(std::int64_t{1}) == "Picture must be a picture in base64.");
  }

  TEST_CASE("a picture has a largest size") {
    const std::string largest = "\xFF\xD8\xFF" + std::string(kImageBytesMax - 3, 'x');
    CHECK(image_bytes(to_base64(largest)) == kImageBytesMax);
    CHECK(check_value(schema(), contacts(), picture(), to_base64(largest)).ok());
    CHECK(refusal_of(to_base64(largest + "x")) ==
          "Picture may have at most 65536 bytes; this picture has 65537. Scale it down: 144 by 144 pixels will do.");
  }

  TEST_CASE("base64 may come in lines, and an empty text is no picture") {
    const auto lines = kPng.substr(0, 8) + "\r\n" + kPng.substr(8) + "\n";
    CHECK(normalize(picture(), lines) == Value(kPng));
    CHECK(is_null(normalize(picture(), "")));
  }

  TEST_CASE("id and address follow from record and picture; both go with it") {
    const auto record = with_picture(1, kPng);
    CHECK(text_at(record, "entityimageid").size() == 36);
    CHECK(text_at(record, "entityimage_url") == "/api/data/v9.2/contacts(" + record.id.to_string() +
                                                    ")/entityimage/$value?id=" + text_at(record, "entityimageid"));
    CHECK(text_at(with_picture(1, kPng), "entityimageid") == text_at(record, "entityimageid"));
    CHECK(text_at(with_picture(1, kGif), "entityimageid") != text_at(record, "entityimageid"));
    CHECK(text_at(with_picture(2, kPng), "entityimageid") != text_at(record, "entityimageid"));
    CHECK(text_at(with_picture(1, {}), "entityimageid").empty());
    CHECK(text_at(with_picture(1, {}), "entityimage_url").empty());
  }

  TEST_CASE("a picture stands last in its row, and in no form's sections") {
    const auto& image = contacts().images.at(0);
    CHECK(image.image == contacts().columns.size() - 1);
    CHECK(contacts().columns[image.timestamp].name == "entityimage_timestamp");
    for (const auto& column : {image.id, image.timestamp, image.url}) CHECK(contacts().columns[column].hidden);
    for (const auto& section : contacts().form.sections)
      for (const auto column : section.columns) CHECK(column != image.image);
  }
}

}  // namespace
}  // namespace satchel::model
