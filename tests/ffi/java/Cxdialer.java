// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the libcxdialer authors

import com.sun.jna.Callback;
import com.sun.jna.IntegerType;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.Structure.FieldOrder;
import com.sun.jna.ptr.DoubleByReference;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.util.Map;

/** What the suite uses of the library, as an interface of JNA. A String is `const char *`, copied; a `char *` is a Pointer that has to be freed. */
public interface Cxdialer extends Library {
    Cxdialer LIB = Native.load(System.getenv("LIBCXDIALER"), Cxdialer.class, Map.of(Library.OPTION_STRING_ENCODING, "UTF-8"));

    int CXD_OK = 0, CXD_E_CONFIG = 1060, CXD_E_INVALID = 3000, CXD_E_NOT_FOUND = 5020, CXD_E_TOKEN = 6000, CXD_E_CALLBACK = 6020, CXD_E_RULE = 6030;
    int CXD_OUTCOME_PLANNED = 1, CXD_OUTCOME_APPLIED = 3, CXD_OUTCOME_NOT_APPLIED = 7;
    int CXD_SEVERITY_ERROR = 2, CXD_ACCEPTED = 0x43584431, CXD_PENDING = 0x43584432, CXD_EVENT_RESULT = 1, CXD_EVENT_TOKEN = 2, CXD_EVENT_DONE = 4;

    class SizeT extends IntegerType {
        public SizeT() {
            this(0);
        }

        public SizeT(long value) {
            super(Native.SIZE_T_SIZE, value, true);
        }
    }

    interface Destroy extends Callback {
        void invoke(Pointer userData);
    }

    /** What all tables begin with. */
    @FieldOrder({"size", "user_data", "destroy"})
    abstract class Table extends Structure {
        public SizeT size;
        public Pointer user_data;
        public Destroy destroy;

        /** Only once the fields are laid out, which is when the constructor of the class below has run. */
        Table sized() {
            size = new SizeT(size());
            return this;
        }
    }

    @FieldOrder("fetch")
    class TokenProvider extends Table {
        public interface Fetch extends Callback {
            int invoke(Pointer userData, Pointer request, Pointer sink);
        }

        public Fetch fetch;
    }

    @FieldOrder({"on_result", "on_progress", "on_checkpoint", "on_sending"})
    class ResultCallback extends Table {
        public interface OnResult extends Callback {
            int invoke(Pointer userData, Pointer result);
        }

        public interface OnProgress extends Callback {
            int invoke(Pointer userData, SizeT done, SizeT total);
        }

        public OnResult on_result;
        public OnProgress on_progress;
        public Pointer on_checkpoint;
        public Pointer on_sending;
    }

    @FieldOrder("check")
    class Rule extends Table {
        public interface Check extends Callback {
            int invoke(Pointer userData, Pointer change, Pointer merged, long atUnixMs, Pointer report);
        }

        public Check check;
    }

    @FieldOrder("write")
    class Log extends Table {
        public interface Write extends Callback {
            void invoke(Pointer userData, int level, Pointer text, SizeT len);
        }

        public Write write;
    }

    String cxd_version();
    int cxd_has_feature(String name);
    void cxd_string_free(Pointer s);
    int cxd_error_status(Pointer error);
    String cxd_error_message(Pointer error);
    int cxd_error_http_status(Pointer error);
    String cxd_error_request_id(Pointer error);
    void cxd_error_free(Pointer error);
    int cxd_config_new(PointerByReference out);
    int cxd_config_set(Pointer config, String key, String value, PointerByReference error);
    String cxd_config_get(Pointer config, String key);
    int cxd_config_load_env(Pointer config, PointerByReference error);
    void cxd_config_free(Pointer config);
    int cxd_campaign_new(String id, PointerByReference out, PointerByReference error);
    int cxd_campaign_parse(byte[] json, SizeT len, PointerByReference out, PointerByReference error);
    int cxd_campaign_set_int(Pointer campaign, String pointer, long value, PointerByReference error);
    int cxd_campaign_set_real(Pointer campaign, String pointer, double value, PointerByReference error);
    int cxd_campaign_set_string(Pointer campaign, String pointer, String value, PointerByReference error);
    int cxd_campaign_get_int(Pointer campaign, String pointer, LongByReference out, PointerByReference error);
    int cxd_campaign_get_real(Pointer campaign, String pointer, DoubleByReference out, PointerByReference error);
    int cxd_campaign_get_string(Pointer campaign, String pointer, PointerByReference out, PointerByReference error);
    Pointer cxd_campaign_to_json(Pointer campaign);
    void cxd_campaign_free(Pointer campaign);
    int cxd_client_new(Pointer config, PointerByReference out, PointerByReference error);
    int cxd_client_set_token_provider(Pointer client, TokenProvider provider, PointerByReference error);
    int cxd_client_set_log(Pointer client, Log log, PointerByReference error);
    int cxd_client_get(Pointer client, String campaign_id, PointerByReference out, PointerByReference error);
    int cxd_client_use_token_events(Pointer client, PointerByReference error);
    void cxd_client_free(Pointer client);
    int cxd_validator_new(Pointer config, PointerByReference out, PointerByReference error);
    int cxd_validator_add_rule(Pointer validator, Rule rule, PointerByReference error);
    int cxd_validator_check(Pointer validator, Pointer campaign, long at_unix_ms, PointerByReference out, PointerByReference error);
    void cxd_validator_free(Pointer validator);
    SizeT cxd_report_count(Pointer report);
    String cxd_report_code(Pointer report, SizeT i);
    String cxd_report_pointer(Pointer report, SizeT i);
    String cxd_report_message(Pointer report, SizeT i);
    int cxd_report_add(Pointer report, int severity, String code, String pointer, String message);
    void cxd_report_free(Pointer report);
    int cxd_updater_new(Pointer config, Pointer client, Pointer validator, PointerByReference out, PointerByReference error);
    int cxd_updater_add_callback(Pointer updater, ResultCallback callback, PointerByReference error);
    int cxd_updater_plan(Pointer updater, Pointer campaign, PointerByReference out, PointerByReference error);
    int cxd_updater_apply(Pointer updater, Pointer campaign, PointerByReference out, PointerByReference error);
    void cxd_updater_free(Pointer updater);
    int cxd_result_outcome(Pointer result);
    String cxd_result_outcome_name(Pointer result);
    int cxd_result_status(Pointer result);
    String cxd_result_campaign_id(Pointer result);
    int cxd_result_sends(Pointer result);
    double cxd_result_pacing_accuracy(Pointer result);
    long cxd_result_previous_concurrent(Pointer result);
    long cxd_result_new_concurrent(Pointer result);
    int cxd_result_callback_status(Pointer result);
    String cxd_result_diff_json(Pointer result);
    Pointer cxd_result_to_json(Pointer result);
    void cxd_result_free(Pointer result);
    String cxd_token_request_scope(Pointer request);
    int cxd_token_request_forced(Pointer request);
    int cxd_token_sink_accept(Pointer sink, byte[] token, SizeT len, long expires_in_s);
    int cxd_batch_new(Pointer updater, PointerByReference out, PointerByReference error);
    int cxd_batch_add(Pointer batch, Pointer campaign, PointerByReference error);
    int cxd_batch_run(Pointer batch, PointerByReference error);
    int cxd_batch_fd(Pointer batch);
    long cxd_batch_timeout_ms(Pointer batch);
    int cxd_batch_process(Pointer batch, IntByReference remaining, PointerByReference error);
    Pointer cxd_batch_result(Pointer batch, SizeT i);
    void cxd_batch_free(Pointer batch);
    int cxd_batch_next_event(Pointer batch, long timeout_ms, PointerByReference out, PointerByReference error);
    int cxd_event_kind(Pointer event);
    SizeT cxd_event_item(Pointer event);
    Pointer cxd_event_result(Pointer event);
    Pointer cxd_event_token_request(Pointer event);
    Pointer cxd_event_token_sink(Pointer event);
    SizeT cxd_event_done(Pointer event);
    SizeT cxd_event_total(Pointer event);
}
