// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the libcxdialer authors

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** A handle for try-with-resources, and calls whose errors have become exceptions. */
record Owned(Pointer raw, Consumer<Pointer> free) implements AutoCloseable {
    static final Cxdialer LIB = Cxdialer.LIB;

    interface Call {
        int run(PointerByReference error);
    }

    interface Make {
        int run(PointerByReference out, PointerByReference error);
    }

    static final class Failure extends RuntimeException {
        final int status;
        final int http;
        final String requestId;

        private Failure(Pointer error) {
            super(LIB.cxd_error_message(error));
            status = LIB.cxd_error_status(error);
            http = LIB.cxd_error_http_status(error);
            requestId = LIB.cxd_error_request_id(error);
        }
    }

    @Override
    public void close() {
        free.accept(raw);
    }

    static void call(Call call) {
        PointerByReference error = new PointerByReference();
        int status = call.run(error);
        if (status == Cxdialer.CXD_OK) return;
        Failure failure = new Failure(error.getValue());
        LIB.cxd_error_free(error.getValue());
        if (failure.status != status) throw new AssertionError("returned " + status + ", the error says " + failure.status);
        throw failure;
    }

    static Owned made(Consumer<Pointer> free, Make make) {
        PointerByReference out = new PointerByReference();
        try {
            call(error -> make.run(out, error));
        } catch (Failure failure) {
            free.accept(out.getValue());
            throw failure;
        }
        return new Owned(out.getValue(), free);
    }

    static String taken(Pointer text) {
        try {
            return text.getString(0, "UTF-8");
        } finally {
            LIB.cxd_string_free(text);
        }
    }

    // ------------------------------------------------------------ tables are kept until the library lets go of them

    private static final Set<KeptTable> KEPT = ConcurrentHashMap.newKeySet();
    private static final AtomicLong NEXT = new AtomicLong(1);
    private static final Cxdialer.Destroy RELEASE = userData -> KEPT.removeIf(kept -> kept.number == Pointer.nativeValue(userData));

    private record KeptTable(long number, Cxdialer.Table table) {}

    static <T extends Cxdialer.Table> T kept(T table) {
        KeptTable kept = new KeptTable(NEXT.getAndIncrement(), table.sized());
        table.user_data = new Pointer(kept.number);
        table.destroy = RELEASE;
        KEPT.add(kept);
        return table;
    }

    static int keptCount() {
        return KEPT.size();
    }

    // ------------------------------------------------------------ what most checks need

    static Owned config() {
        Owned config = made(LIB::cxd_config_free, (out, e) -> LIB.cxd_config_new(out));
        call(e -> LIB.cxd_config_load_env(config.raw, e));
        return config;
    }

    static Owned client(Owned config) {
        return made(LIB::cxd_client_free, (out, e) -> LIB.cxd_client_new(config.raw, out, e));
    }

    static Owned updater(Owned config, Owned client) {
        return made(LIB::cxd_updater_free, (out, e) -> LIB.cxd_updater_new(config.raw, client.raw, null, out, e));
    }

    static Owned validator() {
        try (Owned config = config()) {
            return made(LIB::cxd_validator_free, (out, e) -> LIB.cxd_validator_new(config.raw, out, e));
        }
    }

    static Owned change(String id, long calls) {
        Owned change = made(LIB::cxd_campaign_free, (out, e) -> LIB.cxd_campaign_new(id, out, e));
        call(e -> LIB.cxd_campaign_set_int(change.raw, "/maxConcurrentCalls", calls, e));
        return change;
    }

    static Owned apply(Owned updater, String id, long calls) {
        try (Owned change = change(id, calls)) {
            return made(LIB::cxd_result_free, (out, e) -> LIB.cxd_updater_apply(updater.raw, change.raw, out, e));
        }
    }

    static Owned plan(Owned updater, String id, long calls) {
        try (Owned change = change(id, calls)) {
            return made(LIB::cxd_result_free, (out, e) -> LIB.cxd_updater_plan(updater.raw, change.raw, out, e));
        }
    }

    static Owned batch(Owned updater, String... ids) {
        Owned batch = made(LIB::cxd_batch_free, (out, e) -> LIB.cxd_batch_new(updater.raw, out, e));
        for (String id : ids) {
            try (Owned change = change(id, 110)) {
                call(e -> LIB.cxd_batch_add(batch.raw, change.raw, e));
            }
        }
        return batch;
    }
}
