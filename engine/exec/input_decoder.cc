#include "engine/exec/input_decoder.h"

#include <algorithm>
#include <map>

#include "engine/exec/changed_rows.h"
#include "engine/exec/plan_columns.h"
#include "engine/exec/timestamp_column.h"
#include "engine/exec/window_key.h"

namespace weir {

namespace {

void fill_metadata(const log::FetchedRecords& records, Batch& out) {
  out.rows = static_cast<uint32_t>(records.records.size());
  out.partition = records.source.partition;
  out.origin = &records;
  out.timestamps.resize(out.rows);
  out.offsets.resize(out.rows);
  bool any_headers = false;
  for (uint32_t row = 0; row < out.rows; ++row) {
    const log::RecordView& record = records.records[row];
    out.timestamps[row] = record.timestamp;
    out.offsets[row] = record.offset;
    if (!record.key) out.null_key.set(row);
    if (!record.value) out.null_value.set(row);
    any_headers = any_headers || !record.headers.empty();
  }
  if (any_headers) {
    out.headers.resize(out.rows);
    for (uint32_t row = 0; row < out.rows; ++row) out.headers[row] = records.records[row].headers;
  }
}

// Reports the row errors gathered so far with the records' own bytes. A record is lost once, whatever is wrong with it.
void report_with_bytes(const log::FetchedRecords& records, const RowBits& bad, TaskContext& context) {
  RowBits told;
  for (const RowError& error : context.errors.errors()) {
    const log::RecordView& record = records.records[error.row];
    ProcessingError out;
    out.stage = error.stage;
    out.source = context.source_name;
    out.topic = records.source.topic;
    out.partition = records.source.partition;
    out.offset = record.offset;
    out.timestamp = record.timestamp;
    out.operation = error.operation;
    out.message = error.message;
    out.input = context.input_id;
    out.reading = true;
    out.dropped = bad.test(error.row) && !told.test(error.row);
    told.set(error.row);
    out.record = record;
    context.collector->error(std::move(out));
  }
  context.errors.clear();
}

// One side (key or value) of a source: which of its declared columns are decoded, and where they go.
class SideReader {
 public:
  void want(int declared, int output) {
    if (declared < 0) return;
    wanted_[declared].push_back(output);
  }
  void prepare(const FormatContext& context) {
    std::vector<int> wanted;
    for (const auto& [declared, outputs] : wanted_) {
      wanted.push_back(declared);
      types_.push_back(context.columns[declared].type);
    }
    if (!wanted.empty()) decoder_ = make_decoder(context, wanted);
  }
  bool used() const { return decoder_ != nullptr; }

  // Decodes and puts the columns where they go; `time` receives the column that was wanted at position -1.
  void read(std::span<const log::OptionalBytes> payloads, TaskContext& context, RowError::Stage stage, RowBits& bad,
            Batch& out, ColumnPtr& time) {
    std::vector<std::shared_ptr<Column>> columns;
    std::vector<Column*> pointers;
    for (const TypePtr& type : types_) {
      columns.push_back(std::make_shared<Column>(type));
      pointers.push_back(columns.back().get());
    }
    RowErrors errors;
    decoder_->decode(payloads, pointers, *context.arena, errors, bad);
    for (RowError error : errors.errors()) {
      error.stage = stage;
      context.errors.report(std::move(error));
    }
    size_t next = 0;
    for (const auto& [declared, outputs] : wanted_) {
      for (const int output : outputs) {
        (output < 0 ? time : out.columns[output]) = columns[next];
      }
      ++next;
    }
  }

 private:
  std::map<int, std::vector<int>> wanted_;  // declared column → output columns; -1: the event time
  std::vector<TypePtr> types_;
  std::unique_ptr<RowDecoder> decoder_;
};

constexpr int kTimeOutput = -1;

class SourceDecoder final : public InputDecoder {
 public:
  SourceDecoder(const PlanNode& node, const std::shared_ptr<SchemaRegistry>& registry,
                const FunctionRegistry& functions)
      : schema_(node.schema), spec_(*node.source) {
    for (size_t c = 0; c < spec_.columns.size(); ++c) {
      const SourceColumnRef& column = spec_.columns[c];
      if (column.from == SourceColumnRef::From::kKey) key_.want(column.index, static_cast<int>(c));
      if (column.from == SourceColumnRef::From::kValue) value_.want(column.index, static_cast<int>(c));
    }
    if (!spec_.timestamp_column.empty()) {
      const int key = index_of(spec_.key_columns, spec_.timestamp_column);
      const int value = index_of(spec_.value_columns, spec_.timestamp_column);
      key_.want(key, kTimeOutput);
      value_.want(value, kTimeOutput);
      const TypePtr& type = key >= 0 ? spec_.key_columns[key].type : spec_.value_columns.at(value).type;
      time_ = std::make_unique<TimestampColumn>(type, spec_.timestamp_format, functions);
    }
    key_.prepare({spec_.key_format, true, spec_.topic, spec_.key_columns, registry});
    value_.prepare({spec_.value_format, false, spec_.topic, spec_.value_columns, registry});
  }

  void decode(const log::FetchedRecords& records, TaskContext& context, Batch& out) override {
    fill_metadata(records, out);
    out.columns.resize(spec_.columns.size());
    payloads_.resize(out.rows);
    RowBits bad;
    ColumnPtr time;
    if (spec_.window) {
      read_windows(records, context, bad, out);
    } else if (key_.used()) {
      for (uint32_t row = 0; row < out.rows; ++row) payloads_[row] = records.records[row].key;
    }
    if (key_.used()) {
      key_.read(payloads_, context, RowError::Stage::kDecodeKey, bad, out, time);
    }
    if (value_.used()) {
      for (uint32_t row = 0; row < out.rows; ++row) payloads_[row] = records.records[row].value;
      value_.read(payloads_, context, RowError::Stage::kDecodeValue, bad, out, time);
    }
    set_times(time, context, bad, out);
    set_pseudo_columns(records, out);
    if (context.errors.count() > 0) report_with_bytes(records, bad, context);
    if (!bad.empty()) {
      std::vector<uint32_t> keep;
      for (uint32_t row = 0; row < out.rows; ++row) {
        if (!bad.test(row)) keep.push_back(row);
      }
      out = out.gather(keep);
    }
  }

 private:
  static int index_of(const std::vector<FormatColumn>& columns, const std::string& name) {
    for (size_t i = 0; i < columns.size(); ++i) {
      if (columns[i].name == name) return static_cast<int>(i);
    }
    return -1;
  }

  // Cuts the windows off the keys, which go into payloads_.
  void read_windows(const log::FetchedRecords& records, TaskContext& context, RowBits& bad, Batch& out) {
    out.windows.assign(out.rows, {});
    for (uint32_t row = 0; row < out.rows; ++row) {
      payloads_[row].reset();
      const log::OptionalBytes& bytes = records.records[row].key;
      // No key has no window either; nor has an empty one, which is what other writers make of it.
      if (!bytes || bytes->empty()) {
        out.null_key.set(row);
        continue;
      }
      const std::optional<WindowedKey> key = split_windowed_key(*bytes, *spec_.window);
      if (!key) {
        bad.set(row);
        context.errors.report({RowError::Stage::kDecodeKey, row, format_name(spec_.key_format.kind),
                               "the key of " + std::to_string(bytes->size()) +
                                   " bytes is too short to end with a window's times; the record is skipped"});
        continue;
      }
      payloads_[row] = key->key;
      out.windows[row] = key->window;
    }
  }

  void set_times(const ColumnPtr& column, TaskContext& context, RowBits& bad, Batch& out) const {
    EvalContext eval = context.eval();
    const ColumnPtr time = column ? time_->read(column, out.rows, eval) : nullptr;
    for (uint32_t row = 0; row < out.rows; ++row) {
      if (bad.test(row)) continue;
      if (time && !out.null_value.test(row)) {
        if (time->is_null(row)) {
          bad.set(row);
          context.errors.report({RowError::Stage::kTimestamp, row, spec_.timestamp_column,
                                 "the timestamp column is NULL or not in the declared format; the record is skipped"});
          continue;
        }
        out.timestamps[row] = time->at<int64_t>(row);
      }
      if (out.timestamps[row] < 0) {
        bad.set(row);
        context.errors.report(
            {RowError::Stage::kTimestamp, row, spec_.timestamp_column,
             "the record has a negative timestamp (" + std::to_string(out.timestamps[row]) + "); it is skipped"});
      }
    }
  }

  void set_pseudo_columns(const log::FetchedRecords& records, Batch& out) const {
    using From = SourceColumnRef::From;
    for (size_t c = 0; c < spec_.columns.size(); ++c) {
      const SourceColumnRef& ref = spec_.columns[c];
      if (ref.from == From::kKey || ref.from == From::kValue) continue;
      auto column = std::make_shared<Column>(schema_[c].type);
      column->reserve(out.rows);
      if (ref.from == From::kHeaders || ref.from == From::kHeader) {
        for (uint32_t row = 0; row < out.rows; ++row) {
          if (ref.from == From::kHeaders) {
            append_all_headers(records.records[row], *column);
          } else {
            append_last_header(records.records[row], ref.header_key, *column);
          }
        }
      } else {
        column->resize(out.rows);
        for (uint32_t row = 0; row < out.rows; ++row) {
          if (ref.from == From::kRowTime) column->set<int64_t>(row, out.timestamps[row]);
          if (ref.from == From::kRowOffset) column->set<int64_t>(row, out.offsets[row]);
          if (ref.from == From::kRowPartition) column->set<int32_t>(row, out.partition);
          if (out.windows.empty() || out.null_key.test(row)) continue;
          if (ref.from == From::kWindowStart) column->set<int64_t>(row, out.windows[row].start);
          if (ref.from == From::kWindowEnd) column->set<int64_t>(row, out.windows[row].end);
        }
      }
      out.columns[c] = std::move(column);
    }
  }

  // ARRAY<STRUCT<KEY STRING, VALUE BYTES>>
  static void append_all_headers(const log::RecordView& record, Column& column) {
    Column& entry = column.child(0);
    for (const log::HeaderView& header : record.headers) {
      append_view(entry.child(0), header.key);
      append_view(entry.child(1), header.value);
      entry.resize(entry.child(0).size());
      entry.set_valid(entry.size() - 1);
    }
    column.close_row();
  }

  static void append_last_header(const log::RecordView& record, const std::string& key, Column& column) {
    log::OptionalBytes found;
    for (const log::HeaderView& header : record.headers) {
      if (header.key == key) found = header.value;
    }
    append_view(column, found);
  }

  static void append_view(Column& column, const log::OptionalBytes& bytes) {
    const size_t row = column.size();
    column.resize(row + 1);
    if (bytes) column.set<std::string_view>(row, *bytes);
  }

  PlanSchema schema_;
  PlanNode::SourceSpec spec_;
  SideReader key_, value_;
  std::unique_ptr<TimestampColumn> time_;
  std::vector<log::OptionalBytes> payloads_;
};

// Columns of one side of the rows of a repartition topic, while they are filled.
struct DecodedColumns {
  explicit DecodedColumns(const PlanSchema& schema, uint32_t rows) {
    for (const PlanColumn& column : schema) {
      columns.push_back(std::make_shared<Column>(column.type));
      columns.back()->reserve(rows);
      (column.key ? keys : values).push_back(columns.back().get());
    }
  }
  std::vector<std::shared_ptr<Column>> columns;
  std::vector<Column*> keys, values;
};

class RepartitionDecoder final : public InputDecoder {
 public:
  explicit RepartitionDecoder(const PlanNode& node)
      : schema_(node.schema),
        table_(node.table),
        old_rows_(node.old_rows),
        windowed_key_(node.windowed_key),
        key_codec_(types_where(node.schema, true)),
        value_codec_(types_where(node.schema, false)) {}

  void decode(const log::FetchedRecords& records, TaskContext&, Batch& out) override {
    fill_metadata(records, out);
    DecodedColumns rows(schema_, out.rows);
    for (const log::RecordView& record : records.records) {
      if (record.key) {
        key_codec_.decode(*record.key, rows.keys);
      } else {
        key_codec_.decode_nulls(rows.keys);
      }
    }
    if (table_) {
      decode_changes(records, rows, out);
    } else {
      for (const log::RecordView& record : records.records) decode_value(record.value, rows.values);
    }
    out.columns.assign(rows.columns.begin(), rows.columns.end());
    if (windowed_key_) {
      const Column& start = *rows.keys[rows.keys.size() - 2];
      const Column& end = *rows.keys.back();
      out.windows.resize(out.rows);
      for (uint32_t row = 0; row < out.rows; ++row) {
        if (!start.is_null(row)) out.windows[row] = {start.at<int64_t>(row), end.at<int64_t>(row)};
      }
    }
  }

 private:
  void decode_value(const std::optional<std::string_view>& bytes, std::span<Column* const> columns) const {
    if (bytes) {
      value_codec_.decode(*bytes, columns);
    } else {
      value_codec_.decode_nulls(columns);
    }
  }

  void decode_changes(const log::FetchedRecords& records, DecodedColumns& rows, Batch& out) const {
    DecodedColumns old(schema_, out.rows);
    for (uint32_t row = 0; row < out.rows; ++row) {
      std::string_view value = records.records[row].value.value_or(std::string_view{});
      take_changed_rows_version(value);
      const auto old_row = take_changed_row(value);
      const auto new_row = take_changed_row(value);
      if (!new_row) out.null_value.set(row);
      decode_value(new_row, rows.values);
      if (!old_rows_) continue;
      if (!old_row) out.old_null.set(row);
      decode_value(old_row, old.values);
    }
    if (!old_rows_) return;
    for (size_t c = 0; c < schema_.size(); ++c)
      out.old_columns.push_back(schema_[c].key ? rows.columns[c] : old.columns[c]);
  }

  PlanSchema schema_;
  bool table_, old_rows_, windowed_key_;
  RowCodec key_codec_, value_codec_;
};

}  // namespace

std::unique_ptr<InputDecoder> InputDecoder::create(const PlanNode& node,
                                                   const std::shared_ptr<SchemaRegistry>& registry,
                                                   const FunctionRegistry& functions) {
  if (node.kind == PlanKind::kRepartition) return std::make_unique<RepartitionDecoder>(node);
  return std::make_unique<SourceDecoder>(node, registry, functions);
}

}  // namespace weir
