// SPDX-License-Identifier: MIT
// Prisma over pg, by the WebAssembly in its package: the programs that it would fetch are on a host that
// not everybody reaches. The adapter does not know PostgreSQL's types "char" (18) and "name" (19); it
// drops its shadow while it is still connected to it.
import { fileURLToPath } from 'node:url'
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'

const known = { 18: 1042, 19: 25, 1003: 1009 }

class Pool extends pg.Pool {
  constructor(url) {
    super({ connectionString: url, allowExitOnIdle: true }) // or the program lasts ten seconds more
  }

  async query(...query) {
    const result = await super.query(...query)
    for (const field of result?.fields ?? [])
      field.dataTypeID = known[field.dataTypeID] ?? field.dataTypeID
    return result
  }
}

const here = process.env.DATABASE_URL
const factory = new PrismaPg(new Pool(here))

factory.connectToShadowDb = async () => {
  const url = new URL(here)
  const name = `prisma_shadow_${process.pid}`
  const home = await factory.connect()
  await home.executeScript(`CREATE DATABASE ${name}`)
  url.pathname = name
  const pool = new Pool(url.href)
  const shadow = await new PrismaPg(pool).connect()
  shadow.dispose = async () => {
    await pool.end()
    await home.executeScript(`DROP DATABASE ${name}`)
  }
  return shadow
}

export default {
  experimental: { adapter: true },
  schema: fileURLToPath(new URL('schema.prisma', import.meta.url)),
  migrations: { path: process.env.PRISMA_MIGRATIONS },
  engine: 'js',
  adapter: async () => factory,
}
