package weir.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/** JSON by Jackson's streaming interface, the fastest that it has: no reflection, no tree. */
final class Json {
  private static final JsonFactory FACTORY = new JsonFactory();

  /** Writes the fields of a row between the braces. */
  interface Writer<T> {
    void write(JsonGenerator to, T row) throws IOException;
  }

  /** Collects the fields of a row. */
  interface Reader<T> {
    /** The parser stands on the value of the field. */
    void field(String name, JsonParser from) throws IOException;

    T row();
  }

  interface ReaderSource<T> {
    Reader<T> get();
  }

  private Json() {}

  static <T> Serde<T> serde(Writer<T> writer, ReaderSource<T> readers) {
    return Serdes.serdeFrom(
        (topic, row) -> row == null ? null : write(writer, row),
        (topic, bytes) -> bytes == null ? null : read(readers.get(), bytes));
  }

  private static <T> byte[] write(Writer<T> writer, T row) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (JsonGenerator to = FACTORY.createGenerator(bytes)) {
      to.writeStartObject();
      writer.write(to, row);
      to.writeEndObject();
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
    return bytes.toByteArray();
  }

  private static <T> T read(Reader<T> reader, byte[] bytes) {
    try (JsonParser from = FACTORY.createParser(bytes)) {
      from.nextToken();
      while (from.nextToken() == JsonToken.FIELD_NAME) {
        String name = from.currentName();
        if (from.nextToken() != JsonToken.VALUE_NULL) {
          reader.field(name, from);
        }
      }
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
    return reader.row();
  }
}
