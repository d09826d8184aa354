// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the libcxdialer authors

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.ptr.DoubleByReference;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** libcxdialer from Java through JNA: TAP on standard output. */
public final class Suite {
    private static final Cxdialer LIB = Cxdialer.LIB;

    private interface Check {
        void run() throws Exception;
    }

    private static void equal(Object expected, Object found) {
        if (!Objects.equals(expected, found)) throw new AssertionError("expected " + expected + ", found " + found);
    }

    private static void holds(boolean condition, Object found) {
        if (!condition) throw new AssertionError("found " + found);
    }

    private static Owned.Failure failure(Runnable call) {
        try {
            call.run();
        } catch (Owned.Failure failure) {
            return failure;
        }
        throw new AssertionError("no failure");
    }

    // ------------------------------------------------------------ HTTP of Java's own

    private static String http(String path, String form) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) URI.create(System.getenv("CXDIALER_API_BASE_URL") + path).toURL().openConnection();
        if (form != null) {
            connection.setDoOutput(true);
            connection.getOutputStream().write(form.getBytes(StandardCharsets.UTF_8));
        }
        try (InputStream reply = connection.getInputStream()) {
            return new String(reply.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String fetchedToken() throws IOException {
        String form = "grant_type=client_credentials&scope=campaign:write&client_id=" + System.getenv("CXDIALER_AUTH_CLIENT_ID") + "&client_secret=" + System.getenv("CXDIALER_AUTH_CLIENT_SECRET");
        return (String) Json.dig(Json.parse(http("/api/v2/oauth/token", form)), "access_token");
    }

    private static long puts(String id) throws IOException {
        List<?> requests = (List<?>) Json.parse(http("/_sim/requests", null));
        return requests.stream().map(r -> (Map<?, ?>) r).filter(r -> r.get("method").equals("PUT") && r.get("path").toString().endsWith("/" + id)).count();
    }

    // ------------------------------------------------------------ the ten checks

    private static void version() {
        equal("0.1.0", LIB.cxd_version());
        equal(1, LIB.cxd_has_feature("batch"));
        equal(0, LIB.cxd_has_feature("bathc"));
    }

    private static void config() {
        try (Owned config = Owned.config()) {
            Owned.call(e -> LIB.cxd_config_set(config.raw(), "api.base_url", "https://api.example.com", e));
            Owned.call(e -> LIB.cxd_config_set(config.raw(), "auth.client_secret", "a-secret-of-mine", e));
            equal("https://api.example.com", LIB.cxd_config_get(config.raw(), "api.base_url"));
            equal("***", LIB.cxd_config_get(config.raw(), "auth.client_secret"));
            Owned.Failure failure = failure(() -> Owned.call(e -> LIB.cxd_config_set(config.raw(), "api.base_ur1", "x", e)));
            equal(Cxdialer.CXD_E_CONFIG, failure.status);
            holds(failure.getMessage().contains("api.base_url"), failure.getMessage());
        }
    }

    private record Finding(String code, String pointer, String message) {}

    /** A report comes also when the verdict is CXD_E_INVALID. */
    private static List<Finding> findings(Owned validator, long calls, int status) {
        PointerByReference out = new PointerByReference();
        try (Owned change = Owned.change("c1", calls)) {
            equal(status, LIB.cxd_validator_check(validator.raw(), change.raw(), 0, out, null));
        }
        try (Owned report = new Owned(out.getValue(), LIB::cxd_report_free)) {
            return IntStream.range(0, LIB.cxd_report_count(report.raw()).intValue()).mapToObj(Cxdialer.SizeT::new)
                .map(i -> new Finding(LIB.cxd_report_code(report.raw(), i), LIB.cxd_report_pointer(report.raw(), i), LIB.cxd_report_message(report.raw(), i))).toList();
        }
    }

    private static void validate() {
        try (Owned validator = Owned.validator()) {
            List<Finding> findings = findings(validator, 501, Cxdialer.CXD_E_INVALID);
            holds(findings.stream().anyMatch(f -> f.pointer.equals("/maxConcurrentCalls")), findings);
            findings(validator, 120, Cxdialer.CXD_OK);
        }
    }

    private static void plan() throws IOException {
        try (Owned config = Owned.config(); Owned client = Owned.client(config); Owned updater = Owned.updater(config, client); Owned result = Owned.plan(updater, "c1", 120)) {
            equal(Cxdialer.CXD_OUTCOME_PLANNED, LIB.cxd_result_outcome(result.raw()));
            Object change = Json.dig(Json.parse(LIB.cxd_result_diff_json(result.raw())), 0);
            equal(List.of("/maxConcurrentCalls", 150.0, 120.0), List.of(Json.dig(change, "path"), Json.dig(change, "old"), Json.dig(change, "value")));
            equal(0, LIB.cxd_result_sends(result.raw()));
            equal(0L, puts("c1"));
        }
    }

    private static void apply() throws IOException {
        try (Owned config = Owned.config(); Owned client = Owned.client(config); Owned updater = Owned.updater(config, client); Owned result = Owned.apply(updater, "c1", 120)) {
            equal(Cxdialer.CXD_OUTCOME_APPLIED, LIB.cxd_result_outcome(result.raw()));
            equal(150L, LIB.cxd_result_previous_concurrent(result.raw()));
            equal(120L, LIB.cxd_result_new_concurrent(result.raw()));
            equal(0.85, LIB.cxd_result_pacing_accuracy(result.raw()));
            Object document = Json.parse(Owned.taken(LIB.cxd_result_to_json(result.raw())));
            equal(List.of("applied", "c1"), List.of(Json.dig(document, "outcome"), Json.dig(document, "campaign_id")));
            equal(1L, puts("c1"));
        }
    }

    private static int accept(Pointer sink, String token) {
        byte[] bytes = token.getBytes(StandardCharsets.US_ASCII);
        return LIB.cxd_token_sink_accept(sink, bytes, new Cxdialer.SizeT(bytes.length), 3600);
    }

    private static Cxdialer.TokenProvider provider(AtomicInteger fetches) throws IOException {
        String token = fetchedToken();
        Cxdialer.TokenProvider provider = new Cxdialer.TokenProvider();
        provider.fetch = (userData, request, sink) -> {
            equal("campaign:write", LIB.cxd_token_request_scope(request));
            fetches.incrementAndGet();
            equal(Cxdialer.CXD_OK, accept(sink, token));
            return Cxdialer.CXD_ACCEPTED;
        };
        return Owned.kept(provider);
    }

    private static void token() throws IOException {
        AtomicInteger fetches = new AtomicInteger();
        try (Owned config = Owned.config(); Owned client = Owned.client(config)) {
            Cxdialer.TokenProvider provider = provider(fetches);
            Owned.call(e -> LIB.cxd_client_set_token_provider(client.raw(), provider, e));
            try (Owned updater = Owned.updater(config, client); Owned first = Owned.apply(updater, "c2", 119); Owned second = Owned.apply(updater, "c2", 120)) {
                equal("applied applied", LIB.cxd_result_outcome_name(first.raw()) + " " + LIB.cxd_result_outcome_name(second.raw()));
            }
        }
        equal(1, fetches.get());
        equal(0, Owned.keptCount());
    }

    private static void listen(Owned updater, List<String> results, AtomicInteger progress) {
        Cxdialer.ResultCallback table = new Cxdialer.ResultCallback();
        table.on_result = (userData, result) -> {
            results.add(LIB.cxd_result_campaign_id(result) + " " + LIB.cxd_result_outcome_name(result) + " " + LIB.cxd_result_new_concurrent(result));
            return Cxdialer.CXD_ACCEPTED;
        };
        table.on_progress = (userData, done, total) -> {
            equal("1 of 1", done + " of " + total);
            progress.incrementAndGet();
            return Cxdialer.CXD_ACCEPTED;
        };
        Owned.kept(table);
        Owned.call(e -> LIB.cxd_updater_add_callback(updater.raw(), table, e));
    }

    private static void log(Owned client, List<String> lines) {
        Cxdialer.Log log = new Cxdialer.Log();
        log.write = (userData, level, text, len) -> lines.add(level + " " + new String(text.getByteArray(0, len.intValue()), StandardCharsets.UTF_8));
        Owned.kept(log);
        Owned.call(e -> LIB.cxd_client_set_log(client.raw(), log, e));
    }

    private static void callback() {
        List<String> results = new ArrayList<>(), lines = new ArrayList<>();
        AtomicInteger progress = new AtomicInteger();
        try (Owned config = Owned.config(); Owned client = Owned.client(config); Owned updater = Owned.updater(config, client)) {
            log(client, lines);
            listen(updater, results, progress);
            equal(2, Owned.keptCount());
            try (Owned result = Owned.apply(updater, "c6", 120); Owned batch = Owned.batch(updater, "c6")) {
                equal(Cxdialer.CXD_OK, LIB.cxd_result_callback_status(result.raw()));
                Owned.call(e -> LIB.cxd_batch_run(batch.raw(), e));
            }
        }
        equal(List.of("c6 applied 120", "c6 applied 110"), results);
        equal(List.of(1, 0), List.of(progress.get(), Owned.keptCount()));
        holds(lines.stream().anyMatch(line -> line.contains("c6")), lines);
    }

    @Structure.FieldOrder({"fd", "events", "revents"})
    public static class PollFd extends Structure {
        public int fd;
        public short events = 1;
        public short revents;
    }

    /** Java's selectors take its own channels only; poll of the C library takes any descriptor. */
    public interface Posix extends Library {
        Posix C = Native.load("c", Posix.class);

        int poll(PollFd fds, NativeLong count, int timeout);
    }

    private static void pollToTheEnd(Owned batch) {
        IntByReference remaining = new IntByReference(1);
        PollFd watched = new PollFd();
        watched.fd = LIB.cxd_batch_fd(batch.raw());
        while (remaining.getValue() > 0) {
            Posix.C.poll(watched, new NativeLong(1), (int) LIB.cxd_batch_timeout_ms(batch.raw()));
            Owned.call(e -> LIB.cxd_batch_process(batch.raw(), remaining, e));
        }
    }

    private static List<String> eventsToTheEnd(Owned batch) {
        List<String> ended = new ArrayList<>();
        PointerByReference event = new PointerByReference();
        while (true) {
            Owned.call(e -> LIB.cxd_batch_next_event(batch.raw(), -1, event, e));
            if (LIB.cxd_event_kind(event.getValue()) != Cxdialer.CXD_EVENT_RESULT) break;
            ended.add(LIB.cxd_result_campaign_id(LIB.cxd_event_result(event.getValue())) + " " + LIB.cxd_result_outcome_name(LIB.cxd_event_result(event.getValue())));
        }
        equal(Cxdialer.CXD_EVENT_DONE, LIB.cxd_event_kind(event.getValue()));
        equal("2 of 2", LIB.cxd_event_done(event.getValue()) + " of " + LIB.cxd_event_total(event.getValue()));
        return ended;
    }

    private static void batch() {
        try (Owned config = Owned.config(); Owned client = Owned.client(config); Owned updater = Owned.updater(config, client)) {
            try (Owned batch = Owned.batch(updater, "c3", "c4", "c5")) {
                pollToTheEnd(batch);
                for (int i = 0; i < 3; i++) equal(Cxdialer.CXD_OUTCOME_APPLIED, LIB.cxd_result_outcome(LIB.cxd_batch_result(batch.raw(), new Cxdialer.SizeT(i))));
            }
            try (Owned batch = Owned.batch(updater, "c7", "c8")) {
                equal(List.of("c7 applied", "c8 applied"), eventsToTheEnd(batch).stream().sorted().toList());
            }
        }
    }

    private static void error() {
        PointerByReference out = new PointerByReference();
        try (Owned config = Owned.config(); Owned client = Owned.client(config); Owned updater = Owned.updater(config, client); Owned change = Owned.change("c99", 120)) {
            Owned.Failure failure = failure(() -> Owned.call(e -> LIB.cxd_updater_apply(updater.raw(), change.raw(), out, e)));
            equal(List.of(Cxdialer.CXD_E_NOT_FOUND, 404), List.of(failure.status, failure.http));
            holds(!failure.getMessage().isEmpty() && !failure.requestId.isEmpty(), failure);
        }
        equal(Cxdialer.CXD_OUTCOME_NOT_APPLIED, LIB.cxd_result_outcome(out.getValue()));
        LIB.cxd_result_free(out.getValue());
    }

    /** JNA hands the exception to a handler and returns 0, which is not CXD_ACCEPTED. */
    private static void exception() {
        List<String> caught = new ArrayList<>();
        Native.setCallbackExceptionHandler((callback, thrown) -> caught.add(thrown.getMessage()));
        Cxdialer.ResultCallback table = new Cxdialer.ResultCallback();
        table.on_result = (userData, result) -> {
            throw new IllegalStateException("thrown in a callback");
        };
        Owned.kept(table);
        try (Owned config = Owned.config(); Owned client = Owned.client(config); Owned updater = Owned.updater(config, client)) {
            Owned.call(e -> LIB.cxd_updater_add_callback(updater.raw(), table, e));
            try (Owned result = Owned.apply(updater, "c8", 120)) {
                equal(List.of(Cxdialer.CXD_OUTCOME_APPLIED, Cxdialer.CXD_E_CALLBACK), List.of(LIB.cxd_result_outcome(result.raw()), LIB.cxd_result_callback_status(result.raw())));
            }
        }
        equal(List.of("thrown in a callback"), caught);
        throwingProvider();
        throwingRule();
        equal(List.of("thrown in a callback", "no token today", "no verdict"), caught);
    }

    private static void throwingProvider() {
        Cxdialer.TokenProvider provider = new Cxdialer.TokenProvider();
        provider.fetch = (userData, request, sink) -> {
            throw new IllegalStateException("no token today");
        };
        Owned.kept(provider);
        try (Owned config = Owned.config(); Owned client = Owned.client(config)) {
            Owned.call(e -> LIB.cxd_client_set_token_provider(client.raw(), provider, e));
            equal(Cxdialer.CXD_E_TOKEN, failure(() -> Owned.made(LIB::cxd_campaign_free, (out, e) -> LIB.cxd_client_get(client.raw(), "c1", out, e))).status);
        }
    }

    private static void throwingRule() {
        Cxdialer.Rule rule = new Cxdialer.Rule();
        rule.check = (userData, change, merged, at, report) -> {
            throw new IllegalStateException("no verdict");
        };
        Owned.kept(rule);
        try (Owned validator = Owned.validator()) {
            Owned.call(e -> LIB.cxd_validator_add_rule(validator.raw(), rule, e));
            findings(validator, 120, Cxdialer.CXD_E_RULE);
        }
    }

    // ------------------------------------------------------------ what is Java's own

    private static String header() throws IOException {
        return Files.readString(Path.of(System.getenv("CXDIALER_CDEF")));
    }

    private static void declarations() throws Exception {
        equal(List.of(), new Header(header()).faults());
    }

    /** The comparison itself: a header that says otherwise is found out. */
    private static void differences() throws Exception {
        for (String[] edit : new String[][] {
            {"int32_t cxd_has_feature(const char *name)", "int32_t cxd_has_feature(int32_t name)", "cxd_has_feature"},
            {"const char *cxd_version(void)", "char *cxd_version(void)", "cxd_version"},
            {"cxd_batch_timeout_ms(cxd_batch *batch)", "cxd_batch_timeout_ms(cxd_batch *batch, int32_t more)", "cxd_batch_timeout_ms"},
            {"(*on_progress)(void *user_data, size_t done,", "(*on_progress)(void *user_data, int64_t done,", "on_progress"},
            {"(*fetch)(void *user_data,", "(*fetch2)(void *user_data,", "cxd_token_provider"},
            {"CXD_E_CALLBACK = 6020", "CXD_E_CALLBACK = 6021", "CXD_E_CALLBACK"},
        }) {
            holds(header().contains(edit[0]), edit[0]);
            List<String> faults = new Header(header().replace(edit[0], edit[1])).faults();
            holds(!faults.isEmpty() && faults.get(0).startsWith(edit[2]), edit[1] + ": " + faults);
        }
    }

    private static void layout() {
        for (Map.Entry<Structure, Integer> words : Map.<Structure, Integer>of(new Cxdialer.TokenProvider(), 4, new Cxdialer.ResultCallback(), 7, new Cxdialer.Rule(), 4, new Cxdialer.Log(), 4).entrySet())
            equal(words.getValue() * Native.POINTER_SIZE, words.getKey().size());
        equal(Native.POINTER_SIZE, new Cxdialer.SizeT().nativeType() == Long.class ? 8 : 4);
    }

    private static final String TOO_MANY = "nachts h\u00f6chstens 130 \u2014 \u590f";

    private static void rule() {
        Cxdialer.Rule rule = new Cxdialer.Rule();
        rule.check = (userData, change, merged, at, report) -> {
            LongByReference calls = new LongByReference();
            Owned.call(e -> LIB.cxd_campaign_get_int(change, "/maxConcurrentCalls", calls, e));
            if (calls.getValue() > 130) LIB.cxd_report_add(report, Cxdialer.CXD_SEVERITY_ERROR, "acme.night", "/maxConcurrentCalls", TOO_MANY);
            return Cxdialer.CXD_ACCEPTED;
        };
        Owned.kept(rule);
        try (Owned validator = Owned.validator()) {
            Owned.call(e -> LIB.cxd_validator_add_rule(validator.raw(), rule, e));
            List<Finding> findings = findings(validator, 131, Cxdialer.CXD_E_INVALID);
            holds(findings.contains(new Finding("acme.night", "/maxConcurrentCalls", TOO_MANY)), findings);
            findings(validator, 130, Cxdialer.CXD_OK);
        }
    }

    private static void values() {
        String name = "\u00c9t\u00e9 \u5317\u4eac \ud83d\udcde";
        LongByReference calls = new LongByReference();
        DoubleByReference share = new DoubleByReference();
        PointerByReference back = new PointerByReference();
        try (Owned change = Owned.change("c1", Long.MAX_VALUE)) {
            Owned.call(e -> LIB.cxd_campaign_set_string(change.raw(), "/name", name, e));
            Owned.call(e -> LIB.cxd_campaign_set_real(change.raw(), "/pacing/throttlePercent", 0.1, e));
            Owned.call(e -> LIB.cxd_campaign_get_int(change.raw(), "/maxConcurrentCalls", calls, e));
            Owned.call(e -> LIB.cxd_campaign_get_real(change.raw(), "/pacing/throttlePercent", share, e));
            Owned.call(e -> LIB.cxd_campaign_get_string(change.raw(), "/name", back, e));
            equal(List.of(Long.MAX_VALUE, 0.1, name), List.of(calls.getValue(), share.getValue(), back.getValue().getString(0, "UTF-8")));
            equal(name, Json.dig(Json.parse(Owned.taken(LIB.cxd_campaign_to_json(change.raw()))), "name"));
        }
    }

    private static void work(Owned client, String id) {
        try (Owned config = Owned.config(); Owned updater = Owned.updater(config, client)) {
            for (int round = 0; round < 5; round++) {
                LongByReference now = new LongByReference();
                Owned.apply(updater, id, 100 + round).close();
                try (Owned read = Owned.made(LIB::cxd_campaign_free, (out, e) -> LIB.cxd_client_get(client.raw(), id, out, e))) {
                    Owned.call(e -> LIB.cxd_campaign_get_int(read.raw(), "/maxConcurrentCalls", now, e));
                }
                equal(100L + round, now.getValue());
            }
        }
    }

    /** A client may be used by many threads at once; an updater is each thread's own. */
    private static void threads() throws Exception {
        AtomicInteger fetches = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(3);
        try (Owned config = Owned.config(); Owned client = Owned.client(config)) {
            Cxdialer.TokenProvider provider = provider(fetches);
            Owned.call(e -> LIB.cxd_client_set_token_provider(client.raw(), provider, e));
            List<Future<?>> jobs = new ArrayList<>();
            for (String id : List.of("c6", "c7", "c8")) jobs.add(pool.submit(() -> work(client, id)));
            for (Future<?> job : jobs) job.get();
        } finally {
            pool.shutdown();
        }
        equal(1, fetches.get());
    }

    /** A sink may be completed from any thread. */
    private static void pending() throws Exception {
        String token = fetchedToken();
        List<CompletableFuture<Integer>> accepted = new ArrayList<>();
        Cxdialer.TokenProvider provider = new Cxdialer.TokenProvider();
        provider.fetch = (userData, request, sink) -> {
            accepted.add(CompletableFuture.supplyAsync(() -> accept(sink, token)));
            return Cxdialer.CXD_PENDING;
        };
        Owned.kept(provider);
        try (Owned config = Owned.config(); Owned client = Owned.client(config)) {
            Owned.call(e -> LIB.cxd_client_set_token_provider(client.raw(), provider, e));
            try (Owned updater = Owned.updater(config, client); Owned result = Owned.apply(updater, "c6", 105)) {
                equal(Cxdialer.CXD_OUTCOME_APPLIED, LIB.cxd_result_outcome(result.raw()));
            }
        }
        equal(1, accepted.size());
        equal(Cxdialer.CXD_OK, accepted.get(0).get());
    }

    /** No method in Java at all: tokens are asked for by events. */
    private static void events() throws IOException {
        String token = fetchedToken();
        List<Integer> kinds = new ArrayList<>();
        PointerByReference event = new PointerByReference();
        try (Owned config = Owned.config(); Owned client = Owned.client(config); Owned updater = Owned.updater(config, client)) {
            Owned.call(e -> LIB.cxd_client_use_token_events(client.raw(), e));
            try (Owned batch = Owned.batch(updater, "c6")) {
                while (!kinds.contains(Cxdialer.CXD_EVENT_DONE)) {
                    Owned.call(e -> LIB.cxd_batch_next_event(batch.raw(), -1, event, e));
                    kinds.add(LIB.cxd_event_kind(event.getValue()));
                    if (LIB.cxd_event_kind(event.getValue()) != Cxdialer.CXD_EVENT_TOKEN) continue;
                    equal("campaign:write", LIB.cxd_token_request_scope(LIB.cxd_event_token_request(event.getValue())));
                    equal(Cxdialer.CXD_OK, accept(LIB.cxd_event_token_sink(event.getValue()), token));
                }
                equal("applied", LIB.cxd_result_outcome_name(LIB.cxd_batch_result(batch.raw(), new Cxdialer.SizeT(0))));
            }
        }
        equal(List.of(Cxdialer.CXD_EVENT_TOKEN, Cxdialer.CXD_EVENT_RESULT, Cxdialer.CXD_EVENT_DONE), kinds);
    }

    /** Nobody but the set of Owned holds the tables while the collector runs. */
    private static void collected() {
        List<String> results = new CopyOnWriteArrayList<>(), lines = new CopyOnWriteArrayList<>();
        try (Owned config = Owned.config(); Owned client = Owned.client(config); Owned updater = Owned.updater(config, client)) {
            log(client, lines);
            for (int i = 0; i < 20; i++) listen(updater, results, new AtomicInteger());
            for (int i = 0; i < 5; i++) {
                System.gc();
                System.runFinalization();
            }
            Owned.apply(updater, "c6", 99).close();
        }
        equal(20, results.size());
        equal(0, Owned.keptCount());
    }

    private static long residentKib() throws IOException {
        System.gc();
        String line = Files.readAllLines(Path.of("/proc/self/status")).stream().filter(l -> l.startsWith("VmRSS:")).findFirst().orElseThrow();
        return Long.parseLong(line.replaceAll("\\D", ""));
    }

    private static void churn(Owned updater, int rounds) {
        for (int i = 0; i < rounds; i++) {
            try (Owned result = Owned.plan(updater, "c1", 119); Owned config = Owned.config()) {
                for (int j = 0; j < 100; j++) {
                    Owned.taken(LIB.cxd_result_to_json(result.raw()));
                    failure(() -> Owned.call(e -> LIB.cxd_config_set(config.raw(), "api.base_ur1", "x", e)));
                }
            }
        }
    }

    private static void memory() throws IOException {
        try (Owned config = Owned.config(); Owned client = Owned.client(config); Owned updater = Owned.updater(config, client)) {
            churn(updater, 50);
            long before = residentKib();
            churn(updater, 150);
            long grown = residentKib() - before;
            holds(grown < 6144, grown + " KiB more after 150 plans and 15,000 texts and errors");
        }
    }

    private record Named(String name, Check check) {}

    private static final List<Named> CHECKS = List.of(
        new Named("version", Suite::version), new Named("config", Suite::config), new Named("validate", Suite::validate), new Named("plan", Suite::plan),
        new Named("apply", Suite::apply), new Named("token", Suite::token), new Named("callback", Suite::callback), new Named("batch", Suite::batch),
        new Named("error", Suite::error), new Named("exception", Suite::exception), new Named("declarations", Suite::declarations), new Named("differences", Suite::differences),
        new Named("layout", Suite::layout), new Named("rule", Suite::rule), new Named("values", Suite::values), new Named("threads", Suite::threads), new Named("pending", Suite::pending), new Named("events", Suite::events),
        new Named("collected", Suite::collected), new Named("memory", Suite::memory));

    public static void main(String[] arguments) {
        int number = 0, failed = 0;
        for (Named named : CHECKS) {
            number++;
            try {
                named.check.run();
                System.out.println("ok " + number + " - " + named.name);
            } catch (Throwable thrown) {
                failed++;
                System.out.println("not ok " + number + " - " + named.name + ": " + thrown.toString().replace('\n', ' '));
                thrown.printStackTrace();
            }
        }
        System.out.println("1.." + CHECKS.size());
        System.exit(failed > 0 ? 1 : 0);
    }
}
