"""TCP connections that can be cut and held up: a proxy of several links, in a process of its own.

    links.py NAME=LISTEN_PORT:TARGET_PORT…      commands on standard input, a line each:

    cut NAME              resets every connection of the link
    stall NAME SECONDS    carries nothing for so long, then goes on
"""
import asyncio
import socket
import struct
import sys

CHUNK = 1 << 16


class Link:
    def __init__(self, target):
        self._target = target
        self._writers = set()
        self._open = asyncio.Event()
        self._open.set()

    async def accept(self, reader, writer):
        try:
            out_reader, out_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            self._reset(writer)
            return
        self._writers |= {writer, out_writer}
        await asyncio.gather(self._carry(reader, out_writer), self._carry(out_reader, writer))
        self._writers -= {writer, out_writer}

    async def _carry(self, reader, writer):
        try:
            while data := await reader.read(CHUNK):
                await self._open.wait()
                writer.write(data)
                await writer.drain()
        except OSError:
            self._reset(writer)
            return
        writer.close()

    def _reset(self, writer):
        """Closes with a RST instead of a FIN."""
        sock = writer.get_extra_info("socket")
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError:
            pass
        writer.transport.abort()

    def cut(self):
        for writer in list(self._writers):
            self._reset(writer)

    async def stall(self, seconds):
        self._open.clear()
        await asyncio.sleep(seconds)
        self._open.set()


async def serve(words):
    links = {}
    for word in words:
        name, ports = word.split("=")
        listen, target = map(int, ports.split(":"))
        links[name] = Link(target)
        await asyncio.start_server(links[name].accept, "127.0.0.1", listen, backlog=256)
    commands = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    stalls = set()
    print("ready", flush=True)
    while line := (await commands.readline()).decode().split():
        if line[0] == "cut":
            links[line[1]].cut()
        else:
            stalls.add(asyncio.ensure_future(links[line[1]].stall(float(line[2]))))


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1:]))
