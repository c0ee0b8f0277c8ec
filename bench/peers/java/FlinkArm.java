// Flink: a keyed process function with value state, checkpoints every ten seconds. README.md says what the job is.

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

public final class FlinkArm {
    static final Map<String, Double> POINTS =
            Map.of("website_visit", 7.31, "landing_page", 16.57, "newsletter_signup", 31.73, "cart", 38.53);
    static final String ASKED = "score_request";
    static final double HALF_LIFE = 14 * 86_400_000.0, THRESHOLD = 60.0;

    @JsonIgnoreProperties(ignoreUnknown = true)
    public static final class Event {
        @JsonProperty("family") public String family;
        @JsonProperty("event_id") public String eventId;
        public String key;
        public long time;
    }

    public static final class Lead {
        public double score;
        public long at;
        public boolean told;
    }

    public static final class Change {
        public String key;
        public String eventId;
        public double score;
        public long at;
    }

    static final class Decode implements KafkaRecordDeserializationSchema<Event> {
        private transient ObjectReader reader;

        @Override
        public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<Event> out) throws IOException {
            if (reader == null) {
                reader = new ObjectMapper().readerFor(Event.class);
            }
            Event event = reader.readValue(record.value());
            event.key = new String(record.key(), StandardCharsets.UTF_8);
            event.time = record.timestamp();
            out.collect(event);
        }

        @Override
        public TypeInformation<Event> getProducedType() {
            return TypeInformation.of(Event.class);
        }
    }

    static final class Encode implements KafkaRecordSerializationSchema<Change> {
        private final String topic;

        Encode(String topic) {
            this.topic = topic;
        }

        @Override
        public ProducerRecord<byte[], byte[]> serialize(Change change, KafkaSinkContext context, Long timestamp) {
            String value = "{\"event_id\":\"" + change.eventId + "\",\"score\":" + change.score + ",\"at\":" + change.at + "}";
            return new ProducerRecord<>(topic, change.key.getBytes(StandardCharsets.UTF_8), value.getBytes(StandardCharsets.UTF_8));
        }
    }

    static final class Score extends KeyedProcessFunction<String, Event, Change> {
        private transient ValueState<Lead> leads;

        @Override
        public void open(OpenContext context) {
            leads = getRuntimeContext().getState(new ValueStateDescriptor<>("lead", Lead.class));
        }

        @Override
        public void processElement(Event event, Context context, Collector<Change> out) throws Exception {
            Lead lead = leads.value();
            if (lead == null) {
                lead = new Lead();
            }
            double score = lead.score * Math.pow(2.0, (lead.at - event.time) / HALF_LIFE);
            if (event.family.equals(ASKED)) {
                out.collect(change(event, score));
                return;
            }
            lead.score = score + POINTS.get(event.family);
            lead.at = event.time;
            boolean reached = lead.score >= THRESHOLD && !lead.told;
            lead.told |= reached;
            leads.update(lead);
            if (reached) {
                out.collect(change(event, lead.score));
            }
        }

        private static Change change(Event event, double score) {
            Change change = new Change();
            change.key = event.key;
            change.eventId = event.eventId;
            change.score = score;
            change.at = event.time;
            return change;
        }
    }

    public static void main(String[] args) throws Exception {
        Map<String, String> said = System.getenv();
        StreamExecutionEnvironment flink = StreamExecutionEnvironment.createLocalEnvironment(1, settings(said));
        KafkaSource<Event> source = KafkaSource.<Event>builder()
                .setBootstrapServers(said.get("PEER_BOOTSTRAP"))
                .setTopics(said.get("PEER_SOURCE"))
                .setGroupId(said.get("PEER_APP"))
                .setStartingOffsets(OffsetsInitializer.earliest())
                .setProperty("max.poll.records", "5000")
                .setProperty("fetch.max.wait.ms", "20")
                .setDeserializer(new Decode())
                .build();
        KafkaSink<Change> sink = KafkaSink.<Change>builder()
                .setBootstrapServers(said.get("PEER_BOOTSTRAP"))
                .setRecordSerializer(new Encode(said.get("PEER_TARGET")))
                .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
                .setProperty("linger.ms", "20")
                .build();
        flink.fromSource(source, WatermarkStrategy.noWatermarks(), "events")
                .uid("events")
                .keyBy(event -> event.key)
                .process(new Score())
                .uid("score")
                .sinkTo(sink)
                .uid("changes");
        flink.execute("peer");
    }

    static Configuration settings(Map<String, String> said) throws IOException {
        Path folder = Path.of(said.get("PEER_FOLDER"));
        Configuration set = new Configuration();
        set.setString("pipeline.object-reuse", "true");
        set.setString("state.backend.type", said.get("PEER_STORE"));
        set.setString("execution.checkpointing.interval", "10 s");
        set.setString("execution.checkpointing.mode", "AT_LEAST_ONCE");
        set.setString("execution.checkpointing.storage", "filesystem");
        set.setString("execution.checkpointing.dir", folder.resolve("checkpoints").toUri().toString());
        set.setString("execution.checkpointing.externalized-checkpoint-retention", "RETAIN_ON_CANCELLATION");
        set.setString("io.tmp.dirs", folder.resolve("tmp").toString());
        set.setString("taskmanager.memory.managed.size", "512m");
        latest(folder.resolve("checkpoints")).ifPresent(found -> set.setString("execution.state-recovery.path", found.toUri().toString()));
        return set;
    }

    /** The newest checkpoint that is whole. */
    static Optional<Path> latest(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return Optional.empty();
        }
        try (Stream<Path> found = Files.walk(folder, 3)) {
            return found.filter(path -> path.getFileName().toString().equals("_metadata"))
                    .max(Comparator.comparingLong(path -> path.toFile().lastModified()))
                    .map(Path::getParent);
        }
    }
}
