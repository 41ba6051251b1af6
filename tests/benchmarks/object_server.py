"""A folder served as S3 would answer GETs, each after a wait: light, to take little of what is measured.

    python -m tests.benchmarks.object_server FOLDER --latency-milliseconds 30

prints its port, then serves `/bucket/key` until it is terminated. Only GET of a whole object is spoken; who
asks is not checked. For correctness (faults, errors, versions) the tests ask moto.
"""

import argparse
import asyncio
import hashlib
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit


def main() -> None:
    """Serve until terminated."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--latency-milliseconds", type=float, default=30.0)
    options = parser.parse_args()
    asyncio.run(_serve(options.folder.resolve(), options.latency_milliseconds / 1000))


async def _serve(folder: Path, latency_seconds: float) -> None:
    @cache
    def answer(target: str) -> bytes:
        key = unquote(urlsplit(target).path).lstrip("/").partition("/")[2]
        path = (folder / key).resolve()
        if not (path.is_relative_to(folder) and path.is_file()):
            body = b"<Error><Code>NoSuchKey</Code></Error>"
            return f"HTTP/1.1 404 Not Found\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        content = path.read_bytes()
        tag = hashlib.md5(content).hexdigest()
        head = (
            f'HTTP/1.1 200 OK\r\nContent-Length: {len(content)}\r\nETag: "{tag}"\r\n'
            "Content-Type: application/octet-stream\r\nAccept-Ranges: bytes\r\n\r\n"
        )
        return head.encode() + content

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                request = await reader.readuntil(b"\r\n\r\n")
                await asyncio.sleep(latency_seconds)
                writer.write(answer(request.split(b" ", 2)[1].decode()))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    main()
