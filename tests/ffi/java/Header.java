// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the libcxdialer authors

import com.sun.jna.Callback;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The stripped header read as text, against what Cxdialer.java declares (seen by reflection). */
final class Header {
    private static final Map<String, String> BASIC = Map.of("void", "void", "int32_t", "int", "cxd_status", "int", "int64_t", "long", "double", "double", "size_t", "SizeT");
    private static final Map<String, String> OUT = Map.of("int32_t", "IntByReference", "int64_t", "LongByReference", "double", "DoubleByReference");
    private static final Map<String, String> TABLES = Map.of("TokenProvider", "cxd_token_provider", "ResultCallback", "cxd_callback", "Rule", "cxd_rule", "Log", "cxd_log");

    private final String text;

    Header(String text) {
        this.text = text.replaceAll("\\s+", " ");
    }

    /** What is declared otherwise than the header has it. */
    List<String> faults() throws IllegalAccessException {
        List<String> faults = new ArrayList<>();
        for (Method method : Cxdialer.class.getMethods()) signature(method, method.getName(), text, faults);
        for (Class<?> table : Cxdialer.class.getClasses()) if (TABLES.containsKey(table.getSimpleName())) table(table, faults);
        for (Field field : Cxdialer.class.getFields()) if (field.getType() == int.class) constant(field, faults);
        return faults;
    }

    /** A function, or a pointer to one in the body of a table. */
    private static void signature(Method method, String name, String scope, List<String> faults) {
        Pattern prototype = Pattern.compile("(.*?) ?(?:\\(\\*)?\\b" + name + "\\)?\\(([^)]*)\\)");
        Matcher found = Arrays.stream(scope.split("[;{}]")).filter(piece -> piece.contains(name)).map(String::trim).map(prototype::matcher).filter(Matcher::matches).findFirst().orElse(null);
        if (found == null) {
            faults.add(name + " is not in the header");
            return;
        }
        String[] parameters = found.group(2).equals("void") ? new String[0] : found.group(2).split(",");
        Class<?>[] types = method.getParameterTypes();
        boolean same = parameters.length == types.length && fits(method.getReturnType(), found.group(1).trim(), true);
        for (int i = 0; same && i < types.length; i++) same = fits(types[i], parameters[i].replaceAll("\\w+ ?$", "").trim(), false);
        if (!same) faults.add(name + ": declared " + method + ", header " + found.group());
    }

    /** A text that is returned as `char *` must not become a String: JNA would copy it and nobody free it. */
    private static boolean fits(Class<?> type, String c, boolean returned) {
        String name = type.getSimpleName();
        if (!c.endsWith("*")) return name.equals(BASIC.get(c));
        String pointee = c.substring(0, c.length() - 1).trim();
        if (pointee.endsWith("*")) return name.equals("PointerByReference");
        if (c.equals("const char *")) return Set.of("String", "byte[]", "Pointer").contains(name);
        if (OUT.containsKey(pointee)) return name.equals(OUT.get(pointee));
        return type == Pointer.class || pointee.equals("const " + TABLES.get(name));
    }

    private void table(Class<?> table, List<String> faults) {
        String name = TABLES.get(table.getSimpleName());
        Matcher body = Pattern.compile("struct " + name + " \\{(.*?)\\}").matcher(text);
        if (!body.find()) throw new AssertionError("no struct " + name);
        List<String> expected = Pattern.compile("(\\w+)(\\)\\([^;]*)?;").matcher(body.group(1)).results().map((MatchResult m) -> m.group(1)).toList();
        List<String> declared = Stream.of(Cxdialer.Table.class, table).flatMap(c -> Arrays.stream(c.getAnnotation(Structure.FieldOrder.class).value())).toList();
        if (!expected.equals(declared)) faults.add(name + ": declared " + declared + ", header " + expected);
        for (Field field : table.getFields()) {
            if (Callback.class.isAssignableFrom(field.getType())) signature(field.getType().getMethods()[0], field.getName(), body.group(1), faults);
        }
    }

    private void constant(Field field, List<String> faults) throws IllegalAccessException {
        Matcher found = Pattern.compile("\\b" + field.getName() + " = (\\w+)").matcher(text);
        if (!found.find() || Integer.decode(found.group(1)) != field.getInt(null)) faults.add(field.getName() + " is not " + field.getInt(null) + " in the header");
    }
}
