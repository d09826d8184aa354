// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the libcxdialer authors

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Enough of JSON to look into what the library wrote: maps, lists, strings, doubles, booleans, null. */
final class Json {
    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    static Object parse(String text) {
        Json json = new Json(text);
        Object value = json.value();
        json.space();
        if (json.at != text.length()) throw json.wrong();
        return value;
    }

    /** dig(document, "errors", 0, "code") */
    static Object dig(Object value, Object... path) {
        for (Object step : path) value = step instanceof Integer i ? ((List<?>) value).get(i) : ((Map<?, ?>) value).get(step);
        return value;
    }

    private IllegalArgumentException wrong() {
        return new IllegalArgumentException("not JSON at " + at + ": " + text.substring(Math.min(at, text.length()), Math.min(at + 20, text.length())));
    }

    private void space() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) at++;
    }

    private boolean next(String token) {
        space();
        boolean found = text.startsWith(token, at);
        if (found) at += token.length();
        return found;
    }

    private void demand(String token) {
        if (!next(token)) throw wrong();
    }

    private Object value() {
        if (next("{")) return object();
        if (next("[")) return list();
        if (next("\"")) return string();
        if (next("true")) return true;
        if (next("false")) return false;
        return next("null") ? null : number();
    }

    private Map<String, Object> object() {
        Map<String, Object> members = new LinkedHashMap<>();
        series("}", () -> {
            demand("\"");
            String name = string();
            demand(":");
            return members.put(name, value());
        });
        return members;
    }

    private List<Object> list() {
        List<Object> items = new ArrayList<>();
        series("]", () -> items.add(value()));
        return items;
    }

    private void series(String end, Supplier<Object> item) {
        for (boolean first = true; !next(end); first = false) {
            if (!first) demand(",");
            item.get();
        }
    }

    private String string() {
        StringBuilder found = new StringBuilder();
        while (text.charAt(at) != '"') found.append(text.charAt(at) == '\\' ? escape() : text.charAt(at++));
        at++;
        return found.toString();
    }

    private char escape() {
        char kind = text.charAt(at + 1);
        at += kind == 'u' ? 6 : 2;
        int plain = "nrtbf".indexOf(kind);
        return kind == 'u' ? (char) Integer.parseInt(text.substring(at - 4, at), 16) : plain >= 0 ? "\n\r\t\b\f".charAt(plain) : kind;
    }

    private Double number() {
        int start = at;
        while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) at++;
        if (at == start) throw wrong();
        return Double.valueOf(text.substring(start, at));
    }
}
