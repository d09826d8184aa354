/* Slows a campaign down from Java, with JNA; the connection comes from CXDIALER_... variables. */
import com.sun.jna.*;
import com.sun.jna.ptr.PointerByReference;
import java.util.Map;

public class SlowDown {
    public static class SizeT extends IntegerType {
        public SizeT() { this(0); }
        public SizeT(long value) { super(Native.SIZE_T_SIZE, value, true); }
    }
    public interface OnResult extends Callback { int invoke(Pointer userData, Pointer result); }
    @Structure.FieldOrder({"size", "user_data", "destroy", "on_result", "on_progress", "on_checkpoint", "on_sending"})
    public static class ResultCallback extends Structure {
        public SizeT size = new SizeT(7L * Native.POINTER_SIZE);
        public Pointer user_data, destroy;
        public OnResult on_result;
        public Pointer on_progress, on_checkpoint, on_sending;
    }

    public interface Cxdialer extends Library {
        int CXD_OK = 0, CXD_ACCEPTED = 0x43584431;
        int cxd_config_new(PointerByReference out);
        int cxd_config_load_env(Pointer config, PointerByReference error);
        int cxd_client_new(Pointer config, PointerByReference out, PointerByReference error);
        int cxd_updater_new(Pointer config, Pointer client, Pointer validator, PointerByReference out, PointerByReference error);
        int cxd_updater_add_callback(Pointer updater, ResultCallback callback, PointerByReference error);
        int cxd_updater_apply(Pointer updater, Pointer campaign, PointerByReference out, PointerByReference error);
        int cxd_campaign_new(String id, PointerByReference out, PointerByReference error);
        int cxd_campaign_set_int(Pointer campaign, String pointer, long value, PointerByReference error);
        String cxd_result_outcome_name(Pointer result);
        long cxd_result_previous_concurrent(Pointer result);
        long cxd_result_new_concurrent(Pointer result);
        String cxd_status_name(int status); String cxd_error_message(Pointer error); void cxd_error_free(Pointer error);
        void cxd_config_free(Pointer config); void cxd_client_free(Pointer client); void cxd_updater_free(Pointer updater);
        void cxd_campaign_free(Pointer campaign); void cxd_result_free(Pointer result);
    }

    static final ResultCallback callback = new ResultCallback(); // static: the collector must not take it while the updater lives
    static final Cxdialer cxd = Native.load(System.getenv().getOrDefault("LIBCXDIALER", "libcxdialer.so.1"), Cxdialer.class, Map.of(Library.OPTION_STRING_ENCODING, "UTF-8"));

    static void check(int status, PointerByReference error) {
        if (status == Cxdialer.CXD_OK) return;
        String message = cxd.cxd_status_name(status) + ": " + cxd.cxd_error_message(error.getValue());
        cxd.cxd_error_free(error.getValue());
        throw new IllegalStateException(message);
    }

    static int slowDown(String id) {
        PointerByReference config = new PointerByReference(), client = new PointerByReference(), updater = new PointerByReference();
        PointerByReference change = new PointerByReference(), result = new PointerByReference(), error = new PointerByReference();
        callback.on_result = (userData, r) -> {
            System.out.println(cxd.cxd_result_outcome_name(r) + ", " + cxd.cxd_result_previous_concurrent(r) + " -> " + cxd.cxd_result_new_concurrent(r));
            return Cxdialer.CXD_ACCEPTED;
        };
        try {
            check(cxd.cxd_config_new(config), error);
            check(cxd.cxd_config_load_env(config.getValue(), error), error);
            check(cxd.cxd_client_new(config.getValue(), client, error), error);
            check(cxd.cxd_updater_new(config.getValue(), client.getValue(), null, updater, error), error);
            check(cxd.cxd_updater_add_callback(updater.getValue(), callback, error), error);
            check(cxd.cxd_campaign_new(id, change, error), error);
            check(cxd.cxd_campaign_set_int(change.getValue(), "/maxConcurrentCalls", 120, error), error);
            check(cxd.cxd_updater_apply(updater.getValue(), change.getValue(), result, error), error);
            return 0;
        } catch (IllegalStateException failure) {
            System.err.println(failure.getMessage());
            return 1;
        } finally { // NULL is legal; there is a result also when the update failed
            cxd.cxd_result_free(result.getValue()); cxd.cxd_campaign_free(change.getValue());
            cxd.cxd_updater_free(updater.getValue()); cxd.cxd_client_free(client.getValue());
            cxd.cxd_config_free(config.getValue());
        }
    }

    public static void main(String[] arguments) {
        System.exit(slowDown(arguments.length > 0 ? arguments[0] : "a1b2c3d4-e5f6-7890-abcd-ef1234567890"));
    }
}
