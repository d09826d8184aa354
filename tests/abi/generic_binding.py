# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""A binding that knows nothing of the library but cxdialer-abi.json: types, lengths, who frees what and which tables of methods there are.

    binding = Binding("cxdialer-abi.json", "libcxdialer.so.1")
    config = binding.call("cxd_config_new").ok().out["out"]      # a Handle; freed by config.free()
    binding.call("cxd_config_set", config=config, key="update.mode", value="merge").ok()

Parameters are given by name; None is NULL. A place for an out parameter is made when nothing is given, and not when its name is in null.
binding.owed has the handles that the caller still has to free, binding.held the tables whose destroy has not run.
"""
import ctypes
import json

NUMBERS = {
    "status": ctypes.c_int32, "int32": ctypes.c_int32, "uint32": ctypes.c_uint32, "int64": ctypes.c_int64, "size": ctypes.c_size_t, "double": ctypes.c_double,
}  # fmt: skip
POINTER = ctypes.c_void_p


class Failed(Exception):
    def __init__(self, function, reply):
        super().__init__(f"{function}: {reply.status}: {(reply.error or {}).get('message')}")
        self.reply = reply


class Wrong(Exception):
    """The file says something else than the library does."""


class Handle:
    """A pointer of one type; free is the name of the function that ends it, None where it is borrowed."""

    def __init__(self, binding, kind, pointer, free):
        self.binding, self.kind, self.pointer, self.free_name = binding, kind, pointer, free
        if free:
            binding.owed.append(self)

    def free(self):
        if self.free_name and self.pointer:
            self.binding.owed.remove(self)
            getattr(self.binding.library, self.free_name)(self.pointer)
            self.pointer = None


class Reply:
    def __init__(self, function, value, status, out, error):
        self.function, self.value, self.status, self.out, self.error = function, value, status, out, error

    def ok(self):
        if self.status not in (None, "CXD_OK"):
            raise Failed(self.function, self)
        return self


def ctype(type_):
    return None if type_["kind"] == "void" else NUMBERS.get(type_["kind"], POINTER)


class Binding:
    def __init__(self, abi, library):
        with open(abi, encoding="utf-8") as file:
            self.abi = json.load(file)
        self.library = ctypes.CDLL(str(library))
        self.functions = {function["name"]: function for function in self.abi["functions"]}
        self.structs = {struct["name"]: struct for struct in self.abi["structs"]}
        self.constants = {constant["name"]: constant["value"] for constant in self.abi["constants"]}
        self.statuses = {value: name for name, value in self.constants.items() if name == "CXD_OK" or name.startswith("CXD_E_")}
        self.owed, self.held, self.over, self.tables = [], {}, [], 0
        self.model = "LP64" if ctypes.sizeof(POINTER) == 8 else "ILP32"
        for function in self.abi["functions"]:
            entry = getattr(self.library, function["name"])
            entry.restype, entry.argtypes = ctype(function["returns"]["type"]), [ctype(param["type"]) for param in function["params"]]

    # ------------------------------------------------------------------ calls

    def call(self, name, /, *, null=(), **given):
        function = self.functions[name]
        lengths = {param.get("length"): param["name"] for param in function["params"] if param.get("length") and param["direction"] == "in"}
        kept, places, arguments = [], {}, []
        for param in function["params"]:
            if param["name"] in lengths and param["name"] not in given:
                given[param["name"]] = len(encoded(given.get(lengths[param["name"]])) or b"")
            arguments.append(None if param["name"] in null else self.argument(param, given, kept, places))
        value = getattr(self.library, name)(*arguments)
        return self.reply(function, value, places)

    def argument(self, param, given, kept, places):
        type_, name = param["type"], param["name"]
        if type_["kind"] == "out" and name not in given:
            places[name] = ctype(type_["of"])()
            return ctypes.addressof(places[name])
        if type_["kind"] == "string":
            return pointer_to(encoded(given[name]), kept)
        if type_["kind"] == "struct":
            return self.table(type_["name"], given[name], kept) if given[name] is not None else None
        value = given[name]
        return value.pointer if isinstance(value, Handle) else value

    def reply(self, function, value, places):
        params = {param["name"]: param for param in function["params"]}
        out = {name: self.taken(params[name]["type"]["of"], place.value, params[name]["free"], self.length(params[name], places)) for name, place in places.items()}
        error = self.explained(out.pop("error", None))
        if function["returns"]["type"]["kind"] == "status":
            status = self.statuses[value]
            if function["fails"] and status not in ("CXD_OK", *function["errors"]):
                raise Wrong(f"{function['name']} returned {status}, which is not among its errors")
            return Reply(function["name"], value, status, out, error)
        return Reply(function["name"], self.taken(function["returns"]["type"], value, function["returns"].get("free"), None), None, out, None)

    @staticmethod
    def length(param, places):
        return places[param["length"]].value if param.get("length") in places else None

    def taken(self, type_, value, free, length):
        """As Python has it: texts are copied, and freed where the caller owes that; a handle knows how it is freed."""
        if type_["kind"] in ("string", "owned_string"):
            text = None if not value else ctypes.string_at(value, -1 if length is None else length).decode()
            if value and free:
                getattr(self.library, free)(value)
            return text
        if type_["kind"] == "handle":
            return Handle(self, type_["name"], value, free) if value else None
        return value

    def explained(self, error):
        if error is None:
            return None
        getters = [name for name in self.functions if name.startswith(error.kind + "_") and [p["name"] for p in self.functions[name]["params"]] == ["error"]]
        known = {name.removeprefix(error.kind + "_"): self.call(name, error=error).value for name in getters if self.functions[name]["returns"]["type"]["kind"] != "void"}
        error.free()
        return known

    # ------------------------------------------------------------------ tables of methods

    def table(self, name, methods, kept):
        """methods: {member: callable}. It is held, with all it needs, until the library runs destroy."""
        struct = self.structs[name]
        memory = (ctypes.c_char * struct["bytes"][self.model])()
        self.tables += 1
        number = self.tables
        callbacks = {}
        for member in struct["members"]:
            if member["type"]["kind"] == "method":
                run = methods.get(member["name"]) if member["name"] != "destroy" else lambda: self.over.append(self.held.pop(number))  # a callback must not be freed while it runs
                callbacks[member["name"]] = self.method(member, run) if run else None
                value = ctypes.cast(callbacks[member["name"]], POINTER).value if run else 0
            else:
                value = len(memory) if member["name"] == "size" else number
            put = ctypes.c_size_t(value or 0)
            ctypes.memmove(ctypes.addressof(memory) + member["offset"][self.model], ctypes.addressof(put), member["bytes"][self.model])
        self.held[number] = callbacks
        kept.append(memory)
        return ctypes.addressof(memory)

    def method(self, member, run):
        params = member["params"]
        prototype = ctypes.CFUNCTYPE(ctype(member["returns"]), *[ctype(param["type"]) for param in params])
        lengths = {param.get("length") for param in params}

        def entry(*values):
            at = dict(zip((param["name"] for param in params), values))
            shown = {p["name"]: self.given(p, at) for p in params if p["name"] != "user_data" and p["name"] not in lengths}
            return run(**shown)

        return prototype(entry)

    def given(self, param, at):
        type_, value = param["type"], at[param["name"]]
        if type_["kind"] == "array":
            return [self.taken(type_["of"], item, None, None) for item in (ctype(type_["of"]) * at[param["length"]]).from_address(value)]
        return self.taken(type_, value, None, at.get(param.get("length")))


def encoded(value):
    return value.encode() if isinstance(value, str) else value


def pointer_to(data, kept):
    if data is None:
        return None
    kept.append(ctypes.create_string_buffer(data))
    return ctypes.addressof(kept[-1])
