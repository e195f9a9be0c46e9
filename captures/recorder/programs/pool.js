// pool.js CONFIG.json RECORDS.jsonl: node's http.Agent with keepAlive; each worker has an agent of its own.
const fs = require('fs')
const http = require('http')
const config = JSON.parse(fs.readFileSync(process.argv[2]))
const records = fs.openSync(process.argv[3], 'w')
const sleep = (seconds) => new Promise((done) => setTimeout(done, 1000 * seconds))
const ask = (agent, method, name) => new Promise((done) => {
  const request = http.request(config.url + name, { agent, method, timeout: 8000 }, (answer) => {
    answer.resume().on('end', () => done({ status: answer.statusCode, error: null }))
  })
  request.on('error', (error) => done({ status: null, error: `${error.code}: ${error.message}` }))
  request.on('timeout', () => request.destroy())
  request.end()
})
const work = async (steps, worker) => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  for (const [id, pause, method] of steps) {
    await sleep(pause)
    const sent = Date.now() / 1000
    const result = await ask(agent, method, id)
    fs.writeSync(records, JSON.stringify({ id, worker, method, t_send: sent, t_result: Date.now() / 1000, ...result }) + '\n')
  }
}
Promise.all(config.work.map(work)).then(() => process.exit(0))
