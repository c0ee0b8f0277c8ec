// Kafka Streams: a processor with a state store, its record cache and its changelog. README.md says what the job is.

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

public final class KafkaStreamsArm {
    static final Map<String, Double> POINTS =
            Map.of("website_visit", 7.31, "landing_page", 16.57, "newsletter_signup", 31.73, "cart", 38.53);
    static final String ASKED = "score_request";
    static final double HALF_LIFE = 14 * 86_400_000.0, THRESHOLD = 60.0;
    static final String STORE = "leads";

    @JsonIgnoreProperties(ignoreUnknown = true)
    public static final class Event {
        @JsonProperty("family") public String family;
        @JsonProperty("event_id") public String eventId;
    }

    /** A lead's score as of a time, and whether its change was told. */
    public record Lead(double score, long at, boolean told) {}

    static final class Score implements FixedKeyProcessor<String, Event, byte[]> {
        private FixedKeyProcessorContext<String, byte[]> context;
        private KeyValueStore<String, Lead> leads;

        @Override
        public void init(FixedKeyProcessorContext<String, byte[]> given) {
            context = given;
            leads = given.getStateStore(STORE);
        }

        @Override
        public void process(FixedKeyRecord<String, Event> record) {
            Event event = record.value();
            long time = record.timestamp();
            Lead lead = leads.get(record.key());
            double score = lead == null ? 0.0 : lead.score * Math.pow(2.0, (lead.at - time) / HALF_LIFE);
            boolean told = lead != null && lead.told;
            if (event.family.equals(ASKED)) {
                context.forward(record.withValue(change(event.eventId, score, time)));
                return;
            }
            score += POINTS.get(event.family);
            boolean reached = score >= THRESHOLD && !told;
            leads.put(record.key(), new Lead(score, time, told || reached));
            if (reached) {
                context.forward(record.withValue(change(event.eventId, score, time)));
            }
        }

        private static byte[] change(String eventId, double score, long at) {
            return ("{\"event_id\":\"" + eventId + "\",\"score\":" + score + ",\"at\":" + at + "}").getBytes(StandardCharsets.UTF_8);
        }
    }

    static final class LeadSerde {
        static Serde<Lead> serde() {
            return Serdes.serdeFrom(
                    (topic, lead) -> lead == null ? null
                            : ByteBuffer.allocate(17).putDouble(lead.score).putLong(lead.at).put((byte) (lead.told ? 1 : 0)).array(),
                    (topic, bytes) -> {
                        if (bytes == null) {
                            return null;
                        }
                        ByteBuffer read = ByteBuffer.wrap(bytes);
                        return new Lead(read.getDouble(), read.getLong(), read.get() == 1);
                    });
        }
    }

    public static void main(String[] args) {
        Map<String, String> said = System.getenv();
        boolean memory = said.get("PEER_STORE").equals("memory");
        ObjectReader reader = new ObjectMapper().readerFor(Event.class);
        Deserializer<Event> decode = (topic, bytes) -> {
            try {
                return reader.readValue(bytes);
            } catch (java.io.IOException error) {
                throw new java.io.UncheckedIOException(error);
            }
        };
        StreamsBuilder builder = new StreamsBuilder();
        builder.addStateStore(Stores.keyValueStoreBuilder(
                        memory ? Stores.inMemoryKeyValueStore(STORE) : Stores.persistentKeyValueStore(STORE), Serdes.String(), LeadSerde.serde())
                .withCachingEnabled());
        builder.stream(said.get("PEER_SOURCE"), Consumed.with(Serdes.String(), Serdes.serdeFrom((topic, event) -> null, decode)))
                .processValues(Score::new, STORE)
                .to(said.get("PEER_TARGET"), Produced.with(Serdes.String(), Serdes.ByteArray()));
        KafkaStreams streams = new KafkaStreams(builder.build(), properties(said));
        streams.setUncaughtExceptionHandler(error -> {
            error.printStackTrace();
            return StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
        streams.start();
    }

    static Properties properties(Map<String, String> said) {
        Properties set = new Properties();
        set.put(StreamsConfig.APPLICATION_ID_CONFIG, said.get("PEER_APP"));
        set.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, said.get("PEER_BOOTSTRAP"));
        set.put(StreamsConfig.STATE_DIR_CONFIG, said.get("PEER_FOLDER"));
        set.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
        set.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 128L << 20);
        set.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 5_000);
        set.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 10_000);
        set.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
        set.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        set.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 5_000);
        set.put(StreamsConfig.consumerPrefix(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG), 20);
        set.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 20);
        set.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 256 << 10);
        return set;
    }
}
