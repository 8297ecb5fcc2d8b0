import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Kafka's own Java client on the command line, to hold ours against. Records come on standard input and go to
 * standard output, one a line: timestamp, key, value, headers `name=value` with commas between, the fields
 * apart by `|`, bytes in hex, `~` for null.
 *
 *   encode                                  one record batch of format 2, uncompressed, in hex
 *   produce BROKERS TOPIC COMPRESSION       writes to partition 0, the second half in a transaction
 *   consume BROKERS TOPIC COUNT             reads partition 0 from its beginning, committed records
 */
public class JavaRecords {
  private static final HexFormat HEX = HexFormat.of();

  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "encode" -> encode();
      case "produce" -> produce(args[1], args[2], args[3]);
      case "consume" -> consume(args[1], args[2], Integer.parseInt(args[3]));
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static void encode() throws Exception {
    var records = read("");
    var builder = MemoryRecords.builder(
        ByteBuffer.allocate(1024), Compression.NONE, TimestampType.CREATE_TIME, 0L);
    for (var record : records) {
      builder.append(record.timestamp(), record.key(), record.value(), record.headers().toArray());
    }
    var bytes = builder.build().buffer();
    var copy = new byte[bytes.remaining()];
    bytes.get(copy);
    System.out.println(HEX.formatHex(copy));
  }

  private static void produce(String brokers, String topic, String compression) throws Exception {
    var records = read(topic);
    var properties = new Properties();
    properties.put("bootstrap.servers", brokers);
    properties.put("compression.type", compression);
    properties.put("linger.ms", "1000");
    send(properties, records.subList(0, records.size() / 2), false);
    properties.put("transactional.id", "java-" + topic);
    send(properties, records.subList(records.size() / 2, records.size()), true);
  }

  private static void send(
      Properties properties, List<ProducerRecord<byte[], byte[]>> records, boolean transaction) {
    var bytes = new ByteArraySerializer();
    try (var producer = new KafkaProducer<>(properties, bytes, bytes)) {
      if (transaction) {
        producer.initTransactions();
        producer.beginTransaction();
      }
      records.forEach(producer::send);
      producer.flush();
      if (transaction) producer.commitTransaction();
    }
  }

  private static void consume(String brokers, String topic, int count) {
    var properties = new Properties();
    properties.put("bootstrap.servers", brokers);
    properties.put("isolation.level", "read_committed");
    var bytes = new ByteArrayDeserializer();
    var partition = new TopicPartition(topic, 0);
    try (var consumer = new KafkaConsumer<>(properties, bytes, bytes)) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      var deadline = System.currentTimeMillis() + 20_000;
      for (int read = 0; read < count && System.currentTimeMillis() < deadline; ) {
        for (var record : consumer.poll(Duration.ofMillis(500))) {
          System.out.println(line(record));
          read += 1;
        }
      }
    }
  }

  private static List<ProducerRecord<byte[], byte[]>> read(String topic) throws Exception {
    var records = new ArrayList<ProducerRecord<byte[], byte[]>>();
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (var line = in.readLine(); line != null; line = in.readLine()) {
      var fields = line.split("\\|", -1);
      Stream<Header> headers =
          Stream.of(fields[3].split(",")).filter(it -> !it.isEmpty()).map(JavaRecords::header);
      var name = topic.isEmpty() ? "none" : topic;
      var time = Long.parseLong(fields[0]);
      records.add(
          new ProducerRecord<>(
              name, 0, time, bytes(fields[1]), bytes(fields[2]), headers.toList()));
    }
    return records;
  }

  private static Header header(String text) {
    var parts = text.split("=", -1);
    return new RecordHeader(
        new String(HEX.parseHex(parts[0]), StandardCharsets.UTF_8), bytes(parts[1]));
  }

  private static String line(ConsumerRecord<byte[], byte[]> record) {
    var headers =
        Stream.of(record.headers().toArray())
            .map(it -> hex(it.key().getBytes(StandardCharsets.UTF_8)) + "=" + hex(it.value()))
            .collect(Collectors.joining(","));
    return String.join(
        "|", Long.toString(record.timestamp()), hex(record.key()), hex(record.value()), headers);
  }

  private static byte[] bytes(String text) {
    return text.equals("~") ? null : HEX.parseHex(text);
  }

  private static String hex(byte[] bytes) {
    return bytes == null ? "~" : HEX.formatHex(bytes);
  }
}
