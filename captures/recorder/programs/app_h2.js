// app_h2.js HOST PORT SESSION_TIMEOUT_MS LOG: HTTP/2 without TLS; closes idle sessions with GOAWAY.
const fs = require('fs')
const [host, port, timeout, path] = process.argv.slice(2)
const log = fs.openSync(path, 'a')
const server = require('http2').createServer((request, response) => {
  const name = request.url.split('/').pop()
  fs.writeSync(log, `${name} ${request.socket.remotePort} ${Date.now() / 1000}\n`)
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'text/plain' })
    response.end(`ok ${name}\n`)
  })
})
server.setTimeout(+timeout)
server.on('timeout', (session) => session.close())
server.listen(+port, host)
