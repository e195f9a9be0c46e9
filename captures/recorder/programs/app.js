// app.js HOST PORT KEEP_ALIVE_MS|default LOG [KEY CERT TLS_VERSION]
// Answers every request, and writes its id and the client's port to LOG. WS_IDLE_MS closes upgraded connections.
const fs = require('fs')
const [host, port, keepAlive, path, key, cert, version] = process.argv.slice(2)
const log = fs.openSync(path, 'a')
const note = (request) => fs.writeSync(log, `${request.url.split('/').pop()} ${request.socket.remotePort} ${Date.now() / 1000}\n`)
const answer = (request, response) => {
  note(request)
  request.resume().on('end', () => {
    const body = `ok ${request.url.split('/').pop()}\n`
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': body.length }).end(body)
  })
}
const server = key
  ? require('https').createServer({ key: fs.readFileSync(key), cert: fs.readFileSync(cert), minVersion: version, maxVersion: version }, answer)
  : require('http').createServer(answer)
if (keepAlive !== 'default') server.keepAliveTimeout = +keepAlive
server.on('upgrade', (request, socket) => {
  note(request)
  socket.on('error', () => {})
  socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
  setTimeout(() => socket.end(), +process.env.WS_IDLE_MS)
})
server.listen(+port, host)
