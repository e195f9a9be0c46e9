// node's HTTP server with a short keep-alive timeout. Arguments: port, timeout in ms, log file; for TLS also the files
// of key and certificate. The log has the path of every request that reached the application.
const fs = require("fs");
const http = require("http");
const https = require("https");
const [port, timeout, log, key, cert] = process.argv.slice(2);
const answer = (request, response) => {
  fs.appendFileSync(log, request.url + "\n");
  response.end("hello\n");
};
const server = key
  ? https.createServer({ key: fs.readFileSync(key), cert: fs.readFileSync(cert) }, answer)
  : http.createServer(answer);
server.keepAliveTimeout = Number(timeout);
server.listen(Number(port), "0.0.0.0", () => console.log("ready"));
