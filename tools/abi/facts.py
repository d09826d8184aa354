# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The facts that comments of the public header state: nullability, ownership, statuses, threads, versions. Used by header.py."""
import re

OWNERSHIP = re.compile(r"\b(copied|borrowed for ever|borrowed until [^.;:]*|held until \w+\(\)|caller frees with \w+\(\))", re.I)
SUBJECT = re.compile(r"((?:[a-z_]\w*, )*[a-z_]\w*): ")
FACT = re.compile(r"(NULL allowed|Errors|Thread-safety|Since|Version 1 ends with)\b")
NO_POINTER = ""


class Malformed(Exception):
    """The header does not say what it has to, or says what is not so."""


def strip_comment(comment):
    lines = [re.sub(r"^\s*\*? ?", "", line) for line in comment[2:-2].strip().splitlines()]
    return "\n".join(lines).strip()


def sentences(text):
    found = []
    for paragraph in re.split(r"\n\s*\n", text):
        found += re.split(r"(?<=[.])\s+(?=[A-Za-z\"\[{(])", " ".join(paragraph.split()))
    return [one for one in found if one]


def prose_of(text):
    """The text, lines and all, without the sentences that only state facts."""
    for one in sentences(text):
        if FACT.match(one):
            text = re.sub(r"[ ]*" + r"\s+".join(map(re.escape, one.split())), "", text, count=1)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def fact(text, name):
    """What stands behind "name: " up to the end of its sentence; None: not said."""
    for one in sentences(text):
        if one.startswith(name + ": "):
            return one[len(name) + 2 :].rstrip(".")
    return None


def clauses(text):
    """(subjects, clause) of each clause; a subject lasts to the end of its sentence or the next subject."""
    for one in sentences(text):
        subjects = ()
        for clause in one.split("; "):
            named = SUBJECT.match(clause)
            if named:
                subjects = tuple(named[1].split(", "))
                clause = clause[named.end() :]
            yield subjects, clause.rstrip(".")


def ownership(text, subject=None):
    """The phrase about a parameter, or about what is returned; None: not said."""
    for subjects, clause in clauses(text):
        phrase = OWNERSHIP.search(clause)
        if phrase and not FACT.match(clause) and (subject in subjects if subject else not subjects):
            return phrase[1][0].lower() + phrase[1][1:]
    return None


def names_in(text, name):
    """The names of a list such as "NULL allowed: x, y, but one of them is there"."""
    listed = fact(text, name)
    return re.split(r", ", re.split(r", but ", listed)[0]) if listed else []


class Facts:
    def __init__(self, opaque, rows, constants, intro):
        self.opaque = set(opaque)
        self.shared = {name for one in sentences(intro) if "by many threads at once" in one for name in re.findall(r"cxd_\w+", one)}
        self.rows = {row["name"]: row for row in rows}
        self.constants = set(constants)
        self.frees = {self.handle_of(row["params"][0][0]): row["name"] for row in rows if row["name"].endswith("_free") and row["name"] != "cxd_string_free"}

    def handle_of(self, type_):
        name = type_.replace("const ", "").replace("*", "").strip()
        return name if name in self.opaque else None

    def free_of(self, handle):
        return self.frees.get(handle, "")

    @staticmethod
    def since(text):
        said = fact(text, "Since")
        if said and not re.fullmatch(r"\d+\.\d+", said):
            raise Malformed(f"Since: {said}: a version has two numbers")
        return said or ""

    # ------------------------------------------------------------------ functions

    def function(self, row, make):
        text = row["text"] + ("\n\n" + row["note"] if row["note"] else "")
        since = self.since(text)
        if not since:
            raise Malformed(f"line {row['line']}: {row['name']} has no Since:")
        self.check_nullable(row)
        fails = row["returns"] == "cxd_status" and not row["name"].endswith("_status")
        thread, note, exclusive = self.thread(row, text)
        return dict(
            name=row["name"], returns=row["returns"], params=[self.param(row, i, text, make) for i in range(len(row["params"]))], section=row["section"], line=row["line"],
            text=row["text"], prose=prose_of(row["text"]), note=row["note"], group=row["group"], fails=fails, errors=self.errors(row, fails),
            returns_ownership=self.returned(row), returns_null=self.returns_null(row), thread=thread, thread_note=note, exclusive=exclusive, since=since,
        )  # fmt: skip

    def check_nullable(self, row):
        known = {name for member in row["group"] for _, name in self.rows[member]["params"]}
        for name in names_in(row["text"], "NULL allowed"):
            if name not in known:
                raise Malformed(f"line {row['line']}: NULL allowed: {name} is no parameter of {', '.join(row['group'])}")

    def errors(self, row, fails):
        listed = fact(row["text"], "Errors")
        if fails and listed is None:
            raise Malformed(f"line {row['line']}: {row['name']} does not say what it returns (Errors:)")
        return self.statuses(row, listed) if fails else []

    def statuses(self, row, listed):
        found = []
        for item in listed.replace(", and ", ", ").split(", "):
            other = re.fullmatch(r"those of (\w+)\(\)", item)
            code = re.fullmatch(r"(CXD_E_\w+)(?: \((\w+)\))?", item)
            if other and other[1] in self.rows:
                found += self.errors(self.rows[other[1]], True)
            elif code and code[1] in self.constants:
                found += [code[1]] if not code[2] or row["name"].endswith("_" + code[2]) else []
            else:
                raise Malformed(f"line {row['line']}: Errors: '{item}' is neither a status nor a function")
        return list(dict.fromkeys(found))

    def returned(self, row):
        if "*" not in row["returns"]:
            return NO_POINTER
        said = ownership(row["note"]) or ownership(row["text"])
        if not said:
            raise Malformed(f"line {row['line']}: {row['name']} does not say whose the returned pointer is")
        return said

    def returns_null(self, row):
        if "*" not in row["returns"]:
            return NO_POINTER
        for text in (row["note"], row["text"]):
            said = re.search(r"\breturns NULL when ([^.;]*)", " ".join(text.split()), re.I)
            if said:
                return said[1]
        return "memory ran out, or it is not a live handle" if self.returned(row).startswith("caller frees") else ""

    def thread(self, row, text):
        handles = [name for type_, name in row["params"] if self.handle_of(type_) and type_.count("*") == 1]
        said = fact(text, "Thread-safety")
        if said and said.split(";")[0] == "any":
            return "any", said, []
        if not handles and not said:
            return "any", "", []
        alone = row["name"].endswith("_free") or said
        kept = [name for type_, name in row["params"] if name in handles and (alone or self.handle_of(type_) not in self.shared)]
        return "handle", said or "", kept

    # ------------------------------------------------------------------ parameters

    def param(self, row, i, text, make):
        type_, name = (part.strip() for part in row["params"][i])
        direction = "out" if self.is_out(type_) else "in"
        nullable = "*" in type_ and (name in names_in(text, "NULL allowed") or type_ == "cxd_error **" or row["name"].endswith("_free"))
        return make(name, type_, direction, nullable, self.owned(row, type_, name, text, direction), self.length(row, i), self.doc(text, name))

    def is_out(self, type_):
        if type_.endswith("**"):
            return True
        return bool(re.fullmatch(r"(size_t|double|u?int\d+_t) \*", type_))

    def owned(self, row, type_, name, text, direction):
        if "*" not in type_:
            return NO_POINTER
        if row["name"].endswith("_free"):
            return "freed by this call"
        if type_ == "cxd_error **":
            return "caller frees with cxd_error_free()"
        if direction == "out" and not type_.endswith("**"):
            return "value"
        said = ownership(text, name)
        if not said and direction == "out":
            raise Malformed(f"line {row['line']}: {row['name']} does not say whose {name} is")
        return said or "borrowed until the call returns"

    @staticmethod
    def length(row, i):
        type_ = row["params"][i][0]
        after = [name for _, name in row["params"][i + 1 :]]
        if type_.startswith("const char *") and not type_.endswith("**") and after and after[0] == "len":
            return "len"
        if row["params"][i][1] == "record" and after and after[0] == "len":
            return "len"
        return "count" if type_ in ("const size_t *", "const char *const *") and "count" in after else ""

    @staticmethod
    def doc(text, name):
        return "; ".join(clause for subjects, clause in clauses(text) if name in subjects)

    # ------------------------------------------------------------------ tables of methods

    def struct(self, row, member, param):
        last = re.search(r"Version 1 ends with (\w+)\.", " ".join(row["text"].split()))
        version, members = 1, []
        for returns, name, method, params in re.findall(r"^  ([\w ]+?[ *]+)(?:(\w+)|\(\*(\w+)\)\((.*)\));", row["body"], re.M):
            members.append(self.member(row, (returns.strip(), name or method, params if method else None), version, member, param))
            version = 2 if last and last[1] == (name or method) else version
        return dict(name=row["name"], members=members, section=row["section"], line=row["line"], text=row["text"], prose=prose_of(row["text"]), since=self.since(row["text"]))

    def member(self, row, parts, version, make, param):
        type_, name, params = parts
        nullable = name in names_in(row["text"], "NULL allowed")
        if params is None:
            return make(name, type_, None, nullable, "held until destroy()" if name == "user_data" else "", version)
        listed = [one.strip() for one in params.split(",")]
        pairs = [tuple(part.strip() for part in re.fullmatch(r"(.*?)(\w+)", one).groups()) for one in listed]
        method = dict(row, name=f"{row['name']}.{name}", params=pairs)
        return make(name, type_, [self.method_param(method, i, row["text"], param) for i in range(len(pairs))], nullable, "", version)

    def method_param(self, method, i, text, make):
        type_, name = method["params"][i]
        nullable = "*" in type_ and name in names_in(text, "NULL allowed")
        owner = "" if "*" not in type_ else ownership(text, name) or ("held until destroy()" if name == "user_data" else "borrowed until the method returns")
        return make(name, type_, "in", nullable, owner, self.length(method, i), self.doc(text, name))
