# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Certificates with one fault each, made by openssl; a text with ... in it, compared."""
import contextlib
import re
import socket
import ssl
import subprocess
import threading

CA = """[ca]
default_ca = it
[it]
dir = .
database = index.txt
serial = serial.txt
new_certs_dir = .
default_md = sha256
policy = any
copy_extensions = copy
[any]
commonName = supplied
"""


def openssl(folder, *args):
    subprocess.run(["openssl", *args], check=True, capture_output=True, cwd=folder)


def certificate(folder, name, alternative="IP:127.0.0.1"):
    """A self-signed one; the paths of certificate and key."""
    openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={name}",
            "-keyout", f"{name}.key", "-out", f"{name}.pem", "-addext", f"subjectAltName={alternative}")
    return str(folder / f"{name}.pem"), str(folder / f"{name}.key")


def expired(folder):
    """One that ended in 2020, signed by itself."""
    (folder / "ca.cnf").write_text(CA)
    (folder / "index.txt").write_text("")
    (folder / "serial.txt").write_text("01\n")
    openssl(folder, "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=old", "-keyout", "old.key", "-out", "old.csr",
            "-addext", "subjectAltName=IP:127.0.0.1")
    openssl(folder, "ca", "-batch", "-notext", "-config", "ca.cnf", "-selfsign", "-keyfile", "old.key", "-in", "old.csr", "-out", "old.pem", "-startdate", "20200101000000Z", "-enddate", "20200201000000Z")
    return str(folder / "old.pem"), str(folder / "old.key")


def refuse(context, connection):
    """A handshake that fails; what the other side still sends is read, since a reset could overtake the alert."""
    wrapped = context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
    with contextlib.suppress(OSError):
        wrapped.do_handshake()
    with socket.socket(fileno=wrapped.detach()) as rest, contextlib.suppress(OSError):
        rest.shutdown(socket.SHUT_WR)
        while rest.recv(4096):
            pass


@contextlib.contextmanager
def demanding_server(certificate, key):
    """The URL of a server that wants a client certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.load_verify_locations(certificate)
    context.verify_mode = ssl.CERT_REQUIRED

    def serve():
        with contextlib.suppress(OSError):
            while True:
                refuse(context, listener.accept()[0])

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


def matches(pattern, text):
    """Whether text has pattern in it, in which ... stands for anything within a line."""
    return re.search(".*?".join(re.escape(part) for part in pattern.rstrip("\n").split("...")), text) is not None


def sections(page):
    """{heading: [text block, ...]} of a page, without headings that have none."""
    parts = re.split(r"^#{2,3} (.*)\n", page, flags=re.M)
    found = {title: re.findall(r"^```text\n(.*?)^```", body, re.M | re.S) for title, body in zip(parts[1::2], parts[2::2])}
    return {title: blocks for title, blocks in found.items() if blocks}
