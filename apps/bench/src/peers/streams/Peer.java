import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;
import java.util.function.Function;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Branched;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Produced;

/**
 * The work of transformer and aggregator as a Kafka Streams user would write it.
 *
 * <p>usage: Peer mark|count BROKERS APPLICATION_ID STATE_DIR INPUT OUTPUT [DEAD_LETTERS]
 */
final class Peer {
  private static final ObjectMapper JSON = new ObjectMapper();

  public static void main(String[] arguments) {
    Properties settings = new Properties();
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, arguments[1]);
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, arguments[2]);
    settings.put(StreamsConfig.STATE_DIR_CONFIG, arguments[3]);
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 2);
    settings.put("auto.offset.reset", "earliest");

    Topology topology =
        arguments[0].equals("mark")
            ? mark(arguments[4], arguments[5], arguments[6])
            : count(arguments[4], arguments[5]);
    KafkaStreams streams = new KafkaStreams(topology, settings);
    Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
    streams.start();
  }

  /** Filter and mark; what is no JSON object becomes a dead letter. */
  private static Topology mark(String input, String output, String deadLetters) {
    var bytes = Serdes.ByteArray();
    StreamsBuilder builder = new StreamsBuilder();
    KStream<byte[], Login> logins =
        builder.stream(input, Consumed.with(bytes, bytes)).mapValues(Login::parse);
    logins
        .split()
        .branch(
            (key, login) -> login.members() == null,
            Branched.withConsumer(
                bad -> bad.mapValues(Login::bytes).to(deadLetters, Produced.with(bytes, bytes))))
        .defaultBranch(
            Branched.withConsumer(
                good ->
                    good.filter((key, login) -> login.text("app_version").equals("2.0.0"))
                        .mapValues(Login::marked)
                        .to(output, Produced.with(bytes, bytes))));
    return builder.build();
  }

  /** Four counts: by device type, app version, locale and minute. */
  private static Topology count(String input, String output) {
    var bytes = Serdes.ByteArray();
    var string = Serdes.String();
    StreamsBuilder builder = new StreamsBuilder();
    KStream<byte[], Login> logins =
        builder.stream(input, Consumed.with(bytes, bytes)).mapValues(Login::parse);
    Map<String, Function<Login, String>> dimensions =
        Map.of(
            "device_type", login -> login.text("device_type"),
            "app_version", login -> login.text("app_version"),
            "locale", login -> login.text("locale"),
            "minute", login -> String.valueOf(login.members().path("timestamp").asLong() / 60));
    dimensions.forEach(
        (name, value) ->
            logins
                .map((key, login) -> new KeyValue<>(value.apply(login), ""))
                .groupByKey(Grouped.with(name, string, string))
                .count()
                .toStream((key, count) -> name + "=" + key)
                .to(output, Produced.with(string, Serdes.Long())));
    return builder.build();
  }

  /** A value and, when it is a JSON object, its members. */
  private record Login(byte[] bytes, ObjectNode members) {
    static Login parse(byte[] bytes) {
      try {
        JsonNode node = JSON.readTree(bytes);
        return new Login(bytes, node instanceof ObjectNode members ? members : null);
      } catch (IOException notJson) {
        return new Login(bytes, null);
      }
    }

    String text(String member) {
      return members.path(member).asText();
    }

    byte[] marked() {
      try {
        return JSON.writeValueAsBytes(members.put("processed", true));
      } catch (IOException impossible) {
        throw new UncheckedIOException(impossible);
      }
    }
  }
}
