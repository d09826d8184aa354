// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the libcxdialer authors
// All functions, tables and constants of the library, read from the stripped header: koffi understands C declarations.
import { readFileSync } from 'node:fs';
import koffi from 'koffi';

const header = readFileSync(process.env.CXDIALER_CDEF, 'utf8');
const library = koffi.load(process.env.LIBCXDIALER);

export const cxd = {}; // cxd_version() as cxd.version
export const C = {}; // CXD_OK as C.OK
export const prototypes = {}; // of the methods of the tables: prototypes.callback.on_result

for (const [, name, number] of header.matchAll(/^\s*CXD_(\w+) = (\w+)/gm)) C[name] = Number(number);

koffi.alias('cxd_status', 'int32_t');
const tables = [...header.matchAll(/^struct (cxd_\w+) \{\n([^}]*)\}/gm)];
for (const [, name] of header.matchAll(/^typedef struct cxd_\w+ (cxd_\w+);/gm)) {
  if (!tables.some(([, table]) => table === name)) koffi.opaque(name);
}

// "int32_t (*sync)(void *user_data);" is a prototype of its own and a member that points to it. A text with a length need not end in a
// zero byte: it stays a pointer.
function member(table, line) {
  const method = line.match(/^\s*(.*)\(\*(\w+)\)(\(.*\));/);
  if (!method) return line.match(/(\w+);/).slice(1).concat(line.includes('size_t') ? 'size_t' : 'void *');
  const parameters = method[3].replaceAll('*const *', '**').replace(/char (\*\w+, size_t len)/, 'void $1');
  const proto = koffi.proto(`${method[1]}${table}_${method[2]}${parameters}`);
  prototypes[table.slice(4)][method[2]] = koffi.pointer(proto);
  return [method[2], koffi.pointer(proto)];
}

for (const [, name, body] of tables) {
  prototypes[name.slice(4)] = {};
  koffi.struct(name, Object.fromEntries(body.trimEnd().split('\n').map((line) => member(name, line))));
}

// What a call fills in is marked; a char * of the caller's is copied and freed.
function declare(line) {
  const name = line.match(/cxd_(\w+)\(/)[1];
  const marked = line.replace(/((?:const )?\w+ \*\*(?:out|error|record)\b|int32_t \*(?:remaining|open|minutes|out)\b|(?:int64_t|double|size_t) \*\w+)/g, '_Out_ $1');
  cxd[name] = library.func(marked.replace(/^char \*/, 'cxd_text '));
}

const functions = header.split(/;\s*/).map((line) => line.trim().replace(/\s+/g, ' ')).filter((line) => /^[\w ]+[ *]cxd_\w+\(/.test(line) && !line.includes('{'));
const freeing = functions.find((line) => line.includes('cxd_string_free'));
koffi.disposable('cxd_text', 'str', library.func(freeing.replace('char *', 'void *')));
functions.forEach(declare);

export const text = (pointer, length) => koffi.decode(pointer, 'char', Number(length));

// A sized table; the methods are registered until the handle that has them is gone: then call release().
export function table(kind, methods) {
  const registered = Object.entries(methods).map(([name, method]) => [name, koffi.register(method, prototypes[kind][name])]);
  const members = Object.fromEntries(Object.keys(prototypes[kind]).map((name) => [name, null]));
  const filled = { size: koffi.sizeof(`cxd_${kind}`), user_data: null, ...members, ...Object.fromEntries(registered) };
  return { filled, release: () => registered.forEach(([, pointer]) => koffi.unregister(pointer)) };
}

export { koffi };
