# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Writes the list of components as SPDX 2.3 JSON: what was built, from which files, and what it needs.

    sbom.py --root DIR --version V --output FILE [--depfile FILE] NAME=VERSION...

NAME is a component of the table below. The same tree and the same versions give the same bytes; the time is SOURCE_DATE_EPOCH, or 1970."""
import argparse
import datetime
import hashlib
import json
import os
import pathlib
import re
import uuid

OWN = "MIT"
FOLDERS = ["include", "lib", "tools/cli", "tools/sim", "data", "pkgconfig"]
SUFFIXES = {".c", ".h", ".hpp", ".map", ".py", ".json", ".in", ".build"}

# name: SPDX name, licence, homepage, the file a program asks for at run time
COMPONENTS = {
    "libcurl": ("curl", "curl", "https://curl.se/", "libcurl.so.4"),
    "jansson": ("jansson", "MIT", "https://github.com/akheron/jansson", "libjansson.so.4"),
    "libcrypto": ("openssl", "Apache-2.0", "https://www.openssl.org/", "libcrypto.so.3"),
    "libmicrohttpd": ("libmicrohttpd", "LGPL-2.1-or-later", "https://www.gnu.org/software/libmicrohttpd/", "libmicrohttpd.so.12"),
    "glibc": ("glibc", "LGPL-2.1-or-later", "https://www.gnu.org/software/libc/", "libc.so.6"),
}

# what is built: its file, and what it is linked with
PRODUCTS = {
    "libcxdialer": ("libcxdialer.so.1", ["libcurl", "jansson", "libcrypto", "glibc"]),
    "cxdialer": ("cxdialer", ["libcxdialer", "libcrypto", "glibc"]),
    "cxdialer-sim": ("cxdialer-sim", ["jansson", "libmicrohttpd", "glibc"]),
}


def sources(root):
    found = [path for folder in FOLDERS for path in (root / folder).rglob("*") if path.is_file()]
    kept = [path for path in found if path.suffix in SUFFIXES or path.name == "meson.build"]
    return sorted(kept + [root / "meson.build", root / "meson_options.txt", root / "LICENSE"], key=lambda path: path.relative_to(root).as_posix())


def licence_of(data):
    named = re.search(rb"SPDX-License-Identifier: ([A-Za-z0-9.+-]+)", data[:400])
    return named.group(1).decode() if named else "NONE"


def file_entry(root, path):
    data = path.read_bytes()
    name = path.relative_to(root).as_posix()
    stated = licence_of(data)
    return {
        "SPDXID": "SPDXRef-File-" + re.sub(r"[^A-Za-z0-9.-]", "-", name.replace("_", "--")),
        "fileName": "./" + name,
        "checksums": [{"algorithm": "SHA1", "checksumValue": hashlib.sha1(data).hexdigest()}, {"algorithm": "SHA256", "checksumValue": hashlib.sha256(data).hexdigest()}],
        "licenseConcluded": OWN if stated == "NONE" else stated,
        "licenseInfoInFiles": [stated],
        "copyrightText": "NOASSERTION",
    }


def verification_code(files):
    """SPDX 2.3, 7.9: the SHA-1 of all SHA-1s, sorted and joined."""
    return hashlib.sha1("".join(sorted(entry["checksums"][0]["checksumValue"] for entry in files)).encode()).hexdigest()


def identifier(name):
    return "SPDXRef-Package-" + name


def product(name, version, code):
    return {
        "SPDXID": identifier(name), "name": name, "versionInfo": version, "packageFileName": PRODUCTS[name][0],
        "supplier": "Organization: the libcxdialer authors", "downloadLocation": "NOASSERTION", "filesAnalyzed": code is not None,
        **({"packageVerificationCode": {"packageVerificationCodeValue": code}, "licenseInfoFromFiles": [OWN]} if code else {}),
        "licenseConcluded": OWN, "licenseDeclared": OWN, "copyrightText": "Copyright (c) 2026 the libcxdialer authors",
    }


def component(name, version):
    title, licence, homepage, file = COMPONENTS[name]
    return {
        "SPDXID": identifier(name), "name": title, "versionInfo": version, "packageFileName": file, "homepage": homepage,
        "supplier": "NOASSERTION", "downloadLocation": "NOASSERTION", "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION", "licenseDeclared": licence, "copyrightText": "NOASSERTION",
    }


def relation(a, kind, b):
    return {"spdxElementId": a, "relationshipType": kind, "relatedSpdxElement": b}


def relations(built, versions, files):
    for name in built:
        yield relation("SPDXRef-DOCUMENT", "DESCRIBES", identifier(name))
        for needed in PRODUCTS[name][1]:
            if needed in versions or needed in built:
                yield relation(identifier(name), "DEPENDS_ON", identifier(needed))
    for entry in files:
        yield relation(identifier("libcxdialer"), "CONTAINS", entry["SPDXID"])


def created():
    seconds = int(os.environ.get("SOURCE_DATE_EPOCH") or 0)
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def document(root, version, versions):
    files = [file_entry(root, path) for path in sources(root)]
    code = verification_code(files)
    # The command and the simulator are built together, and only the simulator needs an HTTP server.
    built = list(PRODUCTS) if "libmicrohttpd" in versions else ["libcxdialer"]
    facts = json.dumps([version, code, sorted(versions.items())])
    return {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": f"libcxdialer-{version}",
        "documentNamespace": uuid.uuid5(uuid.NAMESPACE_OID, facts).urn,
        "creationInfo": {"created": created(), "creators": ["Organization: the libcxdialer authors", f"Tool: sbom.py-{version}"]},
        "packages": [product(name, version, code if name == "libcxdialer" else None) for name in built] + [component(name, versions[name]) for name in COMPONENTS if name in versions],
        "files": files,
        "relationships": list(relations(built, versions, files)),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--depfile", type=pathlib.Path)
    parser.add_argument("component", nargs="*")
    asked = parser.parse_args()
    versions = dict(part.split("=", 1) for part in asked.component)
    unknown = sorted(set(versions) - set(COMPONENTS))
    if unknown:
        parser.error(f"no row for {', '.join(unknown)}: add licence and file name to the table of components")
    text = json.dumps(document(asked.root, asked.version, versions), indent=1, ensure_ascii=False)
    asked.output.write_text(text + "\n", encoding="utf-8")
    if asked.depfile:
        names = " ".join(str(path).replace(" ", "\\ ") for path in sources(asked.root))
        asked.depfile.write_text(f"{asked.output}: {names}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
